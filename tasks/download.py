"""The contract of data that do not come along and can be fetched."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

from hebo.recipe import Recipe


class Download(Recipe, ABC):
    """Files of a repository, each known by its checksum."""

    @abstractmethod
    def fetch(self, folder: Path | None, tell: Callable[[str], None]) -> Path:
        """Download what a folder lacks, and return it.

        Args:
            folder: Where to; None for the place where tasks look by themselves.
            tell: Called with a line for each file that was downloaded.

        Raises:
            DataError: If there is no way to the repository, or a file has another checksum than it should.
        """
