"""All ways in which a loop can lie on an antigen.

A structure is a self-avoiding walk of `L` sites, none of them occupied or blocked. With `k_i` residues of the
antigen beside site `i`, and `f` the first site that touches the antigen, it counts if
`1 + sum_{i > f} k_i >= min_contacts`: whatever the first touching site touches counts once. A walk and its
reverse are two structures. (The model of Robert et al., Nature Computational Science 2, 2022.)
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tasks.antibody.antigen import Antigen
from tasks.antibody.lattice import N_SITES, STEPS, Sites

_MAX_ROWS = 1 << 19
"""Walks that are extended together."""


def structures(antigen: Antigen, length: int, min_contacts: int) -> Iterator[Sites]:
    """Yield tables of structures, `n x length` sites, each structure once."""
    needed = min_contacts - 1
    reachable = _reachable(antigen, length - 1)
    starts = np.flatnonzero(antigen.is_free & (antigen.contacts > 0)).astype(np.int32)
    for n_left in range(length):
        n_steps = length - 1 - n_left
        walks = starts[reachable[n_steps][starts] >= needed][:, None]
        yield from _extended(antigen, walks, n_left, n_steps, needed, reachable)


def _reachable(antigen: Antigen, max_steps: int) -> NDArray[np.int32]:
    """Return an upper bound of the contacts of the next steps, `steps x sites`, of walks that may cross."""
    bounds = np.zeros((max_steps + 1, N_SITES), dtype=np.int32)
    impossible = -(1 << 20)
    inside = np.flatnonzero(_near(antigen, max_steps + 1)).astype(np.int32)
    around = inside[:, None] + STEPS
    for steps in range(1, max_steps + 1):
        onward = antigen.contacts[around] + bounds[steps - 1][around]
        bounds[steps] = impossible
        bounds[steps][inside] = np.where(antigen.is_free[around], onward, impossible).max(1)
    return bounds


def _near(antigen: Antigen, distance: int) -> NDArray[np.bool_]:
    """Say which sites a walk of some steps from the antigen's surface can reach, faces left out."""
    near = antigen.is_free & (antigen.contacts > 0)
    for _ in range(distance):
        sites = np.flatnonzero(near).astype(np.int32)
        near[(sites[:, None] + STEPS).ravel()] = True
        near &= antigen.is_free
    return near


def _extended(
    antigen: Antigen,
    walks: Sites,
    n_left: int,
    n_steps: int,
    needed: int,
    reachable: NDArray[np.int32],
) -> Iterator[Sites]:
    """Yield the structures that begin their contacts where `walks` do, with `n_left` sites before that."""
    todo: list[tuple[Sites, NDArray[np.int32], int]] = [(walks, np.zeros(len(walks), dtype=np.int32), 0)]
    while todo:
        walks, gained, done = todo.pop()
        if len(walks) > _MAX_ROWS:
            half = len(walks) // 2
            todo += [(walks[half:], gained[half:], done), (walks[:half], gained[:half], done)]
        elif done < n_steps:
            todo.append((*_stepped(antigen, walks, gained, needed, reachable[n_steps - done - 1]), done + 1))
        elif done < n_steps + n_left:
            todo.append((_preceded(antigen, walks), gained[:0], done + 1))
        elif len(walks):
            yield walks


def _stepped(
    antigen: Antigen, walks: Sites, gained: NDArray[np.int32], needed: int, reachable: NDArray[np.int32]
) -> tuple[Sites, NDArray[np.int32]]:
    """Add a site at the end of each walk from which enough contacts may still be reached."""
    ends = walks[:, -1:] + STEPS
    total = gained[:, None] + antigen.contacts[ends]
    rows, steps = np.nonzero(antigen.is_free[ends] & (total + reachable[ends] >= needed))
    sites = ends[rows, steps]
    fresh = ~(walks[rows] == sites[:, None]).any(1)
    rows, steps, sites = rows[fresh], steps[fresh], sites[fresh]
    return np.concatenate([walks[rows], sites[:, None]], axis=1), total[rows, steps]


def _preceded(antigen: Antigen, walks: Sites) -> Sites:
    """Add a site that touches nothing before the beginning of each walk."""
    ends = walks[:, :1] + STEPS
    rows, steps = np.nonzero(antigen.is_free[ends] & (antigen.contacts[ends] == 0))
    sites = ends[rows, steps]
    fresh = ~(walks[rows] == sites[:, None]).any(1)
    return np.concatenate([sites[fresh, None], walks[rows[fresh]]], axis=1)
