"""Matching of told points to known ones after a file, a spreadsheet or single precision.

Notation: `n` told points, `k` known ones, `d` columns.
"""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.blur import Blur


def matched(x: Tensor, known: Tensor, tolerance: Tensor) -> list[int | None]:
    """Return for each told point the place of a known one, each known one taken once.

    Equal points are matched first, then each of the others to the nearest that is left within its tolerance.

    Args:
        x: `n x d` told points.
        known: `k x d` known points.
        tolerance: `n x d`, how far each value may be off.
    """
    free = torch.ones(len(known), dtype=torch.bool)
    places: list[int | None] = [None] * len(x)
    for limits in (torch.zeros_like(tolerance), tolerance):
        for row in [row for row, place in enumerate(places) if place is None]:
            if not free.any():
                return places
            place = nearest(x[row], known, limits[row], free=free)
            places[row] = place
            if place is not None:
                free[place] = False
    return places


def nearest(point: Tensor, known: Tensor, tolerance: Tensor, *, free: Tensor | None = None) -> int | None:
    """Return the place of the known point (`k x d`) nearest to `point` (`d`), None if none is close enough.

    Args:
        point: The point.
        known: Where to look.
        tolerance: `d`, how far each value may be off.
        free: `k` booleans, the known points that come into question; None for all.
    """
    gaps = (known - point).abs()
    close = (gaps <= tolerance).all(1)
    if free is not None:
        close &= free
    if not close.any():
        return None
    shares = (gaps / tolerance.clamp_min(1e-300)).amax(1)
    return int(shares.masked_fill(~close, torch.inf).argmin())


def identified(x: Tensor, blur: Blur, known: Tensor, space: DesignSpace) -> Tensor:
    """Return told points (`n x d`), each replaced by the known point, or the row of a table, that it is.

    A point within the tolerance of a known one is that one, the nearest of several; so are its repetitions.
    Rows of a table stay apart however close they are; see `TableSpace.as_listed`.

    Args:
        x: Told points.
        blur: How far their values may be off.
        known: `k x d` points without a value, or those that are told again.
        space: The design space.

    Raises:
        DataError: If a point could be several rows of a table.
    """
    result, is_listed = space.as_listed(x, blur, known)
    others = ~is_listed
    if len(known) and others.any():
        result[others] = _replaced(x[others], blur.tolerance[others], known)
    return result


def _replaced(x: Tensor, tolerance: Tensor, known: Tensor) -> Tensor:
    result = x.clone()
    for row, place in enumerate(matched(x, known, tolerance)):
        place = nearest(x[row], known, tolerance[row]) if place is None else place
        if place is not None:
            result[row] = known[place]
    return result
