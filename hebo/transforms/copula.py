"""Gaussian copula transform: ranks in place of values, so that decimals near the best value count."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from botorch.models.transforms.outcome import OutcomeTransform
from torch import Tensor

from hebo.base import OutputTransform
from hebo.transforms.increasing import IncreasingTransform


class GaussianCopula(OutputTransform):
    """Each value becomes the quantile of a standard normal at its share of the ranks.

    SCBO's transform of the objective (Eriksson and Poloczek, 2002.08526, section 3), standardized: what
    differs in the last decimals near the best value is pulled apart, and what is bad by far is not far away.
    For values without noise; of noisy ones it enlarges the noise as well. Equal values share their mean
    rank. Between values it is linear, beyond them it is the line through the least and the largest one.
    """

    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return the fitted transform; see `hebo.base.OutputTransform`."""
        return IncreasingTransform(y, _ranked)


@dataclass(frozen=True)
class _Knots:
    """A piecewise linear function through `known -> images`, both in ascending order."""

    known: Tensor
    images: Tensor

    def scores(self, values: Tensor) -> Tensor:
        return _follow(values, self.known, self.images)

    def values(self, scores: Tensor) -> Tensor:
        return _follow(scores, self.images, self.known)


def _ranked(y: Tensor) -> _Knots:
    """Return the function of a column; a plateau has a second knot."""
    values, place, counts = y.unique(return_inverse=True, return_counts=True)
    if len(values) == 1:
        step = values.abs().clamp_min(1.0)
        return _Knots(torch.cat([values, values + step]), torch.tensor([0.0, 1.0]).to(y))
    middle = counts.cumsum(0).to(y) - 0.5 * counts.to(y)
    scores = torch.special.ndtri(middle / len(y))
    of_all = scores[place]
    return _Knots(values, (scores - of_all.mean()) / of_all.std())


def _follow(x: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Return the piecewise linear function through the knots `start -> end` at `x`."""
    start, end = start.to(x), end.to(x)
    right = torch.searchsorted(start, x.contiguous()).clamp(1, len(start) - 1)
    low, high = start[right - 1], start[right]
    inside = end[right - 1] + (x - low) / (high - low) * (end[right] - end[right - 1])
    slope = (end[-1] - end[0]) / (start[-1] - start[0])
    beyond = torch.where(x < start[0], end[0] + (x - start[0]) * slope, end[-1] + (x - start[-1]) * slope)
    return torch.where((x < start[0]) | (x > start[-1]), beyond, inside)
