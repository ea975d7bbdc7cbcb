"""`hebo ask`, `tell`, `edit`, `forget`: optimization in rounds, with a spreadsheet in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hebo.errors import ConfigError
from hebo.experiment.cli.campaigns import CAMPAIGN, CONTEXT, counts_text, standing_texts
from hebo.experiment.cli.opening import changing

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.experiment.campaign.log import Log
    from hebo.experiment.campaign.telling import Counts


@click.command()
@CAMPAIGN
@click.option("-n", "n_points", type=click.IntRange(1), help="How many points, or pairs; 1 unless given.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="CSV, or a workbook if it ends in .xlsx (needs openpyxl).",
)
@CONTEXT
@click.option(
    "--fixed",
    metavar="NAME=VALUE",
    multiple=True,
    help="Value of a parameter that all points of this ask shall have.",
)
@click.option("--waiting", is_flag=True, help="No new points: those that were asked for and not told.")
def ask(
    campaign: Path,
    n_points: int | None,
    output: Path,
    contexts: tuple[str, ...],
    fixed: tuple[str, ...],
    waiting: bool,
) -> None:
    """Write points to measure into a spreadsheet.

    CAMPAIGN is a YAML with `name`, `optimizer`, and `space` or `task`. What is known is kept in CAMPAIGN.db
    beside it, or in the `store` that it names.
    With `candidates: library.csv` the points are rows of that table, and its other columns come along.
    Numbers have six digits; the number of a point, in the first column, stands for all of them.
    An optimizer that learns from comparisons asks for pairs: two rows for each.
    """
    if waiting and (n_points is not None or contexts or fixed):
        raise ConfigError("--waiting writes all points that wait; leave -n, --context and --fixed out.")

    def change(log: Log) -> DataFrame:
        return _written(
            log, output, lambda: log.waiting() if waiting else _asked(log, n_points, contexts, fixed)
        )

    log, points = changing(campaign, change)
    columns, written = ", ".join(log.campaign.columns), f"{log.count(points)} {log.words.unit}s"
    click.echo(f"Wrote {written} to {output}; fill in {columns}, then: hebo tell {campaign} {output}")


def _asked(log: Log, n_points: int | None, contexts: Sequence[str], fixed: Sequence[str]) -> DataFrame:
    from hebo.experiment.campaign.contexts import read_contexts
    from hebo.experiment.campaign.given import read_fixed

    space = log.optimizer.space
    context, values = read_contexts(contexts, space, log.cells), read_fixed(fixed, space, log.cells)
    return log.ask(n_points or 1, context, values)


def _written(log: Log, output: Path, points_of: Callable[[], DataFrame]) -> DataFrame:
    """Write points into a sheet and record them; return them.

    Nothing is recorded before the sheet is on the disk, and the sheet has its name after that: one that gets
    lost in between is written again by `--waiting`.
    """
    from hebo.experiment.files import replacing

    workbook = _check_output(output, log)
    with replacing(output) as partial:
        points = points_of()
        if not len(points):
            raise ConfigError(
                f"no {log.words.unit} waits for its {log.words.told}; ask for new ones without --waiting."
            )
        log.write_sheet(partial, points, workbook=workbook)
        log.save()
    return points


@click.command()
@CAMPAIGN
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Take rows that differ from what was told in its place.")
def tell(campaign: Path, sheets: tuple[Path, ...], replace: bool) -> None:
    """Record what was measured, from spreadsheets: all of it, or nothing if a row is unusable.

    Rows without values are left for later. Write `failed` where a measurement failed. A numbered row counts
    once, however often it is told; where its parameters were changed, the point was measured there. Rows
    without a number are other points that were measured as well. A value that was corrected needs --replace;
    the log keeps the old one. Columns that belong to nothing in the campaign are not read. Of a pair, write A
    or B into the column `better`, or x into the row of the better one.
    """

    def change(log: Log) -> list[str]:
        done = [_told(log, path, replace=replace) for path in sheets]
        log.save()
        return done

    log, done = changing(campaign, change)
    for text in done:
        click.echo(text)
    click.echo(counts_text(log))
    for text in standing_texts(log, campaign):
        click.echo(text)


def _told(log: Log, path: Path, *, replace: bool) -> str:
    counts, words = log.tell_sheet(path, replace=replace), log.words
    replaced = f", {counts.replaced} replaced" if counts.replaced else ""
    blank = f" {counts.blank} {words.rows} have no {words.told} yet." if counts.blank else ""
    return (
        f"{path}: {counts.told} {words.unit}s told{replaced}, {counts.known} of its {words.rows} "
        f"were known already.{blank}"
    )


@click.command()
@CAMPAIGN
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1))
def forget(campaign: Path, numbers: tuple[int, ...]) -> None:
    """Give up points or pairs that were asked for, by the NUMBERS in the first column of their sheet.

    They no longer wait, and may be suggested again. If they are measured after all they can be told.
    """

    def change(log: Log) -> None:
        log.forget(numbers)
        log.save()

    log, _ = changing(campaign, change)
    waiting = log.count(log.waiting())
    click.echo(f"{len(set(numbers))} {log.words.unit}s given up, {waiting} waiting.")


@click.command()
@CAMPAIGN
@click.argument("number", type=click.IntRange(1))
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
def edit(campaign: Path, number: int, values: tuple[str, ...]) -> None:
    """Enter or correct what was measured at the point NUMBER, without a sheet.

    loss=0.4 is a value, loss_sd=0.02 the standard deviation of its noise, `failed` a measurement that failed.
    A parameter, temp=61, is one that had another value than asked for. What is not named stays as it was; the
    history keeps what was there before. Of a pair, NUMBER is its own, and better=B the answer.
    """

    def change(log: Log) -> Counts:
        from hebo.experiment.campaign.edits import edit as edited

        counts = edited(log, number, values)
        log.save()
        return counts

    log, counts = changing(campaign, change)
    done = "told" if counts.told else "corrected" if counts.replaced else "as it was"
    click.echo(f"{log.words.unit} {number}: {done}.")
    click.echo(counts_text(log))
    for text in standing_texts(log, campaign):
        click.echo(text)


def _check_output(output: Path, log: Log) -> bool:
    """Refuse a sheet that cannot be written or would replace a file; say whether it is a workbook."""
    from hebo.design_space.spreadsheets.workbook import is_workbook
    from hebo.experiment.campaign.sheet import check_format

    check_format(output)
    if os.path.lexists(output):
        raise ConfigError(f"{output} is there already; name another file, so that no measurement is lost.")
    if not output.parent.is_dir():
        raise ConfigError(f"{output}: its folder does not exist; create it.")
    if output.resolve() == Path(log.where).resolve():
        raise ConfigError(f"{output} is where the campaign is kept; name another file.")
    return is_workbook(output)
