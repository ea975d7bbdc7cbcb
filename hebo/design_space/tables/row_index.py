"""Nearest-row index: finds points among the rows of a table, and the rows nearest to points."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.scale import Linear

Keys = NDArray[np.void]
"""Rows as strings of bytes, which compare as wholes."""

MAX_PAIRS = 2**20
"""Most pairs of a point and a row whose distance is computed at once, 8 MiB for each column."""


class RowIndex:
    """The rows of a table, `k x d`, sorted for look-ups.

    Rows stay apart however close they are: each distinct value of a column is a level of its own, but for the
    last bits that a curved scale adds on the way to natural values and back. A row is found by the levels of
    its columns, in `log k` comparisons; a point that is not exactly a row, by comparing it with all of them.

    Args:
        x: `k x d` encoded points, projected onto the parameters.
        layout: The columns.

    Attributes:
        x: As given.
    """

    def __init__(self, x: Tensor, layout: Layout) -> None:
        self.x = x
        self._layout = layout
        self._bits = _last_bits(layout)
        self._levels = [
            _Levels(column, noise) for column, noise in zip(x.numpy().T, self._bits.tolist(), strict=True)
        ]
        keys = self._keys(x)
        self._order = np.argsort(keys, kind="stable")
        self._sorted = keys[self._order]
        width = (layout.bounds[1] - layout.bounds[0]).clamp_min(1e-300)
        is_code = torch.zeros(layout.n_dims, dtype=torch.bool)
        is_code[list(layout.categorical_dims)] = True
        # Any two categories are as far apart as the two ends of a number.
        self._scale = torch.where(is_code, 1.0, width)
        self._is_code = is_code.tolist()

    def first_repeat(self) -> tuple[int, int] | None:
        """Return the numbers of two rows that are the same point, None if all are distinct."""
        same = np.flatnonzero(self._sorted[1:] == self._sorted[:-1])
        if not len(same):
            return None
        place = same[np.argmin(self._order[same + 1])]
        return int(self._order[place]), int(self._order[place + 1])

    def find(self, x: Tensor) -> Tensor:
        """Return the number of the row that each point (`n x d`) is, -1 for a point that is none.

        Where no row is exactly the point, it is the nearest one within `Layout.tolerance`.
        """
        numbers = self.find_exact(x)
        tolerance = self._layout.tolerance(x)
        for row in (numbers < 0).nonzero()[:, 0].tolist():
            close = self.within(x[row], tolerance[row])
            if len(close):
                numbers[row] = close[self.distances(x[row : row + 1], close)[0].argmin()]
        return numbers

    def within(self, point: Tensor, tolerance: Tensor) -> Tensor:
        """Return the numbers of the rows that differ from a point (`d`) by no more than `tolerance` (`d`)."""
        numbers = torch.arange(len(self.x))
        for column in range(len(point)):
            gaps = (self.x[numbers, column] - point[column]).abs()
            numbers = numbers[gaps <= tolerance[column]]
        return numbers

    def having(self, values: Tensor, columns: Tensor) -> Tensor:
        """Say which rows (`k` booleans) have given values (`d`) in some columns.

        Where no row has exactly the value, those count that have the nearest one within `Layout.tolerance`.
        """
        tolerance = self._layout.tolerance(values.unsqueeze(0))[0]
        kept = torch.ones(len(self.x), dtype=torch.bool)
        for column in columns.tolist():
            gaps = (self.x[:, column] - values[column]).abs()
            least = gaps[kept].min() if kept.any() else gaps.new_zeros(())
            kept &= gaps <= torch.minimum(least + self._bits[column], tolerance[column])
        return kept

    def find_exact(self, x: Tensor) -> Tensor:
        """Return the number of the row that each point (`n x d`) equals, -1 for a point that equals none."""
        if not len(self.x):
            return torch.full((len(x),), -1)
        keys = self._keys(x)
        place = np.searchsorted(self._sorted, keys).clip(max=len(self._sorted) - 1)
        found = np.where(self._sorted[place] == keys, self._order[place], -1)
        return torch.from_numpy(found)

    def nearest(self, x: Tensor, kept: Tensor) -> Tensor:
        """Return the number of the row nearest to each point (`n x d`); the first of several.

        Args:
            x: The points.
            kept: `r` numbers of the rows that come into question, at least one.
        """
        best = torch.full((len(x),), torch.inf, dtype=torch.float64)
        nearest = torch.zeros(len(x), dtype=torch.long)
        for numbers in torch.split(kept, max(1, MAX_PAIRS // max(len(x), 1))):
            distance, place = self.distances(x, numbers).min(1)
            closer = distance < best
            best[closer], nearest[closer] = distance[closer], numbers[place[closer]]
        return nearest

    def distances(self, x: Tensor, numbers: Tensor) -> Tensor:
        """Return squared distances of points (`n x d`) and rows (`r` numbers), `n x r`.

        Numbers count in units of their range, and categories 1 where they differ.
        """
        rows = self.x[numbers]
        total = torch.zeros(len(x), len(rows), dtype=torch.float64)
        for column, is_code in enumerate(self._is_code):
            gap = x[:, column].unsqueeze(1) - rows[:, column]
            total += (gap != 0) if is_code else (gap / self._scale[column]).square()
        return total

    def _keys(self, x: Tensor) -> Keys:
        places = np.stack([one.of(column) for one, column in zip(self._levels, x.numpy().T, strict=True)], 1)
        return places.view(np.dtype((np.void, places.dtype.itemsize * places.shape[1])))[:, 0]


def _last_bits(layout: Layout) -> Tensor:
    """Return what encoding and decoding may change in each column, `d`: nothing on a linear scale."""
    bits = torch.zeros(layout.n_dims, dtype=torch.float64)
    for name, one in layout.parameters.items():
        if isinstance(one, Numeric) and not isinstance(one.scale, Linear):
            bits[layout.columns[name]] = 1e-13 * one.bounds.abs().amax().clamp_min(1.0)
    return bits


class _Levels:
    """The distinct values of one column, up to the last bits."""

    def __init__(self, column: NDArray[np.float64], noise: float) -> None:
        values = np.unique(column)
        is_first = np.diff(values, prepend=-np.inf) > noise
        self._low = values[is_first] - noise
        self._high = values[np.append(is_first[1:], True)] + noise

    def of(self, column: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the number of each value's level, -1 where it is at none."""
        place = np.searchsorted(self._low, column, side="right") - 1
        inside = (place >= 0) & (column <= self._high[place])
        return np.where(inside, place, -1).astype(np.int32)
