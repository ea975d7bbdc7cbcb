"""`hebo ask`, `hebo tell` and `hebo forget`: optimisation in rounds, with a spreadsheet in between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hebo.errors import ConfigError, DataError, IncompatibleError, SpaceError

if TYPE_CHECKING:
    from hebo.experiment.campaign.log import Log

_CAMPAIGN = click.argument("campaign", type=click.Path(path_type=Path))


@click.command()
@_CAMPAIGN
@click.option("-n", "n_points", type=click.IntRange(1), help="How many; 1 unless given.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="CSV, or a workbook if it ends in .xlsx (needs openpyxl).",
)
@click.option("--waiting", is_flag=True, help="No new points: those that were asked for and not told.")
def ask(campaign: Path, n_points: int | None, output: Path, waiting: bool) -> None:
    """Write points to measure into a spreadsheet.

    CAMPAIGN is a YAML with `name`, `optimizer`, and `space` or `task`; CAMPAIGN.log.json keeps what is known.
    With `candidates: library.csv` the points are rows of that table, and its other columns come along.
    Numbers have six digits; the number of a point, in the first column, stands for all of them.
    """
    from hebo.experiment.campaign.sheet import write_sheet
    from hebo.experiment.files import replacing

    if waiting and n_points is not None:
        raise ConfigError("--waiting writes all points that wait; leave -n out.")
    with _campaign(campaign) as log:
        workbook = _check_output(output, log)
        # Nothing is recorded before the sheet is on the disk, and the sheet has its name after that: one that
        # gets lost in between is written again by `--waiting`.
        with replacing(output) as partial:
            points = log.waiting() if waiting else log.ask(n_points or 1)
            if not len(points):
                raise ConfigError("no point waits for its values; ask for new ones without --waiting.")
            write_sheet(
                partial,
                points,
                points.index.tolist(),
                log.campaign.measured,
                cells=log.cells,
                labels=log.cells.labels(points),
                workbook=workbook,
            )
            log.save()
    columns = ", ".join(log.campaign.measured)
    click.echo(
        f"Wrote {len(points)} points to {output}; fill in {columns}, then: hebo tell {campaign} {output}"
    )


@click.command()
@_CAMPAIGN
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Take rows that differ from what was told in its place.")
def tell(campaign: Path, sheets: tuple[Path, ...], replace: bool) -> None:
    """Record what was measured, from spreadsheets: all of it, or nothing if a row is unusable.

    Rows without values are left for later. Write `failed` where a measurement failed. A numbered row counts
    once, however often it is told; where its parameters were changed, the point was measured there. Rows
    without a number are other points that were measured as well. A value that was corrected needs --replace;
    the log keeps the old one. Columns that belong to nothing in the campaign are not read.
    """
    from hebo.experiment.campaign.sheet import read_sheet

    with _campaign(campaign) as log:
        done = []
        for path in sheets:
            sheet = read_sheet(path, log.optimizer.space, log.campaign.measured, labels=log.cells.label_names)
            if sheet.aside:
                names = ", ".join(map(repr, sheet.aside))
                log.notices.append(f"{path}: not read, as they belong to nothing in the campaign: {names}.")
            counts = log.tell(sheet, replace=replace)
            replaced = f", {counts.replaced} replaced" if counts.replaced else ""
            blank = f" {counts.blank} rows have no values yet." if counts.blank else ""
            done.append(
                f"{path}: {counts.told} points told{replaced}, {counts.known} of its rows were known "
                f"already.{blank}"
            )
        log.save()
    for text in done:
        click.echo(text)
    _say_best(log)


@click.command()
@_CAMPAIGN
@click.argument("numbers", nargs=-1, required=True, type=click.IntRange(1))
def forget(campaign: Path, numbers: tuple[int, ...]) -> None:
    """Give up points that were asked for, by the NUMBERS in the first column of their sheet.

    They no longer wait, and may be suggested again. If they are measured after all they can be told.
    """
    with _campaign(campaign) as log:
        log.forget(numbers)
        log.save()
    click.echo(f"{len(set(numbers))} points given up, {len(log.waiting())} waiting.")


@contextmanager
def _campaign(file: Path) -> Iterator[Log]:
    """Open a campaign for one command, and say what people should know of it at the end.

    Raises:
        ConfigError: For every mistake of people; nothing is recorded then.
    """
    from hebo.experiment.campaign.definition import build_campaign
    from hebo.experiment.campaign.lock import alone
    from hebo.experiment.campaign.log import Log
    from hebo.experiment.yaml.document import read_yaml

    try:
        document = read_yaml(file)
        path = file.with_name(f"{file.stem}.log.json")
        with alone(path) as taken_over:
            log = Log(*build_campaign(document), path)
            yield log
    except (DataError, IncompatibleError, SpaceError) as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        raise ConfigError(
            f"{error.filename or file}: {error.strerror}; correct that and try again."
        ) from error
    for text in [*([taken_over] if taken_over else []), *log.notices]:
        click.echo("note: " + " ".join(text.split()), err=True)


def _check_output(output: Path, log: Log) -> bool:
    """Refuse a sheet that cannot be written or would replace a file; say whether it is a workbook."""
    from hebo.design_space.spreadsheets.workbook import is_workbook
    from hebo.experiment.campaign.sheet import check_format

    check_format(output)
    if os.path.lexists(output):
        raise ConfigError(f"{output} is there already; name another file, so that no measurement is lost.")
    if not output.parent.is_dir():
        raise ConfigError(f"{output}: its folder does not exist; create it.")
    if output.resolve() == log.path.resolve():
        raise ConfigError(f"{output} is where the campaign is kept; name another file.")
    return is_workbook(output)


def _say_best(log: Log) -> None:
    data = log.optimizer.data
    click.echo(f"{len(data.x)} points in all, {int(data.failed.sum())} failed, {len(log.waiting())} waiting.")
    if len(data.x) and data.y.shape[1] == 1:
        try:
            best, value = log.optimizer.best_x, log.optimizer.best_y
        except DataError as error:
            click.echo(f"No best point: {error}.")
            return
        values = best.to_dict("records")[0]
        shown = {name: log.cells.show(name, values[name]) for name in log.optimizer.space.names}
        labels = log.cells.labels(best).to_dict("records")[0]
        found = ", ".join(f"{name}={one}" for name, one in [*labels.items(), *shown.items()])
        click.echo(f"Best {log.campaign.objectives[0]}: {value:g} at {found}")
