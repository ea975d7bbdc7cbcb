"""Laying out a chain of points on the cubic lattice so that distances between them change little."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError

Points = NDArray[np.float64]
Places = NDArray[np.int64]

BOND = 5.25
"""Angstrom between neighbors of the lattice."""

_NEIGHBORS: Places = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])


@dataclass(frozen=True)
class Fit:
    """A chain on the lattice.

    Attributes:
        places: `n x 3` whole coordinates, all different.
        rotation: `3 x 3`, of the points onto the lattice.
        center: `3`, the mean of the points.
        drmsd: Root of the mean squared change of the distances between points, in Angstrom.
        rmsd: Root of the mean squared distance from the points, best superposed, in Angstrom.
    """

    places: Places
    rotation: Points
    center: Points
    drmsd: float
    rmsd: float

    def onto_lattice(self, points: Points) -> Points:
        """Return where other points, `m x 3`, come to lie, in lattice coordinates."""
        moved: Points = (points - self.center) @ self.rotation / BOND + self.places.mean(0)
        return moved


def fit(points: Points, follows: NDArray[np.bool_], *, n_kept: int = 25) -> Fit:
    """Return a self-avoiding walk that keeps the distances between points.

    It grows by a point at a time, and the `n_kept` best walks are kept (Mann et al., LatFit, 2012). Distances
    do not tell a walk from its mirror image: that one is taken which lies better on the points.

    Args:
        points: `n x 3` in Angstrom.
        follows: For each point whether it takes a neighbor of the one before; others take a site at about
            the right distance from that.
        n_kept: More find better fits and take longer.

    Raises:
        DataError: If all walks have run into corners.
    """
    distances = np.linalg.norm(points[:, None] - points, axis=-1) / BOND
    walks: Places = np.zeros((1, 1, 3), dtype=np.int64)
    errors = np.zeros(1)
    for number in range(1, len(points)):
        gap = None if follows[number] else float(distances[number, number - 1])
        walks, errors = _extended(walks, errors, distances[number, :number], gap, n_kept)
        if not len(walks):
            raise DataError(
                f"no walk has room for residue {number + 1}; keep more of them (n_kept > {n_kept})."
            )
    n_pairs = max(1, len(points) * (len(points) - 1) // 2)
    images = [_superposed(points, walks[0] * np.array([1, 1, sign])) for sign in (1, -1)]
    rotation, rmsd, places = min(images, key=lambda one: one[1])
    return Fit(places, rotation, points.mean(0), BOND * float(np.sqrt(errors[0] / n_pairs)), rmsd)


def _extended(
    walks: Places, errors: Points, distances: Points, gap: float | None, n_kept: int
) -> tuple[Places, Points]:
    """Return the best walks with one place more, best first, and the sums of their squared errors."""
    steps = _NEIGHBORS if gap is None else _jumps(gap)
    ends = walks[:, -1:] + steps  # k x s x 3
    apart = np.linalg.norm(ends[:, :, None] - walks[:, None], axis=-1)  # k x s x i
    total = errors[:, None] + ((apart - distances) ** 2).sum(-1)
    total[(apart == 0).any(-1) | _is_mirrored(walks, ends)] = np.inf
    order = np.argsort(total, axis=None, kind="stable")[:n_kept]
    rows, columns = np.unravel_index(order[np.isfinite(total.ravel()[order])], total.shape)
    longer = np.concatenate([walks[rows], ends[rows, columns][:, None]], axis=1)
    return longer, total[rows, columns]


def _is_mirrored(walks: Places, ends: Places) -> NDArray[np.bool_]:
    """Say which ends, `k x s`, make a walk the turned or mirrored image of another one.

    Walks leave the origin along x, the line for the half plane of positive y, the plane for positive z.
    """
    found: NDArray[np.bool_] = np.zeros(ends.shape[:2], dtype=bool)
    flat = (walks == 0).all(1)[:, None, :]  # k x 1 x 3
    for axis in range(3):
        found |= flat[..., axis] & (ends[..., axis] < 0)
    for axis in (1, 2):
        found |= flat[..., axis - 1] & flat[..., axis] & (ends[..., axis] != 0)
    return found


def _jumps(distance: float) -> Places:
    """Return the steps whose length differs from a distance, in bonds, by one at most."""
    reach = int(np.ceil(distance)) + 1
    steps: Places = np.array([one for one in product(range(-reach, reach + 1), repeat=3) if any(one)])
    kept: Places = steps[np.abs(np.linalg.norm(steps, axis=1) - distance) <= 1.0]
    return kept


def _superposed(points: Points, places: Places) -> tuple[Points, float, Places]:
    """Return the rotation of points onto places, and how far they lie apart then (Kabsch, 1976)."""
    a, b = points - points.mean(0), BOND * (places - places.mean(0))
    u, _, vt = np.linalg.svd(a.T @ b)
    turn = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt)) or 1.0])
    rotation = u @ turn @ vt
    return rotation, float(np.sqrt(((a @ rotation - b) ** 2).sum(1).mean())), places
