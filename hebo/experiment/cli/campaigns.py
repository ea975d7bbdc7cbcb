"""Campaigns on the command line: their incumbents, `hebo recommend`, `hebo show`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hebo.errors import ConfigError
from hebo.experiment.cli.console import table, wide_console
from hebo.experiment.cli.opening import opened

if TYPE_CHECKING:
    from pandas import DataFrame
    from rich.table import Table

    from hebo.experiment.campaign.log import Log
    from hebo.experiment.campaign.standing import Standing

CAMPAIGN = click.argument("campaign", type=click.Path(path_type=Path))

CONTEXT = click.option(
    "-c",
    "--context",
    "contexts",
    metavar="NAME=VALUE",
    multiple=True,
    help="Value of a parameter with `role: context`; once for each of them.",
)

MOST_CONTEXTS = 5
"""Contexts that `hebo tell` has a line for: those told last."""


def counts_text(log: Log) -> str:
    """Return how many points were told, have failed, and wait; or how many were compared."""
    data = log.optimizer.data
    if log.campaign.compares:
        n_compared = len(data.better) + log.n_outside
        return f"{n_compared} comparisons in all, {log.count(log.waiting())} pairs waiting."
    outside = f", {log.n_outside} outside the space" if log.n_outside else ""
    n_told, n_failed = len(data.x) + log.n_outside, int(data.failed.sum()) + log.n_failed_outside
    return f"{n_told} points in all, {n_failed} failed, {len(log.waiting())} waiting{outside}."


def standing_texts(log: Log, file: Path) -> Iterator[str]:
    """Return a line about the best point, or the front, of each context; the one told last at the end."""
    from hebo.experiment.campaign.standing import standings

    if log.campaign.compares:
        if len(log.optimizer.data.better):
            yield f"Preferred most: {_point_text(log, log.optimizer.best_x)}"
        return
    every = standings(log)
    if len(every) > MOST_CONTEXTS:
        yield f"{len(every)} contexts were told; hebo show {file} has all of them. Of the last ones:"
    for one in every[-MOST_CONTEXTS:]:
        yield _standing_text(log, one, file)


def _standing_text(log: Log, one: Standing, file: Path) -> str:
    from hebo.experiment.campaign.contexts import context_text

    objectives = log.campaign.objective_names
    where = f" with {context_text(one.context, log.cells)}" if one.context else ""
    if one.reason:
        return f"No best point{where}: {one.reason}."
    if len(objectives) > 1:
        return f"{len(one.best)} points on the front{where}; hebo show {file} has them."
    point = _point_text(log, one.best, leave_out=one.context)
    title = log.campaign.objectives[0].title
    return f"Best {title}{where}: {one.best[objectives[0]].iloc[0]:g} at {point}"


def _point_text(log: Log, best: DataFrame, *, leave_out: Any = ()) -> str:
    """Return a point as a sheet shows it, with what a table of candidates calls it."""
    point = best[log.optimizer.space.names]
    values = point.to_dict("records")[0]
    shown = {name: log.cells.show(str(name), one) for name, one in values.items() if name not in leave_out}
    labels = log.cells.labels(point).to_dict("records")[0]
    return ", ".join(f"{name}={one}" for name, one in [*labels.items(), *shown.items()])


def is_campaign(source: str) -> bool:
    """Say whether a source of `hebo show` is the YAML of a campaign."""
    from hebo.experiment.config.locate import is_of_campaign
    from hebo.experiment.yaml.document import read_yaml

    path = Path(source)
    if path.suffix not in {".yaml", ".yml"} or not path.is_file():
        return False
    return is_of_campaign(read_yaml(path).data)


def show_campaign(file: Path, run_id: str | None) -> None:
    """Print how far a campaign is, and its best points.

    Raises:
        ConfigError: If a run is named, of which a campaign has none.
    """
    if run_id is not None:
        raise ConfigError(f"{file} is a campaign, which has no runs; leave {run_id!r} out.")
    with opened(file) as log:
        click.echo(counts_text(log))
        if log.campaign.compares:
            for text in standing_texts(log, file):
                click.echo(text)
        elif len(log.optimizer.data.x):
            wide_console().print(standing_table(log))


def standing_table(log: Log) -> Table:
    """Return the best point of each context, or the points of its front, a row for each."""
    from hebo.experiment.campaign.standing import standings

    space, objectives = log.optimizer.space, list(log.campaign.objective_names)
    every = standings(log)
    contexts = list(every[0].context) if every else []
    names = [*space.label_names, *(name for name in space.names if name not in contexts)]
    title = f"{log.campaign.name}: {'best point' if len(objectives) == 1 else 'Pareto front'}"
    shown = table(title, [*contexts, "told"], n_left=len(contexts))
    for heading in [*objectives, "point", *names, ""]:
        shown.add_column(heading, justify="right" if heading in objectives else "left", overflow="fold")
    for one in every:
        for row in _rows(log, one, names) or [[""] * (len(objectives) + 1 + len(names)) + [one.reason]]:
            context = [log.cells.show(name, value) for name, value in one.context.items()]
            shown.add_row(*context, str(one.n_told), *row)
    return shown


def _rows(log: Log, one: Standing, names: list[str]) -> list[list[str]]:
    space = log.optimizer.space
    points = one.best[space.names]
    labels = log.cells.labels(points)
    rows = []
    for place, x in enumerate(space.encode(points)):
        point = points.iloc[place].to_dict()
        cells = [
            "" if (label := labels[name].iloc[place]) is None else str(label)
            for name in names
            if name in labels
        ]
        cells += [log.cells.show(name, point[name]) for name in names if name in point]
        values = [f"{one.best[name].iloc[place]:.6g}" for name in log.campaign.objective_names]
        number = log.number_of(x)
        rows.append([*values, "" if number is None else str(number), *cells, ""])
    return rows


@click.command()
@CAMPAIGN
@CONTEXT
def recommend(campaign: Path, contexts: tuple[str, ...]) -> None:
    """Print the point that the model thinks best, and what it predicts there. Nothing is asked for.

    Values of a context that was never told may be given as well. Without --context it is that of the point
    told last.
    """
    from hebo.design_space.competing import context_names
    from hebo.experiment.campaign.contexts import read_contexts

    with opened(campaign) as log:
        if len(log.campaign.objective_names) > 1:
            raise ConfigError(
                f"several objectives ({', '.join(log.campaign.objective_names)}) have no single best point; "
                f"hebo show {campaign} has the front to choose from."
            )
        space = log.optimizer.space
        found = log.optimizer.recommendation(read_contexts(contexts, space, log.cells) if contexts else None)
    text, is_last = _point_text(log, found.point), not contexts and context_names(space)
    recommended = f"Recommended{' in the context told last' if is_last else ''}: {text}"
    if log.campaign.compares:
        click.echo(recommended)
        return
    objective = log.campaign.objective_names[0]
    if found.measured is not None:
        click.echo("There is no model (yet), so this is the best point that was told:")
        click.echo(f"{text}\n{objective} was {found.measured:g}")
        return
    click.echo(recommended)
    ends = f"from {found.low:.4g} to {found.high:.4g} within one standard deviation"
    click.echo(f"Predicted {objective}: {found.mean:.4g}, {ends}")
    if log.campaign.constraints:
        rules = ", ".join(one.rule for one in log.campaign.constraints)
        click.echo(f"Probability that {rules}: {found.feasibility:.3g}")
    number = log.number_of(space.encode(found.point)[0])
    if number is not None:
        click.echo(f"It is point {number}, which was told.")
