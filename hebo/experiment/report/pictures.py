"""Pictures of a task: what it draws of its best points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.text import Text

from hebo.errors import HeboError
from hebo.experiment.config.locate import RESOLVED
from hebo.experiment.config.tasks import build_task
from hebo.experiment.report.style import INK, MUTED, SURFACE
from hebo.experiment.store import tables

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

N_POINTS = 20
"""Most points that a task is given to draw."""


@dataclass(frozen=True)
class Pictures:
    """The pictures of one task.

    Attributes:
        figures: Short name -> figure, in the order of the task.
        problem: Why there are none though the task would draw some, or empty.
    """

    figures: dict[str, Figure] = field(default_factory=dict)
    problem: str = ""


def task_pictures(results: Results, table: pd.DataFrame, tasks: Collection[str]) -> dict[str, Pictures]:
    """Return the pictures of tasks.

    Args:
        results: The experiment.
        table: Its `observations`.
        tasks: Labels of tasks with one objective whose values can be compared.

    A task is built anew from the experiment's own file, whose files and programs another machine may lack;
    never from the store, which is data and may have come from anywhere.
    """
    configs = dict(zip(results.runs["task"], results.runs["config"], strict=True))
    return {
        str(task): _draw_if_same(results.recipes[task], config, best)
        for task, config in configs.items()
        if task in tasks
        and task in results.recipes
        and len(best := best_points(table[table["task"] == task]))
    }


def best_points(trials: pd.DataFrame) -> pd.DataFrame:
    """Return the parameters of the best distinct trials of a task, the best first."""
    ranked = trials[trials["value"].notna()].sort_values("value", kind="stable")
    points = pd.DataFrame(ranked["params"].tolist())
    return points[~points.astype(str).duplicated()].head(N_POINTS).reset_index(drop=True)


def _draw_if_same(recipe: Any, config: Mapping[str, Any], best: pd.DataFrame) -> Pictures:
    if tables.plain(recipe) != config.get("task"):
        return Pictures(problem=f"the store has the task with other settings than {RESOLVED}")
    return _draw(recipe, best)


def _draw(recipe: Any, best: pd.DataFrame) -> Pictures:
    try:
        figures = build_task(recipe).pictures(best)
    except HeboError as error:
        return Pictures(problem=str(error))
    for figure in figures.values():
        _adapt(figure)
    return Pictures(figures)


def _adapt(figure: Figure) -> None:
    """Put plain black into the colors of the page, which are others in the dark."""
    figure.set_facecolor(SURFACE)
    for axes in figure.axes:
        axes.set_facecolor("none")
        axes.tick_params(colors=MUTED)
    for text in figure.findobj(Text):
        if text.get_color() == "black":
            text.set_color(INK)
    for spine in figure.findobj(Spine):
        assert isinstance(spine, Patch)
        spine.set_edgecolor(MUTED)
