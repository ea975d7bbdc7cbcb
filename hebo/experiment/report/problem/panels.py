"""Panels of the model: slices and surfaces, with the trials that are drawn in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.curve_figure import Slice, quantity_view
from hebo.experiment.report.problem.surface_figure import Surface
from hebo.experiment.report.problem.texts import quantities
from hebo.experiment.report.problem.trials import FAILED, PENDING, column

MAX_DRAWN = 400
"""Of more trials every k-th one is drawn beside predictions, and the best one."""


def titles_of(contents: ProblemContents) -> dict[str, str]:
    """Return name -> name with unit of all that is measured."""
    return {one.name: one.title for one in quantities(contents.outcomes)}


def slices_of(contents: ProblemContents) -> dict[str, list[Slice]]:
    """Return measured quantity -> its slices."""
    learnt = contents.learnt
    if learnt is None or not learnt.curves:
        return {}
    trials, best = _shown(contents)
    tables = list(learnt.curves.values())
    found = {}
    for quantity in quantities(contents.outcomes):
        view = quantity_view(quantity, tables, column(trials, quantity.name))
        found[quantity.name] = [
            Slice(
                quantity=quantity,
                parameter=contents.space.parameters[name],
                table=table,
                trials=trials,
                best=best,
                recommended=None if learnt.points is None else _first(learnt.points, name),
                view=view,
            )
            for name, table in learnt.curves.items()
        ]
    return found


def surfaces_of(contents: ProblemContents) -> list[Surface]:
    """Return the surfaces of the leading objective."""
    learnt = contents.learnt
    if learnt is None:
        return []
    trials, best = _shown(contents)
    parameters = contents.space.parameters
    return [
        Surface(
            objective=contents.outcomes.objectives[0],
            parameters=(parameters[a], parameters[b]),
            table=table,
            trials=trials[trials["kind"] != FAILED].reset_index(drop=True),
            best=_place_without_failed(trials, best),
            recommended=(None, None)
            if learnt.points is None
            else (_first(learnt.points, a), _first(learnt.points, b)),
        )
        for (a, b), table in learnt.surfaces.items()
    ]


def _first(points: pd.DataFrame, name: str) -> Any:
    """Return a value of the first point as a plain one, as trials have them."""
    value = points[name].iloc[0]
    return value.item() if hasattr(value, "item") else value


def _shown(contents: ProblemContents) -> tuple[pd.DataFrame, int | None]:
    """Return the ended trials in the context of the model, and the row of the best of them."""
    trials = contents.trials[contents.trials["kind"] != PENDING]
    if contents.context:
        trials = trials[trials["context"] == trials["context"].iloc[-1]]
    label = contents.best
    if contents.bests and len(trials):
        label = contents.bests.get(trials["context"].iloc[-1])
    if len(trials) > MAX_DRAWN:
        trials = trials[
            (np.arange(len(trials)) % -(-len(trials) // MAX_DRAWN) == 0) | (trials.index == label)
        ]
    place = None if label is None else trials.index.tolist().index(label)
    return trials.reset_index(drop=True), place


def _place_without_failed(trials: pd.DataFrame, best: int | None) -> int | None:
    return None if best is None else int((trials["kind"].iloc[:best] != FAILED).sum())
