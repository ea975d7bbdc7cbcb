"""The cubic lattice on which chains of amino acids are laid out, one per site.

Site `x + 64 y + 4096 z` has the coordinates `x`, `y`, `z` from 0 to 63; neighbors differ by 1 in one of
them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sites = NDArray[np.int32]

SIDE = 64
N_SITES = SIDE**3
STEPS: Sites = np.array([1, -1, SIDE, -SIDE, SIDE * SIDE, -SIDE * SIDE], dtype=np.int32)
"""From a site to its six neighbors."""

CENTER = 133_152
"""The site (32, 32, 32)."""


def site_of(coordinates: NDArray[np.int64]) -> Sites:
    """Return the sites, `...`, at coordinates `... x 3`."""
    sites: Sites = (coordinates @ np.array([1, SIDE, SIDE * SIDE])).astype(np.int32)
    return sites


def coordinates_of(sites: Sites) -> NDArray[np.int64]:
    """Return the coordinates, `... x 3`, of sites `...`."""
    wide = np.asarray(sites, dtype=np.int64)
    return np.stack([wide % SIDE, wide // SIDE % SIDE, wide // (SIDE * SIDE)], axis=-1)


def are_adjacent(a: Sites, b: Sites) -> NDArray[np.bool_]:
    """Say which sites are neighbors; none of them may lie on the lattice's faces."""
    distance = np.abs(a - b)
    found: NDArray[np.bool_] = (distance == 1) | (distance == SIDE) | (distance == SIDE * SIDE)
    return found


def faces() -> NDArray[np.bool_]:
    """Say which of all sites lie on a face; nothing may be there, as ids wrap around."""
    coordinates = coordinates_of(np.arange(N_SITES, dtype=np.int32))
    found: NDArray[np.bool_] = ((coordinates == 0) | (coordinates == SIDE - 1)).any(-1)
    return found
