"""Warnings for users, as lines of the command line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from hebo.errors import SuitabilityWarning


@contextmanager
def one_line_warnings() -> Iterator[None]:
    """Print each warning about parts that hardly suit once, on a line; leave others to Python."""
    seen: set[str] = set()
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if not issubclass(category, SuitabilityWarning):
                others(message, category, *place, **more)
            elif str(message) not in seen:
                seen.add(str(message))
                click.echo(f"warning: {' '.join(str(message).split())}", err=True)

        warnings.showwarning = show
        yield
