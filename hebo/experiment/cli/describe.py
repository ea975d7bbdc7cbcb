"""`hebo describe`: what a part is, its settings, and an example."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from difflib import get_close_matches

import click

from hebo.catalog import RENAMED
from hebo.errors import ConfigError, did_you_mean
from hebo.experiment.cli.console import wide_console
from hebo.experiment.config.catalog import catalog

_DOWNLOAD = "download"


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="[KIND] NAME")
def describe(words: tuple[str, ...]) -> None:
    """Describe the part NAME: what it is, its settings, and an example that can be run.

    KIND (optimizer, task, surrogate, ...) is needed where parts of several kinds have the name.
    """
    from hebo.experiment.cli.part_example import example_text
    from hebo.experiment.cli.settings_table import settings, settings_table
    from hebo.experiment.config.parts import lookup

    kind, name = find(words)
    part = lookup(kind, name)
    click.echo(f"{name} ({kind.replace('_', ' ')}): {catalog()[kind][name].summary}\n")
    click.echo(first_paragraph(part.__doc__ or ""))
    rows = settings(part)
    if rows:
        wide_console().print(settings_table(rows))
    else:
        click.echo("\nIt has no settings.\n")
    if kind == _DOWNLOAD:
        click.echo(f"Get it: hebo tasks fetch {name}")
    elif example := example_text(kind, name):
        click.echo(f"Example:\n\n{example}", nl=False)
    else:
        click.echo("Its author gives no example; the settings without a default are required.")


def find(words: Sequence[str]) -> tuple[str, str]:
    """Return kind and name of the part that some words name.

    Raises:
        ConfigError: If there is no such part, or one of several kinds is meant.
    """
    if len(words) > 2:
        raise ConfigError(f"expected a name, or a kind and a name, got {' '.join(words)!r}.")
    kinds = [kind for kind, names in catalog().items() if words[-1] in names]
    if len(words) == 2:
        return words[0], words[1]  # `lookup` says what is wrong with them
    if len(kinds) == 1:
        return kinds[0], words[0]
    if kinds:
        choices = " or ".join(f"`hebo describe {kind} {words[0]}`" for kind in kinds)
        raise ConfigError(f"'{words[0]}' is the name of several parts; write {choices}.")
    raise ConfigError(_unknown(words[0]))


def _unknown(name: str) -> str:
    for kind, names in RENAMED.items():
        if name in names:
            return f"The {kind} '{name}' is called '{names[name]}' now."
    if name in catalog():
        return f"'{name}' is a kind of part; `hebo list {name}` lists those, or name one of them."
    known = [one for names in catalog().values() for one in names]
    hint = did_you_mean(name, known) if get_close_matches(name, known, n=1) else " `hebo list` lists all."
    return f"There is no part called '{name}'.{hint}"


def first_paragraph(docstring: str) -> str:
    """Return the first paragraph of a docstring on one line."""
    return " ".join(inspect.cleandoc(docstring).partition("\n\n")[0].split())
