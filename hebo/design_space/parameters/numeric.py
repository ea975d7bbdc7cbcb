"""Numeric parameters: the encoding that all types of numbers share."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hebo.design_space.parameters.scalar import GRID_NOISE, Scalar
from hebo.design_space.parameters.scale import Scale
from hebo.design_space.values.plain_values import is_missing, is_number
from hebo.design_space.values.precision import SAME, SINGLE, singles, spacing


class Numeric(Scalar):
    """A parameter whose values are numbers, so that it may stand in a linear constraint."""

    @property
    @abstractmethod
    def natural_bounds(self) -> tuple[float, float]:
        """Smallest and largest natural value."""

    @property
    @abstractmethod
    def scale(self) -> Scale:
        """Takes natural values to the encoded column."""

    @cached_property
    def bounds(self) -> Tensor:
        """`2 x 1`, the encoded ends."""
        return self.scale.forward(torch.tensor(self.natural_bounds, dtype=torch.float64)).unsqueeze(1)

    def natural(self, x: Tensor) -> Tensor:
        """Return the natural values of encoded ones (any shape), exact on a grid."""
        if self.grid is None:
            return self.scale.inverse(x).clamp(*self.natural_bounds)
        return self.grid.value(self.grid.index(x))

    def from_natural(self, value: Tensor) -> Tensor:
        """Encode natural values (any shape), clipped to the bounds but not rounded."""
        return self.scale.forward(value.clamp(*self.natural_bounds))

    def _noise(self, x: Tensor) -> Tensor:
        return self.scale.tolerance(x, self.bounds[:, 0])

    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Encode numbers; one beyond a bound or a grid value by no more than `tolerance` is clipped."""
        numbers = torch.from_numpy(self._unrounded(self._finite(values), values)).unsqueeze(1)
        x = self._inside(self.scale.forward(numbers), values)
        if self.grid is not None:
            self._on_grid(numbers, x, values)
        return x

    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the natural values as float64."""
        return self.natural(x)[:, 0].numpy()

    def _finite(self, values: np.ndarray[Any, Any]) -> NDArray[np.float64]:
        """Return a column of a frame as float64; `"3"` and `True` are no numbers."""
        if values.dtype.kind not in "iuf":
            for row, value in enumerate(values):
                if is_missing(value):
                    raise self.bad_value(row, value, "is missing; give a number")
                if not is_number(value):
                    raise self.bad_value(row, value, "is not a number; convert it to one")
        result: NDArray[np.float64] = values.astype(np.float64)
        if not np.isfinite(result).all():
            row = int(np.flatnonzero(~np.isfinite(result))[0])
            raise self.bad_value(row, values[row], "is not a finite number; drop the row or give a number")
        return result

    def _inside(self, x: Tensor, values: np.ndarray[Any, Any]) -> Tensor:
        """Refuse encoded values outside the bounds, return the others clipped and rounded."""
        low, high = self.bounds
        below, above = self.tolerance(self.bounds)[:, 0] + 1e-12 * self.bounds.abs().amax()
        bad = ~((x >= low - below) & (x <= high + above))[:, 0]
        if bad.any():
            row = int(bad.nonzero()[0, 0])
            ends = "[{:.15g}, {:.15g}]".format(*self.natural_bounds)
            raise self.bad_value(row, values[row], f"is outside {ends}; clip it or widen the bounds")
        return self.project(x)

    def _on_grid(self, numbers: Tensor, x: Tensor, values: np.ndarray[Any, Any]) -> None:
        """Refuse numbers between two grid values, and those too coarse to tell grid values apart."""
        nearest = self.natural(x)
        gap = self._gap(nearest)
        blurred = torch.from_numpy(spacing(values)).unsqueeze(1) > gap
        if blurred.any():
            row = int(blurred.nonzero()[0, 0])
            kind = type(values[row]).__name__
            raise self.bad_value(row, values[row], f"is a {kind}, which blurs neighbors; give it in 64 bits")
        ends = torch.tensor(self.natural_bounds, dtype=torch.float64)
        slack = torch.maximum(SAME * (ends[1] - ends[0]), 2 * SINGLE * nearest.abs())
        bad = ((numbers - nearest).abs() > torch.minimum(slack, GRID_NOISE * gap) + 1e-9 * gap)[:, 0]
        if bad.any():
            row = int(bad.nonzero()[0, 0])
            near = self.decode(x[row : row + 1])[0]
            raise self.bad_value(row, values[row], f"is not on the grid; the nearest value is {near}")

    def _gap(self, values: Tensor) -> Tensor:
        """Return how far from natural values of the grid the nearest others are."""
        return torch.ones_like(values) if self.grid is None else self.grid.step.expand_as(values)

    def _unrounded(self, numbers: NDArray[np.float64], values: np.ndarray[Any, Any]) -> NDArray[np.float64]:
        """Return numbers with the bounds in place of what single precision makes of them."""
        is_single = singles(values)
        if is_single.any():
            numbers = numbers.copy()
            for bound in self.natural_bounds:
                numbers[is_single & (numbers == np.float32(bound))] = bound
        return numbers
