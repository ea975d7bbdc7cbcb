"""Report pages: an experiment's results as one self-contained HTML page, and its figures as PNG files.

There are two: of one problem with one optimizer, and a comparison of optimizers or tasks.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from hebo.experiment.analysis.normalized import score_curves
from hebo.experiment.files import write
from hebo.experiment.report.contents import Contents, collect_contents
from hebo.experiment.report.context import page_context
from hebo.experiment.report.critical_difference_figure import critical_difference_figure
from hebo.experiment.report.front_figure import front_figure
from hebo.experiment.report.parallel_figure import parallel_figure
from hebo.experiment.report.pictures import Pictures
from hebo.experiment.report.problem.contents import collect_problem, is_one_problem
from hebo.experiment.report.problem.context import problem_context
from hebo.experiment.report.problem.files import problem_figures
from hebo.experiment.report.rank_figure import rank_figure
from hebo.experiment.report.regret_figure import regret_figure
from hebo.experiment.report.score_figures import score_figure
from hebo.experiment.report.slice_figure import slice_figure
from hebo.experiment.report.style import css_variables
from hebo.experiment.report.svg import save_png
from hebo.experiment.report.timing_figure import timing_figure

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


def write_report(results: Results, output: Path) -> list[Path]:
    """Write `report.html` and the figures as PNG files into the folder `output`.

    One optimizer on one task, and a study, have a page of their own, with the best point in front and what a
    model has learnt; anything else is a comparison.

    The page asks for nothing from the network, and adapts to light, dark and print. Its only script sorts and
    saves its tables; the page's own policy allows no other one.

    Args:
        results: What the experiment has found so far; it need not be finished.
        output: Folder to write to, made if it does not exist. Files of an earlier report are replaced.

    Returns:
        The files written, the page first.
    """
    output.mkdir(parents=True, exist_ok=True)  # first: drawing takes a while
    text, figures = _problem(results) if is_one_problem(results) else _comparison(results)
    page = write(output / "report.html", text)
    return [page, *(save_png(figure, output / f"{name}.png") for name, figure in figures)]


def _problem(results: Results) -> tuple[str, Iterable[tuple[str, Figure]]]:
    contents = collect_problem(results)
    return render("problem.html", problem_context(contents)), problem_figures(contents)


def _comparison(results: Results) -> tuple[str, Iterable[tuple[str, Figure]]]:
    contents = collect_contents(results)
    return render("comparison.html", page_context(contents)), _figures(contents)


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a page.

    Args:
        template: Name of a file in `templates`.
        context: Its variables.
    """
    environment = Environment(
        loader=FunctionLoader(lambda name: _resource(f"templates/{name}")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _resource("report.js")
    return environment.get_template(template).render(
        style=Markup(_style()), script=Markup(script), script_hash=_hash_of(script), **context
    )


def _hash_of(script: str) -> str:
    """Return what a content security policy calls a script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _figures(contents: Contents) -> Iterator[tuple[str, Figure]]:
    """Yield the figures with their file names, one at a time, for there may be hundreds."""
    if contents.curves and len(contents.table):
        yield "regret", regret_figure(contents.curves)
    if contents.cost_curves:
        yield "costs", regret_figure(contents.cost_curves)
    if contents.by_context is not None and contents.by_context.curves:
        yield "contexts", regret_figure(contents.by_context.curves)
    for index, front in enumerate(contents.fronts):
        suffix = "" if len(contents.fronts) == 1 else f"_{index + 1:02d}_{_slug(front.task)}"
        yield f"front{suffix}", front_figure(front, contents.optimizers)
    if len(contents.table):
        yield "timing", timing_figure(contents.timing)
    if contents.scores is not None:
        yield "scores", score_figure(score_curves(contents.scores), contents.optimizers)
    if contents.has_ranks:
        yield "ranks", rank_figure(contents.comparison, contents.optimizers)
    if contents.has_diagram:
        yield "critical_difference", critical_difference_figure(contents.comparison, contents.optimizers)
    for index, run in enumerate(contents.best_runs):
        suffix = "" if len(contents.best_runs) == 1 else f"_{index + 1:02d}_{_slug(run.task)}"
        yield f"parallel_coordinates{suffix}", parallel_figure(run)
        yield f"slices{suffix}", slice_figure(run)
        for name, figure in contents.pictures.get(run.task, Pictures()).figures.items():
            yield f"{name}{suffix}", figure


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:60]


def _resource(name: str) -> str:
    return resources.files("hebo.experiment.report").joinpath(name).read_text("utf-8")


def _style() -> str:
    """Return the style sheet, with the colors of the figures for light, dark and print."""
    light, dark = css_variables(dark=False), css_variables(dark=True)
    return (
        f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n{_resource('report.css')}"
    )
