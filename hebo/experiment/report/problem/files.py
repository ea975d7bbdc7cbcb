"""Figures of the page of one problem as files."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.figure import Figure

from hebo.experiment.report.front_figure import front_figure
from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.curve_figure import slices_figure
from hebo.experiment.report.problem.importance_figure import importance_figure
from hebo.experiment.report.problem.panels import slices_of, surfaces_of, titles_of
from hebo.experiment.report.problem.progress_figure import progress_figure
from hebo.experiment.report.problem.surface_figure import surfaces_figure
from hebo.experiment.report.problem.timeline_figure import has_timeline, timeline_figure
from hebo.experiment.report.problem.trials import PENDING
from hebo.experiment.report.problem.trust_figure import trust_figure
from hebo.experiment.report.regret_figure import regret_figure


def problem_figures(contents: ProblemContents) -> Iterator[tuple[str, Figure]]:
    """Yield the figures with their file names, one at a time."""
    if (contents.trials["kind"] != PENDING).any():
        yield "progress", progress_figure(contents)
    if contents.costs:
        yield "costs", regret_figure(contents.costs)
    for front in contents.fronts:
        yield "front", front_figure(front, contents.optimizers)
    yield from _of_model(contents)
    if has_timeline(contents.trials):
        yield "timeline", timeline_figure(contents.trials)
    yield from contents.pictures.figures.items()


def _of_model(contents: ProblemContents) -> Iterator[tuple[str, Figure]]:
    learnt = contents.learnt
    if learnt is None:
        return
    effects = {name: one for name, one in learnt.importances.items() if len(one)}
    if effects:
        yield "importance", importance_figure(effects)
    slices = [one for group in slices_of(contents).values() for one in group]
    if slices:
        yield "slices", slices_figure(slices, contents.outcomes)
    surfaces = surfaces_of(contents)
    if surfaces:
        yield "surfaces", surfaces_figure(surfaces, contents.outcomes)
    if learnt.diagnosis is not None:
        titles = titles_of(contents)
        found = [(one, titles[one.name]) for one in learnt.diagnosis.outcomes if len(one.held_out)]
        if found:
            yield "trust", trust_figure(found)
