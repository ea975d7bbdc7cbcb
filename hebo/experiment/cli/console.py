"""Consoles and tables of the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def console(width: int | None = None) -> Console:
    """Return a console that shows texts as they are: `[a]` is a category, not a style."""
    from rich.console import Console

    return Console(width=width, markup=False, emoji=False, highlight=False)


def wide_console() -> Console:
    """Return a console for tables; piped into a file or a pager there is no width to fit into."""
    return console(width=None if sys.stdout.isatty() else 250)


def table(title: str, headings: Iterable[str], *, caption: Iterable[str] = (), n_left: int = 1) -> Table:
    """Return an empty table, its first `n_left` columns to the left, those of numbers to the right."""
    from rich import box
    from rich.table import Table

    shown = Table(
        title=title,
        caption="\n".join(caption),
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
    )
    for place, heading in enumerate(headings):
        shown.add_column(heading, justify="left" if place < n_left else "right", overflow="fold")
    return shown
