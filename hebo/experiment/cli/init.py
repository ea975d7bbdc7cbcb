"""`hebo init`: a first file to run."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hebo.experiment.cli.starters import Starter


@click.command()
@click.argument("name", required=False, metavar="[KIND|EXAMPLE]")
@click.argument("folder", required=False, default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--list", "lists", is_flag=True, help="List the examples, one line each.")
def init(name: str | None, folder: Path, lists: bool) -> None:
    """Write a first YAML, and what it needs, into FOLDER: by default the current one.

    KIND is python (a function), command (a program), campaign (values that you measure) or compare (two
    optimizers); without it the kinds are listed. EXAMPLE is one of those of --list. No file is overwritten.
    """
    from hebo.experiment.cli.starters import copy, examples, kinds, starter

    if lists:
        _print(examples())
    elif name is None:
        click.echo("hebo init KIND [FOLDER] writes a file to start from:\n")
        _print(kinds())
        click.echo("\nhebo init EXAMPLE [FOLDER] copies an example; hebo init --list lists them.")
    else:
        for path in copy(starter(name), folder):
            click.echo(f"Wrote {path}")
        click.echo(f"Next: {_next(starter(name), folder)}")


def _print(starters: Iterable[Starter]) -> None:
    found = list(starters)
    width = max(len(one.name) for one in found)
    for one in found:
        click.echo(f"  {one.name:<{width}}  {shorten(one.summary, 100, placeholder=' ...')}")


def _next(chosen: Starter, folder: Path) -> str:
    """Return the command that makes use of what was written."""
    from hebo.experiment.cli.starters import DEFAULT_CONFIG
    from hebo.experiment.config.locate import is_of_campaign
    from hebo.experiment.yaml.document import read_yaml

    file = chosen.config.name
    go_there = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    if is_of_campaign(read_yaml(chosen.config).data):
        return f"{go_there}hebo ask {file} -n 4 -o round1.csv"
    return f"{go_there}hebo run" if file == DEFAULT_CONFIG else f"{go_there}hebo run {file}"
