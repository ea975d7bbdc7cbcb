"""Monotone outcome transforms: what the fitted output transforms share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from botorch.models.transforms.outcome import OutcomeTransform
from botorch.posteriors.posterior import Posterior
from botorch.posteriors.transformed import TransformedPosterior
from torch import Tensor

from hebo.errors import DataError


class Increasing(Protocol):
    """An increasing function of a number, and its inverse."""

    def scores(self, values: Tensor) -> Tensor:
        """Transform values."""

    def values(self, scores: Tensor) -> Tensor:
        """Invert `scores`."""


class IncreasingTransform(OutcomeTransform):
    """A BoTorch transform of `m` columns by an increasing function each, so that the ranking stays.

    Args:
        y: Finite values to fit to, `n x m`.
        fit: Makes the function of a column of `n` values.

    Raises:
        DataError: If a value is not finite.
    """

    def __init__(self, y: Tensor, fit: Callable[[Tensor], Increasing]) -> None:
        super().__init__()
        if not bool(torch.isfinite(y).all()):
            raise DataError("an output transform needs finite values; leave failed evaluations out")
        self.columns = [fit(column) for column in y.detach().unbind(-1)]
        self.eval()

    def forward(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Transform values, `... x m`.

        Known variances of noise, `... x m`, are multiplied by the squared slope at the value (delta method);
        where the slope is 0, beyond a limit, the variance becomes unknown (NaN).
        """
        pairs = list(zip(self.columns, Y.unbind(-1), strict=True))
        scores = torch.stack([column.scores(values) for column, values in pairs], dim=-1)
        return scores, None if Yvar is None else Yvar * self._slopes(Y).square()

    def untransform(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Invert `forward`."""
        pairs = zip(self.columns, Y.unbind(-1), strict=True)
        values = torch.stack([column.values(scores) for column, scores in pairs], dim=-1)
        return values, None if Yvar is None else Yvar / self._slopes(values).square()

    def _slopes(self, Y: Tensor) -> Tensor:
        """Return the derivatives of the transformed by the original values, `... x m`, NaN where 0."""
        with torch.enable_grad():
            values = Y.detach().clone().requires_grad_()
            pairs = zip(self.columns, values.unbind(-1), strict=True)
            scores = torch.stack([column.scores(one) for column, one in pairs], dim=-1)
            (slopes,) = torch.autograd.grad(scores.sum(), values)
        return torch.where(slopes > 0, slopes, torch.nan)

    def untransform_posterior(self, posterior: Posterior, X: Tensor | None = None) -> TransformedPosterior:
        """Return the posterior on the original scale; it answers by samples."""
        return TransformedPosterior(
            posterior=posterior, sample_transform=lambda samples: self.untransform(samples)[0]
        )
