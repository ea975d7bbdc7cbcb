"""The command `hebo`, on top of everything else in `hebo.experiment`."""

from __future__ import annotations

from hebo.experiment.cli.commands import main

__all__ = ["main"]
