"""`hebo tasks`: what problems need besides this package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.group()
def tasks() -> None:
    """Get what tasks need; `hebo list task` lists them."""


@tasks.command()
@click.argument("name")
@click.argument("items", nargs=-1)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Folder, in place of the usual."
)
def fetch(name: str, items: tuple[str, ...], output: Path | None) -> None:
    """Download the data NAME, or some ITEMS of them; `hebo list download` lists them.

    Files that are there already are kept.
    """
    from hebo.experiment.config.parts import lookup

    download: Any = lookup("download", name)()  # `tasks` is above this layer
    folder = download.fetch(items, output, click.echo)
    click.echo(f"{', '.join(items) or 'All'} of {name}: in {folder}")
