"""A rank transform: values become normal quantiles of their ranks."""

from __future__ import annotations

import torch
from botorch.models.transforms.outcome import OutcomeTransform
from botorch.posteriors.posterior import Posterior
from botorch.posteriors.transformed import TransformedPosterior
from torch import Tensor

from hebo.base import OutputTransform
from hebo.errors import DataError


class Copula(OutputTransform):
    """Normal quantiles of the ranks, equal values sharing the middle of their ranks.

    Outliers and the size of jumps lose all influence; the best values are spread apart. (The Gaussian copula
    of the trust-region entries to the 2020 black-box challenge.)
    """

    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return the fitted transform; see `hebo.base.OutputTransform`."""
        return FittedCopula(y)


class FittedCopula(OutcomeTransform):
    """The transform of `m` columns: linear between the fitted values and constant beyond them.

    Args:
        y: Finite values to fit to, `n x m`.

    Raises:
        DataError: If a value is not finite.
    """

    def __init__(self, y: Tensor) -> None:
        super().__init__()
        if not bool(torch.isfinite(y).all()):
            raise DataError("an output transform needs finite values; leave failed evaluations out")
        self.knots = [_quantiles(column) for column in y.detach().unbind(-1)]
        self.eval()

    def forward(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Transform values, `... x m`.

        Raises:
            DataError: If noise variances are given: they have no image under ranks.
        """
        if Yvar is not None:
            raise DataError("a rank transform cannot carry known noise variances; leave out Yvar")
        pairs = zip(self.knots, Y.unbind(-1), strict=True)
        return torch.stack([_interpolate(column, *knots) for knots, column in pairs], dim=-1), None

    def untransform(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Invert `forward` between the fitted values."""
        pairs = zip(self.knots, Y.unbind(-1), strict=True)
        return torch.stack([_interpolate(column, z, y) for (y, z), column in pairs], dim=-1), None

    def untransform_posterior(self, posterior: Posterior, X: Tensor | None = None) -> TransformedPosterior:
        """Return the posterior on the original scale; it answers by samples."""
        return TransformedPosterior(
            posterior=posterior, sample_transform=lambda samples: self.untransform(samples)[0]
        )


def _quantiles(y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the distinct values in order, and the normal quantile of the middle rank of each."""
    values, counts = torch.unique(y, return_counts=True)
    middle = counts.cumsum(0) - 0.5 * counts
    return values, torch.special.ndtri(middle.to(y) / len(y))


def _interpolate(x: Tensor, knots: Tensor, values: Tensor) -> Tensor:
    if len(knots) == 1:
        return values.expand_as(x).clone()
    right = torch.searchsorted(knots, x.contiguous()).clamp(1, len(knots) - 1)
    left = right - 1
    share = ((x - knots[left]) / (knots[right] - knots[left])).clamp(0.0, 1.0)
    return values[left] + share * (values[right] - values[left])
