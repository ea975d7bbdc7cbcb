"""The circuit that a setting names: of a family built here, of the EPFL suite, or in a file."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from hebo.errors import ConfigError, DataError, did_you_mean
from tasks.logic_synthesis import epfl
from tasks.logic_synthesis.aiger_file import check_aiger
from tasks.logic_synthesis.generators import GENERATORS

SUFFIXES = (".aig", ".blif", ".v", ".bench")
"""Formats that ABC reads: binary AIGER, BLIF, structural Verilog, the format of the ISCAS circuits."""

_WIDEST = 256
_FAMILY = re.compile(r"(\w+):(\d+)")


@dataclass(frozen=True)
class Circuit:
    """A circuit as a file has it.

    Attributes:
        name: For tables.
        contents: Of the file.
        suffix: One of `SUFFIXES`.
        path: Of the file; None for a circuit that comes along.
    """

    name: str
    contents: bytes
    suffix: str
    path: str | None = None

    @property
    def origin(self) -> str:
        """The path or the name, for messages."""
        return self.path or self.name

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the contents."""
        return hashlib.sha256(self.contents).hexdigest()


def load_circuit(source: str, folder: str | None = None) -> Circuit:
    """Return the circuit that a text names.

    Args:
        source: `family:width` for one built here, the name of one of the EPFL suite, or a path.
        folder: Of the EPFL suite; see `epfl.read`.

    Raises:
        ConfigError: If there is no such circuit.
        DataError: If the file cannot be read, is empty, or is no whole AIGER file of gates alone.
    """
    family = _FAMILY.fullmatch(source)
    if family is not None:
        return _built(family[1], int(family[2]))
    if source in epfl.names():
        return Circuit(source, epfl.read(source, folder), ".aig")
    path = Path(source)
    if not path.is_file():
        known = [f"{name}:8" for name in GENERATORS] + epfl.names()
        raise ConfigError(
            f"circuit {source!r} is no family built here with a width (adder:32), no circuit of the EPFL "
            f"suite and no file seen from {str(Path.cwd())!r}.{did_you_mean(source, known)}"
        )
    if path.suffix.lower() not in SUFFIXES:
        raise ConfigError(f"circuit {source!r}: ABC knows a format by the suffix; use {', '.join(SUFFIXES)}.")
    return _of_file(path)


def _of_file(path: Path) -> Circuit:
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise DataError(f"circuit {str(path)!r} cannot be read: {error.strerror}.") from error
    if not contents.strip():
        raise DataError(f"circuit {str(path)!r}: the file is empty.")
    if path.suffix.lower() == ".aig":
        check_aiger(contents, str(path))
    return Circuit(path.stem, contents, path.suffix.lower(), str(path))


def _built(family: str, width: int) -> Circuit:
    if family not in GENERATORS:
        raise ConfigError(f"circuit family {family!r} is unknown.{did_you_mean(family, GENERATORS)}")
    most = 12 if family == "decoder" else _WIDEST
    if not 1 <= width <= most:
        raise ConfigError(f"circuit '{family}:{width}': a width from 1 to {most} is possible.")
    return Circuit(f"{family}{width}", GENERATORS[family](width).to_aiger(), ".aig")
