"""Structures reduced to what their energy depends on.

The energy of a structure is a sum over its sites of what the residue there touches, the site's *environment*,
and over the pairs of its own sites that touch each other, its *folding*. Structures with the same
environments in the same order and the same folding are one *profile*.

Half of a profile's sites, and the other half, occur in many others: a profile is stored as three numbers, and
an energy is three table lookups.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError
from tasks.antibody.antigen import Antigen
from tasks.antibody.energies import ALPHABET
from tasks.antibody.lattice import Sites, are_adjacent
from tasks.antibody.structures import structures

FORMAT = 2


@dataclass(frozen=True, eq=False)
class Profiles:
    """All profiles of an antigen.

    Attributes:
        environments: `e x 20`, how many residues of each amino acid there are in an environment; the first
            one is empty.
        left: `l x h`, environments of first halves.
        right: `r x (L - h)`, environments of second halves.
        foldings: `f`, bit `b` of which says whether the pair of sites `pairs(L)[b]` touches.
        parts: `3 x p`, the left half, right half and folding of each profile.
        counts: `p`, how many structures each profile stands for.
    """

    environments: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    foldings: NDArray[np.int64]
    parts: NDArray[np.int32]
    counts: NDArray[np.int32]

    @property
    def length(self) -> int:
        """Number of sites of a loop."""
        return int(self.left.shape[1] + self.right.shape[1])

    def save(self, path: Path) -> None:
        """Write them to a file, in one step so that other processes see all of it or nothing."""
        partial = path.with_name(f".{path.name}.{np.random.default_rng().integers(1 << 62)}.npz")
        arrays: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        np.savez(partial, **arrays)
        partial.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            DataError: If the file is none of ours.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return cls(**{one.name: arrays[one.name] for one in fields(cls)})
        except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
            raise DataError(
                f"{path} holds no profiles ({error}); delete it, and they are made again."
            ) from error


def pairs(length: int) -> list[tuple[int, int]]:
    """Return the pairs of sites of a walk that can touch: an odd number of steps apart, three at least."""
    return [(i, j) for i, j in combinations(range(length), 2) if (j - i) % 2 and j - i >= 3]


def profiles(antigen: Antigen, length: int, min_contacts: int, *, folder: Path | None = None) -> Profiles:
    """Return the profiles of all structures, from a file in `folder` if they have been computed before.

    Raises:
        DataError: If no loop can lie on the antigen with so many contacts.
    """
    settings = json.dumps([FORMAT, antigen.digest, length, min_contacts])
    path = None if folder is None else folder / f"{sha256(settings.encode()).hexdigest()}.npz"
    if path is not None and path.is_file():
        return Profiles.load(path)
    found = _reduced(antigen, structures(antigen, length, min_contacts), length)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        found.save(path)
    return found


def environments_of(antigen: Antigen) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the distinct environments, `e x 20`, and the one of each of all sites."""
    sites = np.flatnonzero(antigen.is_free & (antigen.contacts > 0)).astype(np.int32)
    beside = antigen.neighbors(sites)
    counts = np.zeros((len(sites) + 1, len(ALPHABET)), dtype=np.int32)
    rows, columns = np.nonzero(beside >= 0)
    np.add.at(counts, (rows + 1, antigen.codes[beside[rows, columns]]), 1)
    distinct, number = np.unique(counts, axis=0, return_inverse=True)
    of_site = np.zeros(len(antigen.contacts), dtype=np.int32)
    of_site[sites] = number.ravel()[1:]  # the empty one sorts first, as number 0
    return distinct, of_site


def folding_of(walks: Sites) -> NDArray[np.int64]:
    """Return the foldings of walks, `n x L`."""
    found = np.zeros(len(walks), dtype=np.int64)
    for bit, (i, j) in enumerate(pairs(walks.shape[1])):
        found |= are_adjacent(walks[:, i], walks[:, j]).astype(np.int64) << bit
    return found


def _reduced(antigen: Antigen, tables: Iterable[Sites], length: int) -> Profiles:
    environments, of_site = environments_of(antigen)
    half, bits = (length + 1) // 2, (len(environments) - 1).bit_length()
    numbers: list[NDArray[np.int64]] = [
        np.stack([*(_packed(of_site[one], bits) for one in np.split(walks, [half], 1)), folding_of(walks)])
        for walks in tables
    ]
    if not numbers:
        raise DataError(
            f"antigen '{antigen.name}' has no place for a loop of {length} residues with that many contacts; "
            "lower min_contacts."
        )
    kinds, places = zip(
        *(np.unique(one, return_inverse=True) for one in np.concatenate(numbers, 1)), strict=True
    )
    parts, counts = _distinct(np.stack([one.ravel() for one in places]), [len(one) for one in kinds])
    left, right = _unpacked(kinds[0], bits, half), _unpacked(kinds[1], bits, length - half)
    return Profiles(environments, left, right, kinds[2], parts, counts)


def _packed(numbers: NDArray[np.int32], bits: int) -> NDArray[np.int64]:
    """Return rows of numbers as single numbers."""
    if bits * numbers.shape[1] > 63:
        raise AssertionError(f"{numbers.shape[1]} numbers of {bits} bits do not fit; the loop is too long")
    packed = np.zeros(len(numbers), dtype=np.int64)
    for column in numbers.T:
        packed = packed << bits | column
    return packed


def _unpacked(packed: NDArray[np.int64], bits: int, n_columns: int) -> NDArray[np.int32]:
    columns = [packed >> bits * place & (1 << bits) - 1 for place in reversed(range(n_columns))]
    return np.stack(columns, axis=1).astype(np.int32)


def _distinct(parts: NDArray[np.int64], sizes: list[int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the distinct columns of `3 x n` numbers below `sizes`, in order, and how often they occur."""
    _, n_right, n_foldings = sizes
    whole, counts = np.unique((parts[0] * n_right + parts[1]) * n_foldings + parts[2], return_counts=True)
    rest, folding = np.divmod(whole, n_foldings)
    left, right = np.divmod(rest, n_right)
    return np.stack([left, right, folding]).astype(np.int32), counts.astype(np.int32)
