"""`write_report`: an experiment's results as one self-contained HTML page, and its figures as PNG files."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from hebo import __version__
from hebo.errors import DataError
from hebo.experiment.report.bayesmark_score import bayesmark_table, random_search_labels
from hebo.experiment.report.best_run import BestRun, best_runs
from hebo.experiment.report.curves import TaskCurves, task_curves
from hebo.experiment.report.parallel_figure import parallel_figure, parallel_rows
from hebo.experiment.report.rank_figure import rank_figure
from hebo.experiment.report.ranks import Blocks, Comparison, blocks, compare
from hebo.experiment.report.regret_figure import regret_figure, regret_panel
from hebo.experiment.report.slice_figure import slice_figure, slice_panel
from hebo.experiment.report.statistics import observations
from hebo.experiment.report.style import css_variables, line_style, number
from hebo.experiment.report.summary import facts, failures, number_or_dash, period, summary
from hebo.experiment.report.svg import inline_svg, save_png
from hebo.experiment.report.timing import PHASES, timing_figure, timing_table

if TYPE_CHECKING:
    from hebo.experiment.results import Results


def write_report(results: Results, output: Path) -> list[Path]:
    """Write `report.html` and the figures as PNG files into the folder `output`.

    The page asks for nothing from the network, adapts to light, dark and print, and holds no script.

    Args:
        results: What the experiment has found so far; it need not be finished.
        output: Folder to write to, made if it does not exist. Files of an earlier report are replaced.

    Returns:
        The files written, the page first.
    """
    output.mkdir(parents=True, exist_ok=True)
    table = observations(results)
    optimizers = [str(name) for name in dict.fromkeys(results.runs["optimizer"])]
    curves, runs = task_curves(results, table), best_runs(results, table)
    found = blocks(results, table)
    comparison, means = compare(found.values), timing_table(table, optimizers)

    page = output / "report.html"
    page.write_text(_render(results, table, optimizers, curves, runs, found, comparison, means), "utf-8")
    figures: dict[str, Figure] = {"regret": regret_figure(curves), "timing": timing_figure(means)}
    if len(optimizers) > 1 and comparison.n_blocks:
        figures["ranks"] = rank_figure(comparison, optimizers)
    for index, run in enumerate(runs):
        suffix = "" if len(runs) == 1 else f"_{index + 1:02d}_{_slug(run.task)}"
        figures[f"parallel_coordinates{suffix}"] = parallel_figure(run)
        figures[f"slices{suffix}"] = slice_figure(run)
    return [page, *(save_png(figure, output / f"{name}.png") for name, figure in figures.items())]


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:60]


def _render(
    results: Results,
    table: pd.DataFrame,
    optimizers: list[str],
    curves: list[TaskCurves],
    runs: list[BestRun],
    found: Blocks,
    comparison: Comparison,
    means: pd.DataFrame,
) -> str:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_resource("report.html"))
    return template.render(
        style=Markup(_style()),
        version=__version__,
        name=results.name,
        period=period(results),
        facts=facts(results, table),
        n_unfinished=int((results.runs["status"] != "finished").sum()),
        legend=[(name, *line_style(index)) for index, name in enumerate(optimizers)],
        summary=summary(results, table),
        optima={task: number_or_dash(value) for task, value in _optima(results).items()},
        objectives={task: names[0] for task, names in results.objectives.items()},
        n_more_objectives=sum(len(names) > 1 for names in results.objectives.values()),
        panels=_curve_panels(curves),
        comparison=comparison,
        blocks=found,
        rank_figure=_rank_svg(comparison, optimizers),
        score=_score(results),
        best_runs=[_best_run_context(index, run) for index, run in enumerate(runs)],
        timing=[
            (name, [number_or_dash(value, n_digits=3) for value in row])
            for name, row in zip(optimizers, means.to_numpy(), strict=True)
        ],
        phases=[*PHASES, "total"],
        timing_figure=_svg(
            timing_figure(means),
            "timing",
            "Mean seconds per trial by optimiser and phase; numbers in the table below.",
        ),
        failures=failures(results, table),
        settings=_settings(results),
        number=number,
    )


def _resource(name: str) -> str:
    return resources.files("hebo.experiment.report").joinpath(name).read_text("utf-8")


def _style() -> str:
    """Return the style sheet, with the colours of the figures for light, dark and print."""
    light, dark = css_variables(dark=False), css_variables(dark=True)
    return (
        f":root {{ {light} }}\n@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n"
        f"@media print {{ :root {{ {light} }} }}\n{_resource('report.css')}"
    )


def _svg(figure: Figure, name: str, description: str) -> Markup:
    # Safe: made of matplotlib's own elements, user text in it is escaped by the XML writer.
    return Markup(inline_svg(figure, name, description))


def _optima(results: Results) -> dict[str, float]:
    return dict(zip(results.runs["task"].astype(str), results.runs["optimum"].astype(float), strict=True))


def _curve_panels(curves: list[TaskCurves]) -> list[Markup]:
    is_large = len(curves) <= 2
    return [
        _svg(regret_panel(one, is_large=is_large), f"curve-{index}", _curve_description(one))
        for index, one in enumerate(curves)
    ]


def _curve_description(curves: TaskCurves) -> str:
    ends = [
        f"{name} ends at {number(float(band.median[-1]))}"
        for name, band in curves.bands.items()
        if len(band.median) and pd.notna(band.median[-1])
    ]
    return (
        f"{curves.task}: median {curves.quantity} against trials; {'; '.join(ends) or 'no successful trial'}."
    )


def _rank_svg(comparison: Comparison, optimizers: list[str]) -> Markup | None:
    if len(optimizers) < 2 or not comparison.n_blocks:
        return None
    ends = "; ".join(f"{name} {row['mean_rank']:.2f}" for name, row in comparison.ranks.iterrows())
    return _svg(rank_figure(comparison, optimizers), "ranks", f"Mean ranks, 1 is best: {ends}.")


def _score(results: Results) -> dict[str, Any] | None:
    """Return Bayesmark's score, the reason why there is none, or None without random search."""
    if not random_search_labels(results) or results.runs["optimizer"].nunique() < 2:
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
            (name, *(f"{row[key]:.2f}" for key in ("mean", "normalised", "median")), int(row["n_runs"]))
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
        "parallel": [
            _svg(
                figure,
                f"parallel-{index}-{row}",
                f"Parallel coordinates of {what}, part {row + 1} of {len(rows)}.",
            )
            for row, figure in enumerate(rows)
        ],
        "slices": [
            _svg(
                slice_panel(run, axis),
                f"slice-{index}-{place}",
                f"{run.objective} against {axis.name}; {what}.",
            )
            for place, axis in enumerate(run.axes)
        ],
        "n_inactive": sum(bool(pd.isna(axis.positions).any()) for axis in run.axes),
        "has_outside": bool((run.view.position(run.values) > 1).any()),
        "n_failed": int(pd.isna(run.values).sum()),
    }


NOT_YET = "no successful trial"


def _value_text(value: Any) -> str:
    if value is None:
        return "inactive"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _settings(results: Results) -> list[tuple[str, str]]:
    """Return the recipe of each optimiser and task as indented JSON."""
    recipes: dict[str, str] = {}
    for _, run in results.runs.iterrows():
        for part in ("optimizer", "task"):
            if part in run["config"]:
                recipes.setdefault(
                    f"{part} {run[part]}", json.dumps(run["config"][part], indent=2, default=str)
                )
    return sorted(recipes.items(), key=lambda item: item[0].startswith("task "))
