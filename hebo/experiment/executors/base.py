"""Executor contract: a recipe of something with the interface of `concurrent.futures`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import Executor
from pathlib import Path
from typing import ClassVar

from hebo.recipe import Recipe


class ExecutorRecipe(Recipe, ABC):
    """A recipe of something that carries out runs.

    Attributes:
        survives_crashes: Whether the death of an objective's process leaves the experiment alive; only
            then can an evaluation that hangs outside Python be ended.
    """

    survives_crashes: ClassVar[bool]

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many runs are under way at once."""

    @abstractmethod
    def open(self, *, log: Path) -> Executor:
        """Return a running executor; what its workers print is appended to `log`."""
