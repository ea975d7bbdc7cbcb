"""`Antigen`: a protein on the lattice, as the loop that binds it sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError
from tasks.antibody.energies import encode
from tasks.antibody.lattice import N_SITES, STEPS, Sites, faces

_KEYS = ("name", "positions", "sequence", "blocked")


@dataclass(frozen=True)
class Antigen:
    """Residues on sites of the lattice, of one chain or of several.

    Attributes:
        name: For tables.
        positions: Sites of the residues.
        sequence: Their letters.
        blocked: Further sites that a loop may not occupy, such as those of sugars and of dead ends.
        notes: How a file was read, where its user should know; no part of what the antigen is.
    """

    name: str
    positions: tuple[int, ...]
    sequence: str
    blocked: tuple[int, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        where = f"antigen '{self.name}'"
        if not self.positions or len(self.positions) != len(self.sequence):
            raise DataError(
                f"{where}: {len(self.positions)} positions for {len(self.sequence)} residues; give one each."
            )
        unknown = np.flatnonzero(encode(self.sequence) < 0)
        if len(unknown):
            place = int(unknown[0])
            raise DataError(
                f"{where}: residue {place + 1} is {self.sequence[place]!r}, which is none of the twenty "
                "amino acids; replace or leave out modified ones."
            )
        sites = np.array([*self.positions, *self.blocked])
        if sites.min() < 0 or sites.max() >= N_SITES or faces()[sites].any():
            raise DataError(f"{where}: a site lies outside the lattice or on its faces; move it inwards.")
        if len(set(self.positions)) < len(self.positions):
            raise DataError(f"{where}: two residues are on one site; correct the positions.")

    @property
    def codes(self) -> NDArray[np.int64]:
        """Codes of the residues."""
        return encode(self.sequence)

    @cached_property
    def is_free(self) -> NDArray[np.bool_]:
        """Which of all sites a loop may occupy."""
        free = ~faces()
        free[np.array([*self.positions, *self.blocked])] = False
        return free

    @cached_property
    def residues(self) -> NDArray[np.int64]:
        """Index of the residue on each of all sites, -1 where there is none."""
        found = np.full(N_SITES, -1, dtype=np.int64)
        found[np.array(self.positions)] = np.arange(len(self.positions))
        return found

    @cached_property
    def contacts(self) -> NDArray[np.int32]:
        """How many residues each of all sites has beside it."""
        counts = np.zeros(N_SITES, dtype=np.int32)
        for step in STEPS:
            np.add.at(counts, np.array(self.positions) + step, 1)
        return counts

    def neighbors(self, sites: Sites) -> NDArray[np.int64]:
        """Return the residues beside sites, `n x 6`, -1 where there is none."""
        found: NDArray[np.int64] = self.residues[sites[:, None] + STEPS]
        return found

    @property
    def digest(self) -> str:
        """SHA-256 of all that matters for binding."""
        content = [list(self.positions), self.sequence, sorted(self.blocked)]
        return sha256(json.dumps(content).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        return {
            "name": self.name,
            "positions": list(self.positions),
            "sequence": self.sequence,
            "blocked": list(self.blocked),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any], *, origin: str = "antigen") -> Self:
        """Return the antigen that `to_json` wrote.

        Raises:
            DataError: If something is missing, unknown or no antigen; names `origin`.
        """
        if not isinstance(document, Mapping) or set(document) != set(_KEYS):
            raise DataError(f"{origin}: expected the keys {', '.join(_KEYS)}; correct the file.")
        positions, blocked = (document[key] for key in ("positions", "blocked"))
        if not all(
            isinstance(one, list) and all(type(site) is int for site in one) for one in (positions, blocked)
        ):
            raise DataError(f"{origin}: positions and blocked are lists of whole numbers; correct the file.")
        if not all(isinstance(document[key], str) for key in ("name", "sequence")):
            raise DataError(f"{origin}: name and sequence are texts; correct the file.")
        return cls(document["name"], tuple(positions), document["sequence"], tuple(blocked))


def read_antigen(path: Path) -> Antigen:
    """Return the antigen in a JSON file.

    Raises:
        DataError: If there is no such file, or none in it.
    """
    if not path.is_file():
        raise DataError(f"There is no file {str(path)!r} (seen from {str(Path.cwd())!r}); correct the path.")
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path}: no JSON ({error}); correct the file.") from error
    return Antigen.from_json(document, origin=str(path))
