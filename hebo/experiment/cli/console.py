"""Where tables for people are printed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console(width: int | None = None) -> Console:
    """Return a console that shows texts as they are: `[a]` is a category, not a style."""
    from rich.console import Console

    return Console(width=width, markup=False, emoji=False, highlight=False)


def wide_console() -> Console:
    """Return a console for tables; piped into a file or a pager there is no width to fit into."""
    return console(width=None if sys.stdout.isatty() else 250)
