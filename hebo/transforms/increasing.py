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

        Raises:
            DataError: If noise variances are given: they have no image under a curved function.
        """
        _refuse_variances(Yvar)
        pairs = zip(self.columns, Y.unbind(-1), strict=True)
        return torch.stack([column.scores(values) for column, values in pairs], dim=-1), None

    def untransform(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Invert `forward`.

        Raises:
            DataError: If noise variances are given.
        """
        _refuse_variances(Yvar)
        pairs = zip(self.columns, Y.unbind(-1), strict=True)
        return torch.stack([column.values(scores) for column, scores in pairs], dim=-1), None

    def untransform_posterior(self, posterior: Posterior, X: Tensor | None = None) -> TransformedPosterior:
        """Return the posterior on the original scale; it answers by samples."""
        return TransformedPosterior(
            posterior=posterior, sample_transform=lambda samples: self.untransform(samples)[0]
        )


def _refuse_variances(variances: Tensor | None) -> None:
    if variances is not None:
        raise DataError("a curved transform cannot carry known noise variances; leave out Yvar")
