"""`hebo ask` and `hebo tell`: optimisation in rounds, with a spreadsheet in between."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hebo.experiment.campaign_log import Log


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path))
@click.option("-n", "n_points", type=click.IntRange(1), default=1, show_default=True, help="How many.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="CSV.")
@click.option("--waiting", is_flag=True, help="No new points: those that were asked for and not told.")
def ask(campaign: Path, n_points: int, output: Path, waiting: bool) -> None:
    """Write points to measure into a spreadsheet.

    CAMPAIGN is a YAML with `name`, `optimizer`, and `space` or `task`; CAMPAIGN.log.json keeps what is known.
    With `candidates: library.csv` the points are rows of that table, and its other columns come along.
    """
    from hebo.errors import ConfigError
    from hebo.experiment.campaign_log import alone
    from hebo.experiment.sheet import write_sheet

    if output.exists():
        raise ConfigError(f"{output} is there already; name another file, so that no measurement is lost.")
    if not output.parent.is_dir():
        raise ConfigError(f"{output}: its folder does not exist; create it.")
    with alone(_log_path(campaign)):
        log = _open(campaign)
        points = log.waiting() if waiting else log.ask(n_points)
        log.save()  # first: of a sheet that gets lost, `--waiting` writes another
        labels = log.labels(points)
        write_sheet(output, points, points.index.tolist(), log.campaign.measured, labels=labels)
    columns = ", ".join(log.campaign.measured)
    click.echo(
        f"Wrote {len(points)} points to {output}; fill in {columns}, then: hebo tell {campaign} {output}"
    )


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path))
@click.argument("sheets", nargs=-1, required=True, type=click.Path(path_type=Path))
def tell(campaign: Path, sheets: tuple[Path, ...]) -> None:
    """Record what was measured, from spreadsheets.

    Rows without values are left for later. Write `failed` where a measurement failed. A numbered row counts
    once, however often it is told; rows without a number are other points that were measured as well.
    """
    from hebo.experiment.campaign_log import alone
    from hebo.experiment.sheet import read_sheet

    with alone(_log_path(campaign)):
        log = _open(campaign)
        space, labels = log.optimizer.space, log.label_names
        for sheet in sheets:
            rows = read_sheet(sheet, space, log.campaign.measured, labels=labels)
            n_told = log.tell(rows, str(sheet))
            log.save()
            click.echo(f"{sheet}: {n_told} points told, {len(rows) - n_told} of its rows were known already.")
    _say_best(log)


def _say_best(log: Log) -> None:
    data = log.optimizer.data
    click.echo(f"{len(data.x)} points in all, {int(data.failed.sum())} failed, {len(log.waiting())} waiting.")
    if data.y.shape[1] == 1 and bool(data.feasible.any()):
        best = log.optimizer.best_x
        point = {**log.labels(best).to_dict("records")[0], **best.to_dict("records")[0]}
        found = ", ".join(f"{name}={value}" for name, value in point.items())
        click.echo(f"Best {log.campaign.objectives[0]}: {log.optimizer.best_y:g} at {found}")


def _log_path(campaign: Path) -> Path:
    return campaign.with_name(f"{campaign.stem}.log.json")


def _open(campaign: Path) -> Log:
    from hebo.experiment.campaign import build_campaign
    from hebo.experiment.campaign_log import Log
    from hebo.experiment.yaml_file import read_yaml

    return Log(*build_campaign(read_yaml(campaign)), _log_path(campaign))
