"""Template context of the page: texts, numbers as texts, and inline SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from hebo import __version__
from hebo.errors import DataError
from hebo.experiment.analysis.bayesmark_score import bayesmark_table, random_search_labels
from hebo.experiment.analysis.measures import Measure
from hebo.experiment.analysis.normalized import score_curves
from hebo.experiment.analysis.single_values import without_single_values
from hebo.experiment.analysis.timing import PHASES
from hebo.experiment.report.best_run import BestRun
from hebo.experiment.report.contents import ByContext, Contents
from hebo.experiment.report.curves import TaskCurves
from hebo.experiment.report.front_context import front_context
from hebo.experiment.report.parallel_figure import parallel_rows
from hebo.experiment.report.pictures import Pictures
from hebo.experiment.report.rank_context import rank_context
from hebo.experiment.report.regret_figure import regret_panel
from hebo.experiment.report.score_context import HEADINGS, score_texts
from hebo.experiment.report.score_figures import score_figure
from hebo.experiment.report.settings import settings
from hebo.experiment.report.slice_figure import slice_panel
from hebo.experiment.report.style import PALETTE, line_style
from hebo.experiment.report.summary import NOTHING, facts, failures, number_or_dash, period, summary
from hebo.experiment.report.svg import page_svg
from hebo.experiment.report.text import number
from hebo.experiment.report.timing_figure import timing_figure

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

NOT_YET = "no successful trial"
_TIMING = "Mean seconds per trial; the table has the numbers."


def page_context(contents: Contents) -> dict[str, Any]:
    """Return the variables of the template."""
    results, table = contents.results, contents.table
    return {
        "version": __version__,
        "name": results.name,
        "period": period(results),
        "facts": facts(results, table),
        "n_unfinished": int((results.runs["status"] != "finished").sum()),
        "legend": [_legend_entry(index, name) for index, name in enumerate(contents.optimizers)],
        "summary": summary(results, table, contents.measures, contents.optimizers),
        "about": {task: about(one) for task, one in contents.measures.items()},
        "has_limit": bool(results.runs["max_cost"].notna().any()),
        "panels": _curve_panels(contents.curves, "curve") if len(contents.table) else [],
        "cost_panels": _curve_panels(contents.cost_curves, "cost"),
        "contexts": None if contents.by_context is None else _contexts(contents.by_context, contents),
        "fronts": [front_context(index, one, contents) for index, one in enumerate(contents.fronts)],
        "comparison": contents.comparison,
        "blocks": contents.blocks,
        "ranks": rank_context(contents) if contents.has_ranks else None,
        "score": _score(results),
        "normalized": _normalized(contents),
        "best_runs": [
            _best_run_context(index, run) | _pictures(index, run, contents)
            for index, run in enumerate(contents.best_runs)
        ],
        "timing": _timing_context(contents.timing) if len(contents.table) else None,
        "phases": _phases_context(contents.phases),
        "failures": failures(results, table),
        "settings": settings(results),
    }


def _legend_entry(index: int, name: str) -> dict[str, str]:
    """Return name, CSS variable and CSS border style of an optimizer; CSS has no dash-dot."""
    _, dash = line_style(index)
    border = "double" if dash == "dashdot" else dash
    return {"name": name, "color": f"--optimizer-{index % len(PALETTE)}", "border": border}


def about(measure: Measure) -> str:
    """Return a line on what a task is compared by."""
    names = ", ".join(one.title for one in measure.objectives)
    optimum = number_or_dash(float(measure.shown(np.array([measure.optimum]))[0]))
    if measure.is_hypervolume:
        known = "" if optimum == NOTHING else f", {optimum} for the true front"
        return f"{names}: {measure.title} {measure.corner}, higher is better{known}"
    if measure.contexts:
        return f"{names}: {measure.title} ({', '.join(measure.contexts)})"
    told = f"{names}, {measure.objectives[0].better}"
    return told if optimum == NOTHING else f"{told}, optimum {optimum}"


def _contexts(apart: ByContext, contents: Contents) -> dict[str, Any]:
    """Return tables and curves of single contexts."""
    left_out = [f"{task} has {count} contexts" for task, count in apart.left_out.items()]
    return {
        "summary": summary(apart.results, apart.table, apart.measures, contents.optimizers),
        "about": {label: about(one) for label, one in apart.measures.items()},
        "panels": _curve_panels(apart.curves, "context"),
        "left_out": f"Not shown one by one: {'; '.join(left_out)}." if left_out else "",
    }


def _curve_panels(curves: list[TaskCurves], name: str) -> list[Markup]:
    is_large = len(curves) <= 2
    return [
        page_svg(regret_panel(one, is_large=is_large), f"{name}-{index}", _curve_description(one))
        for index, one in enumerate(curves)
    ]


def _curve_description(curves: TaskCurves) -> str:
    ends = [
        f"{name} ends at {number(float(band.median[-1]))}"
        for name, band in curves.bands.items()
        if len(band.median) and pd.notna(band.median[-1])
    ]
    return (
        f"{curves.task}: median {curves.quantity} against {curves.horizontal}; "
        f"{'; '.join(ends) or 'no successful trial'}.{_alike_text(curves)}"
    )


def _alike_text(curves: TaskCurves) -> str:
    if curves.ranking is None or not curves.ranking.is_testable:
        return ""
    pairs = list(zip(curves.ranking.optimizers, curves.ranking.alike, strict=True))
    others = [name for name, is_alike in pairs[1:] if is_alike]
    return f" Not significantly different from {pairs[0][0]}: {', '.join(others) or 'none'}."


def _timing_context(timing: pd.DataFrame) -> dict[str, Any]:
    return {
        "phases": [*PHASES, "total"],
        "rows": [
            (name, [number_or_dash(value, n_digits=3) for value in row])
            for name, row in zip(timing.index, timing.to_numpy(), strict=True)
        ],
        "figure": page_svg(timing_figure(timing), "timing", _TIMING),
    }


def _phases_context(phases: pd.DataFrame) -> dict[str, Any]:
    """Return the table of CPU seconds per ask, and what fell back."""
    columns = ("fit", "search", "rest", "tell", "median", "mean")
    reasons = [
        (name, reason, count)
        for name, found in zip(phases.index, phases["reasons"], strict=True)
        for reason, count in sorted(found.items())
    ]
    rows = [
        (
            name,
            [number_or_dash(row[key], n_digits=3) for key in columns],
            int(row["n_asks"]),
            row["fallbacks"],
        )
        for name, row in phases.iterrows()
    ]
    return {"columns": columns, "rows": rows, "reasons": reasons}


def _normalized(contents: Contents) -> dict[str, Any] | None:
    """Return the normalized scores and their curves, or None where there are none."""
    if contents.scores is None:
        return None
    curves = score_curves(contents.scores)
    ends = [f"{name} ends at {curve['mean'].iloc[-1]:.3f}" for name, curve in curves.items()]
    figure = score_figure(curves, contents.optimizers)
    return {
        "headings": HEADINGS,
        "texts": score_texts(contents.scores),
        "figure": page_svg(figure, "scores", f"Mean normalized score against trials; {'; '.join(ends)}."),
    }


def _score(results: Results) -> dict[str, Any] | None:
    """Return Bayesmark's score, or the reason why there is none.

    None without random search, or where values of trials cannot be compared.
    """
    if without_single_values(results) or not random_search_labels(results):
        return None
    if results.runs["optimizer"].nunique() < 2:
        return None
    try:
        table = bayesmark_table(results)
    except DataError as error:
        return {"reason": str(error)}
    tasks = [column for column in table.columns if column.startswith("task: ")]
    return {
        "reason": "",
        "optimizers": list(table.index),
        "rows": [
            (name, *(f"{row[key]:.2f}" for key in ("mean", "normalized", "median")), int(row["n_runs"]))
            for name, row in table.iterrows()
        ],
        "tasks": [
            (column.removeprefix("task: "), [f"{value:.2f}" for value in table[column]]) for column in tasks
        ],
    }


def _best_run_context(index: int, run: BestRun) -> dict[str, Any]:
    what = f"{run.task}, best run ({run.optimizer}, seed {run.seed})"
    rows = parallel_rows(run)
    return {
        "run": run,
        "value": NOT_YET if run.best is None else number(float(run.values[run.best])),
        "trial": None if run.best is None else int(run.numbers[run.best]) + 1,
        "params": [(name, _value_text(value)) for name, value in run.params.items()],
        "extras": [(name, _value_text(value)) for name, value in run.extras.items()],
        "parallel": [
            page_svg(
                figure,
                f"parallel-{index}-{row}",
                f"Parallel coordinates of {what}, part {row + 1} of {len(rows)}.",
            )
            for row, figure in enumerate(rows)
        ],
        "slices": [
            page_svg(
                slice_panel(run, axis),
                f"slice-{index}-{place}",
                f"{run.objective} against {axis.name}; {what}.",
            )
            for place, axis in enumerate(run.axes)
        ],
        "n_inactive": sum(bool(pd.isna(axis.positions).any()) for axis in run.axes),
        "has_outside": bool((np.abs(run.view.position(run.values) - 0.5) > 0.5).any()),
        "n_failed": int(pd.isna(run.values).sum()),
        "n_elsewhere": run.n_elsewhere,
    }


def _pictures(index: int, run: BestRun, contents: Contents) -> dict[str, Any]:
    """Return what the task draws of its best points, or why it cannot."""
    found = contents.pictures.get(run.task, Pictures())
    return {
        "pictures": [
            page_svg(figure, f"{name}-{index}", f"{name.capitalize()} of the best points of {run.task}.")
            for name, figure in found.figures.items()
        ],
        "no_pictures": found.problem,
    }


def _value_text(value: Any) -> str:
    if value is None:
        return "inactive"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
