"""`hebo fit-quality`: surrogates fitted to the histories of a store, as tables and a CSV file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from hebo.errors import ConfigError
from hebo.experiment.cli.console import table, wide_console

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

    from hebo.base import Surrogate

DEFAULT = "default"
COMPARED = ("nll_clipped", "rmse", "spearman")
# Measure -> its heading and format.
_COLUMNS = {
    "model": ("surrogate", "{}"),
    "n": ("first", "{}"),
    "coverage": ("90 % coverage", "{:.2f}"),
    "nll": ("NLL", "{:.3f}"),
    "nll_median": ("median NLL", "{:.3f}"),
    "nll_clipped": ("clipped NLL", "{:.3f}"),
    "rmse": ("RMSE", "{:.3f}"),
    "spearman": ("rank corr.", "{:.3f}"),
    "cpu_ms": ("fit CPU ms", "{:.0f}"),
    "cells": ("fits", "{}"),
    "failed": ("failed", "{}"),
}
_MAX_REASONS = 3
_NOTES = (
    "NLL: mean negative log predictive density in nats; clipped: each observation at most 10.",
    "RMSE and NLL on the scale of HEBO's output transform, fitted to the first points.",
)
_DIFFERENCE_NOTES = (
    "Better: below 0 for NLL and RMSE, above 0 for the rank correlation.",
    "Intervals: bootstrap over tasks and over runs within tasks.",
)


@click.command("fit-quality")
@click.argument("source", metavar="RUN_DIR|CONFIG")
@click.option(
    "--surrogate", "texts", multiple=True, metavar="YAML", help="One to compare: {type: extra_trees}."
)
@click.option(
    "--first", multiple=True, type=click.IntRange(min=2), help="How many points to fit to [10, 30, 100]."
)
@click.option("--ahead", type=click.IntRange(min=5), help="How many to test on, in place of all.")
@click.option("--optimizer", "optimizers", multiple=True, metavar="LABEL", help="Only runs of this one.")
@click.option("--task", "tasks", multiple=True, metavar="LABEL", help="Only runs on this one.")
@click.option("--csv", type=click.Path(dir_okay=False, path_type=Path), help="Write one row per fit here.")
def fit_quality(
    source: str,
    texts: tuple[str, ...],
    first: tuple[int, ...],
    ahead: int | None,
    optimizers: tuple[str, ...],
    tasks: tuple[str, ...],
    csv: Path | None,
) -> None:
    """Compare how well surrogates predict runs.

    HEBO's default surrogate and each one given are fitted to the first points of every run and tested on
    those that follow. The fairest runs are those of random search (--optimizer random_search): points that
    an optimizer chose are those where its own model was too hopeful. Options with a label, YAML or number
    of points may be given several times, but --ahead.
    """
    import pandas as pd

    from hebo.experiment.analysis.fit_quality import cut_histories, fit_cells, histories
    from hebo.experiment.files import check_writable, write
    from hebo.experiment.store.results import load_results

    models = surrogates(texts)
    if csv is not None:
        check_writable(csv, "--csv")
    found = histories(load_results(source), optimizers=optimizers, tasks=tasks)
    cuts, left_out = cut_histories(found, sorted(set(first)) or (10, 30, 100), ahead=ahead)
    n_fits = len(models) * len(cuts)
    with click.progressbar(fit_cells(models, cuts), length=n_fits, label="Fits", file=sys.stderr) as rows:
        cells = pd.DataFrame(list(rows))
    if csv is not None:
        write(csv, cells.to_csv(index=False, float_format="%.6g"))
        click.echo(f"Wrote {len(cells)} fits to {csv}")
    wide_console().print(quality_table(cells))
    if len(models) > 1:
        wide_console().print(difference_table(cells))
    _note([one.n_outside for one in cuts], left_out, cells)


def surrogates(texts: Sequence[str]) -> dict[str, Surrogate]:
    """Return name -> surrogate: HEBO's default, and those that YAML texts describe.

    Raises:
        ConfigError: If a text is no surrogate, or two are the same.
    """
    from hebo.surrogates.warped_gp import WarpedGP

    named: dict[str, Surrogate] = {DEFAULT: WarpedGP()}
    for text in texts:
        name = text.strip("{} ").removeprefix("type:").strip()
        if name in named:
            raise ConfigError(f"--surrogate: '{name}' is given twice; leave one out.")
        named[name] = _surrogate(text)
    return named


def _surrogate(text: str) -> Surrogate:
    from hebo.experiment.config.parts import build
    from hebo.experiment.yaml.config_error import ConfigMistake
    from hebo.experiment.yaml.document import parse_yaml

    document = parse_yaml(text, file="--surrogate")
    try:
        return cast("Surrogate", build("surrogate", document.data))
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake


def quality_table(cells: DataFrame) -> Table:
    """Return the measures of every surrogate by number of points fitted to."""
    from hebo.experiment.analysis.fit_measures import summary

    headings = [heading for heading, _ in _COLUMNS.values()]
    shown = table("Fit to the first points, test on those that follow", headings, caption=_NOTES)
    for _, row in summary(cells).iterrows():
        shown.add_row(*(form.format(row[key]) for key, (_, form) in _COLUMNS.items()))
    return shown


def difference_table(cells: DataFrame) -> Table:
    """Return the paired differences of every surrogate to the default, with 95 % intervals."""
    import pandas as pd

    from hebo.experiment.analysis.fit_measures import differences

    headings = ("surrogate", "measure", "first", "difference", "95 % interval")
    shown = table("Differences to HEBO's default on the same points", headings, caption=_DIFFERENCE_NOTES)
    rows = pd.concat([differences(cells, DEFAULT, name) for name in COMPARED])
    if cells["n"].nunique() == 1:
        rows = rows[rows["n"] != "all"]
    for _, row in rows.iterrows():
        interval = f"{row['lower']:+.3f} … {row['upper']:+.3f}" if pd.notna(row["lower"]) else "–"
        cell = f"{row['difference']:+.3f}"
        shown.add_row(row["model"], _COLUMNS[row["measure"]][0], str(row["n"]), cell, interval)
    return shown


def _note(n_outside: Sequence[int], left_out: Sequence[str], cells: DataFrame) -> None:
    """Tell what was not fitted or not tested on, and why."""
    if any(n_outside):
        click.echo(f"Not tested on: {sum(n_outside)} values that the output transform has no image of.")
    failed = [f"{row['model']}: {row['reason']}" for _, row in cells[cells["reason"].notna()].iterrows()]
    for what, reasons in (("Left out", left_out), ("Failed", failed)):
        for reason in reasons[:_MAX_REASONS]:
            click.echo(f"{what}: {reason}.")
        if len(reasons) > _MAX_REASONS:
            click.echo(f"{what}: {len(reasons) - _MAX_REASONS} more.")
