"""`hebo scores`: normalized scores, and the CSV files they are kept in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import pandas as pd

from hebo.errors import DataError
from hebo.experiment.analysis.normalized import Scores, normalized_scores
from hebo.experiment.analysis.run_files import merge_run_tables, read_run_tables
from hebo.experiment.analysis.run_tables import run_table
from hebo.experiment.analysis.score_tables import cost_table
from hebo.experiment.cli.console import table
from hebo.experiment.report.score_context import HEADINGS, score_texts
from hebo.experiment.store.results import about_aside, load_results

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table


def collect(sources: Sequence[str]) -> DataFrame:
    """Return the run table of all sources: run folders, YAML files, store URLs, or CSV files of run tables.

    Raises:
        DataError: If a run is in two sources, or no run is finished.
    """
    tables, mentions = [], []
    for one in sources:
        if one.endswith(".csv"):
            tables.append(read_run_tables([Path(one)]))
            continue
        results = load_results(one)
        tables.append(run_table(results))
        mentions += [text for text in [about_aside(results)] if text]
    whole = merge_run_tables(tables)
    if not len(whole) and mentions:
        raise DataError(f"There is nothing to compare. {' '.join(mentions)}")
    for text in mentions:
        click.echo(text, err=True)
    if not len(whole):
        raise DataError("No run is finished yet; `hebo run` with the same configuration goes on.")
    return whole


def score_tables(runs: DataFrame, *, reference: str | None) -> Iterator[Table]:
    """Yield one table per suite and part, and one of all that are scored where there are several.

    Where nothing can be scored, for want of random search, the table shows what an ask costs.
    """
    groups = [
        ("/".join(filter(None, map(str, key))), one)
        for key, one in runs.groupby(["suite", "part"], sort=False)
    ]
    scored = []
    for name, one in groups:
        scores = normalized_scores(one)
        if len(scores.runs):
            scored.append(one)
            yield _score_table(name, scores, reference)
        else:
            yield _cost_table(name, one, reference, scores)
    if len(scored) > 1:
        yield _score_table("all", normalized_scores(pd.concat(scored)), reference)


def _cost_table(name: str, runs: DataFrame, reference: str | None, scores: Scores) -> Table:
    reason = next(iter(scores.left_out.values()))
    costs = cost_table(runs, reference=reference)
    headings = [heading.replace("cpu_", "") for heading in ("optimizer", *costs.columns)]
    shown = table(f"{name}: CPU seconds per ask", headings, caption=[f"No scores, as {reason}."])
    for key, row in costs.iterrows():
        shown.add_row(str(cast(tuple[str, ...], key)[-1]), *(f"{value:.3g}" for value in row))
    return shown


def _score_table(name: str, scores: Scores, reference: str | None) -> Table:
    texts = score_texts(scores, reference=reference)
    caption = [f"Wins and losses of {texts.reference}.", *texts.notes]
    shown = table(f"{name}: normalized score, 0 best known, 1 random search", HEADINGS, caption=caption)
    for row in texts.rows:
        shown.add_row(*row)
    return shown
