"""The contract of data that do not come along and can be fetched."""

from __future__ import annotations

import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.error import URLError

from hebo.errors import DataError
from hebo.recipe import Recipe


class Download(Recipe, ABC):
    """Files of a repository."""

    @abstractmethod
    def fetch(self, names: Sequence[str], folder: Path | None, tell: Callable[[str], None]) -> Path:
        """Download what a folder lacks, and return it.

        Args:
            names: Which files; none for all of them where there is an end of them.
            folder: Where to; None for the place where tasks look by themselves.
            tell: Called with a line for each file that was downloaded.

        Raises:
            ConfigError: If a name is unknown.
            DataError: If there is no way to the repository, or a file is not what it should be.
        """


def read_url(url: str, remedy: str) -> bytes:
    """Return what is at an address.

    Raises:
        DataError: If nothing is, or there is no way to it; ends with the remedy.
    """
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bytes(answer.read())
    except (URLError, OSError) as error:
        raise DataError(f"{url} cannot be read ({error}); {remedy}") from error


def keep(path: Path, contents: bytes, tell: Callable[[str], None]) -> None:
    """Write a file, all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(contents)
    partial.replace(path)
    tell(f"{path} ({len(contents)} bytes)")
