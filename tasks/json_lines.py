"""A dictionary that can live in a file of JSON lines, written by several processes at once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from hebo.errors import ConfigError


class JsonLines:
    """Text keys -> JSON objects; grows only.

    A record is one `write` to a file opened for appending, so that records of different processes do not
    mix on a local disk. It starts with a line break: whatever a killed process left of a record then
    spoils no other. Records of other processes are read when a key is missing.

    Args:
        path: The file, created with the first record; None keeps all in memory.
    """

    def __init__(self, path: str | None) -> None:
        self._path = None if path is None else Path(path)
        self._records: dict[str, dict[str, Any]] = {}
        self._position = 0

    def has_folder(self) -> bool:
        """Say whether the file's folder exists."""
        return self._path is None or self._path.parent.is_dir()

    def require(self) -> None:
        """Check that the file can be read and written.

        Raises:
            ConfigError: If it cannot.
        """
        self._read_new()
        if self._path is not None:
            _append(self._path, b"")

    def __contains__(self, key: str) -> bool:
        if key not in self._records:
            self._read_new()
        return key in self._records

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self._records[key]

    def __setitem__(self, key: str, value: dict[str, Any]) -> None:
        record = "\n" + json.dumps({"key": key, "value": value})
        self._records[key] = value
        if self._path is not None:
            _append(self._path, record.encode())

    def _read_new(self) -> None:
        """Read the records that were written since the last time."""
        if self._path is None or not self._path.exists():
            return
        lines = _rest(self._path, self._position).split(b"\n")
        for line in lines:
            record = _parse(line)
            if record is not None:
                self._records.setdefault(record["key"], record["value"])
        # The last line may be half written: read it again next time.
        self._position += sum(len(line) + 1 for line in lines[:-1])


def _rest(path: Path, position: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(position)
            return file.read()
    except OSError as error:
        raise ConfigError(
            f"the file {str(path)!r} cannot be read ({error.strerror}); name another one, or none."
        ) from error


def _append(path: Path, record: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, record)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise ConfigError(
            f"the file {str(path)!r} cannot be written ({error.strerror}); name another one, or none."
        ) from error


def _parse(line: bytes) -> dict[str, Any] | None:
    """Return a record, or None for an empty line or what a killed process left of one."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and {"key", "value"} <= record.keys() else None
