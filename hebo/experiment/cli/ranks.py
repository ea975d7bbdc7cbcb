"""`hebo ranks`: mean ranks over tasks, whether they differ, and the critical-difference diagram."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hebo.errors import ConfigError, DataError, did_you_mean
from hebo.experiment.cli.console import table, wide_console

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

    from hebo.experiment.analysis.blocks import Blocks
    from hebo.experiment.analysis.ranks import Comparison


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="RUN_DIR|CONFIG|CSV...")
@click.option(
    "--optimizer", "chosen", multiple=True, metavar="LABEL", help="Rank only this one and others given."
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Draw the diagram: a PNG file."
)
def ranks(sources: tuple[str, ...], chosen: tuple[str, ...], output: Path | None) -> None:
    """Rank optimisers over tasks, and test their ranks.

    Ranks are those of final values; the tests are Friedman's and Nemenyi's, Wilcoxon's for two optimisers.
    Tasks are the blocks of the tests, with means over the seeds that all optimisers have; of a single task,
    seeds are. Sources are run folders, YAML files, or tables of runs that `hebo scores --csv` has written;
    only finished runs count.
    """
    from hebo.experiment.analysis.ranks import compare
    from hebo.experiment.cli.scores import collect
    from hebo.experiment.files import check_writable

    if output is not None:
        check_writable(output, "--output")
    collected = collect(sources)
    names = _chosen(collected, chosen)
    found = complete_blocks(collected, names)
    comparison = compare(found.values)
    wide_console().print(rank_table(comparison, found))
    if output is not None:
        _draw(comparison, names, output)


def _chosen(table: DataFrame, wanted: Sequence[str]) -> list[str]:
    known = [str(name) for name in dict.fromkeys(table["optimizer"])]
    for name in wanted:
        if name not in known:
            raise ConfigError(f"There is no optimiser '{name}'.{did_you_mean(name, known)}")
    return [name for name in known if name in wanted or not wanted]


def complete_blocks(table: DataFrame, optimizers: list[str]) -> Blocks:
    """Return the blocks of a run table.

    Raises:
        DataError: If no task and seed has a run of every optimiser.
    """
    from hebo.experiment.analysis.blocks import run_blocks

    found = run_blocks(table, optimizers)
    if not len(found.values):
        raise DataError(
            f"No task and seed has a finished run of all of {', '.join(optimizers)} with a success of one; "
            "choose some by --optimizer."
        )
    return found


def rank_table(comparison: Comparison, found: Blocks) -> Table:
    """Return the rank table, with what the tests say under it."""
    from hebo.experiment.report.rank_context import rank_headings, rank_rows

    n_tasks = found.values.index.get_level_values("task").nunique()
    title = f"Ranks over {n_tasks} task{'' if n_tasks == 1 else 's'}, {len(found.values)} seeds in all"
    shown = table(title, rank_headings(comparison), caption=_notes(comparison, found))
    for row in rank_rows(comparison):
        shown.add_row(*row)
    return shown


def _notes(comparison: Comparison, found: Blocks) -> list[str]:
    notes = [comparison.verdict]
    if comparison.p_value is not None:
        notes.append(f"{comparison.test}: p = {comparison.p_value:.2g}.")
    if comparison.critical_difference is not None:
        names = list(map(str, comparison.ranks.index))
        groups = "; ".join(", ".join(names[first : last + 1]) for first, last in comparison.alike)
        notes.append(
            f"Critical difference {comparison.critical_difference:.2f}. Not told apart: {groups or 'none'}."
        )
    if found.n_incomplete:
        notes.append(f"Left out: {found.n_incomplete} pairs of task and seed that some have no run of.")
    if found.n_hopeless:
        notes.append(f"Left out: {found.n_hopeless} pairs of task and seed without any success.")
    return notes


def _draw(comparison: Comparison, optimizers: list[str], output: Path) -> None:
    from hebo.experiment.report.critical_difference_figure import critical_difference_figure
    from hebo.experiment.report.rank_context import no_diagram
    from hebo.experiment.report.svg import save_png

    if reason := no_diagram(comparison):
        raise DataError(reason)
    save_png(critical_difference_figure(comparison, optimizers), output)
    click.echo(f"Wrote {output}")
