"""Template context of the section on ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hebo.experiment.analysis.ranks import Comparison
from hebo.experiment.report.contents import Contents
from hebo.experiment.report.critical_difference_figure import critical_difference_figure
from hebo.experiment.report.rank_figure import rank_figure
from hebo.experiment.report.summary import NOTHING
from hebo.experiment.report.svg import page_svg


def rank_context(contents: Contents) -> dict[str, Any]:
    """Return table, figure and remarks of the section; a dot plot where there is no diagram."""
    comparison = contents.comparison
    ends = "; ".join(f"{name} {rank:.2f}" for name, rank in comparison.ranks["mean_rank"].items())
    description = f"Mean ranks, 1 is best: {ends}."
    if contents.has_diagram:
        figure = critical_difference_figure(comparison, contents.optimizers)
        description += f" Critical difference {comparison.critical_difference:.2f}."
    else:
        figure = rank_figure(comparison, contents.optimizers)
    return {
        "headings": rank_headings(comparison),
        "rows": [(contents.optimizers.index(row[0]), row) for row in rank_rows(comparison)],
        "figure": page_svg(figure, "ranks", description),
        "has_diagram": contents.has_diagram,
        "no_diagram": no_diagram(comparison),
    }


def rank_headings(comparison: Comparison) -> tuple[str, ...]:
    """Return the headings of `rank_rows`."""
    unit = comparison.unit
    runs = () if unit == "seed" else ("over task and seed",)
    return ("optimiser", f"mean rank over {unit}s", "95 % interval", f"{unit}s best on", *runs)


def rank_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """Return the rank table as texts, best first."""
    return [_row(str(name), row, comparison) for name, row in comparison.ranks.iterrows()]


def _row(name: str, row: pd.Series[float], comparison: Comparison) -> tuple[str, ...]:
    is_known = np.isfinite(row["lower"])
    return (
        name,
        f"{row['mean_rank']:.2f}",
        f"{row['lower']:.2f} … {row['upper']:.2f}" if is_known else NOTHING,
        f"{row['n_best']:.0f} of {comparison.n_blocks}",
        *(() if comparison.unit == "seed" else (f"{row['run_rank']:.2f}",)),
    )


def no_diagram(comparison: Comparison) -> str:
    """Say why there is no critical-difference diagram; "" if there is one."""
    if comparison.unit == "seed":
        return (
            "No critical-difference diagram: it needs at least two tasks, as seeds of one task are "
            "repetitions and say nothing about other tasks."
        )
    if len(comparison.ranks) < 3:
        return "No critical-difference diagram: it needs at least three optimisers."
    if comparison.critical_difference is None:
        return "No critical-difference diagram: no optimiser is ahead of another anywhere."
    return ""
