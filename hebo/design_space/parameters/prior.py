"""Priors over the optimum: where in its range the best value of a number is believed to lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from hebo.design_space.parameters.scale import Scale

MIN_WEIGHT = 1e-6
"""Least weight, in units of the largest: with less, values of a cell could not be told apart."""


@dataclass(frozen=True)
class Quantile(Scale):
    """`x` is the share of a prior that lies below a value, in `[0, 1]`.

    The prior is a histogram: cells of equal width on a scale, each with a weight. Whatever is uniform in `x`
    has this density: initial designs, random search, mutations. A model sees likely ranges enlarged and
    unlikely ones reduced; nothing is ruled out.

    Args:
        scale: On which the cells have equal width.
        ends: Smallest and largest natural value.
        weights: Of the cells, positive.
    """

    scale: Scale
    ends: tuple[float, float]
    weights: tuple[float, ...]

    def forward(self, value: Tensor) -> Tensor:
        """Return the share below `value`; beyond the ends as if the last cells went on."""
        low, high = self._scaled_ends
        place = (self.scale.forward(value) - low) / (high - low) * len(self.weights)
        cell = place.nan_to_num().floor().clamp(0, len(self.weights) - 1).long()
        share: Tensor = self._below[cell] + (place - cell) * self._shares[cell]
        return share

    def inverse(self, x: Tensor) -> Tensor:
        """Return the value with share `x` below it."""
        low, high = self._scaled_ends
        cell = torch.searchsorted(self._below[1:], x.contiguous(), right=True)
        place = cell + (x - self._below[cell]) / self._shares[cell]
        return self.scale.inverse(low + place / len(self.weights) * (high - low))

    def tolerance(self, x: Tensor, ends: Tensor) -> Tensor:
        """Return what the tolerance of the scale of the cells makes here: more where the prior is dense."""
        cell = torch.searchsorted(self._below[1:], x.contiguous(), right=True).clamp(
            max=len(self.weights) - 1
        )
        low, high = self._scaled_ends
        inner = self.scale.tolerance(x, self._scaled_ends)
        share: Tensor = inner / (high - low) * len(self.weights) * self._shares[cell]
        return share

    @cached_property
    def _scaled_ends(self) -> Tensor:
        return self.scale.forward(torch.tensor(self.ends, dtype=torch.float64))

    @cached_property
    def _shares(self) -> Tensor:
        weights = torch.tensor(self.weights, dtype=torch.float64)
        return weights / weights.sum()

    @cached_property
    def _below(self) -> Tensor:
        """The share of all cells before each one."""
        return torch.cat([self._shares.new_zeros(1), self._shares[:-1].cumsum(0)])
