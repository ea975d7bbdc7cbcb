"""Ranks in place of values: the output transform by which decimals near the best value count."""

from __future__ import annotations

import torch
from botorch.models.transforms.outcome import OutcomeTransform
from botorch.posteriors.posterior import Posterior
from botorch.posteriors.transformed import TransformedPosterior
from torch import Tensor

from hebo.base import OutputTransform
from hebo.errors import DataError


class GaussianCopula(OutputTransform):
    """Each value becomes the quantile of a standard normal at its share of the ranks.

    SCBO's transform of the objective (Eriksson and Poloczek, 2002.08526, section 3), standardised: what
    differs in the last decimals near the best value is pulled apart, and what is bad by far is not far away.
    For values without noise; of noisy ones it enlarges the noise as well. Equal values share their mean
    rank.
    """

    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return the fitted transform; see `hebo.base.OutputTransform`."""
        return FittedCopula(y)


class FittedCopula(OutcomeTransform):
    """The transform of `m` columns, `n x m`. It is increasing, and linear between the values fitted to.

    Beyond them it goes on as the line through the least and the largest one.

    Args:
        y: Finite values to fit to, `n x m`.

    Raises:
        DataError: If a value is not finite.
    """

    def __init__(self, y: Tensor) -> None:
        super().__init__()
        if not bool(torch.isfinite(y).all()):
            raise DataError("an output transform needs finite values; leave failed evaluations out")
        self.columns = [_knots(column) for column in y.detach().unbind(-1)]
        self.eval()

    def forward(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Transform values, `... x m`.

        Raises:
            DataError: If noise variances are given: they have no image under ranks.
        """
        _refuse_variances(Yvar)
        pairs = zip(Y.unbind(-1), self.columns, strict=True)
        return torch.stack([_follow(y, values, scores) for y, (values, scores) in pairs], dim=-1), None

    def untransform(
        self, Y: Tensor, Yvar: Tensor | None = None, X: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Invert `forward`.

        Raises:
            DataError: If noise variances are given.
        """
        _refuse_variances(Yvar)
        pairs = zip(Y.unbind(-1), self.columns, strict=True)
        return torch.stack([_follow(z, scores, values) for z, (values, scores) in pairs], dim=-1), None

    def untransform_posterior(self, posterior: Posterior, X: Tensor | None = None) -> TransformedPosterior:
        """Return the posterior on the original scale; it answers by samples."""
        return TransformedPosterior(
            posterior=posterior, sample_transform=lambda samples: self.untransform(samples)[0]
        )


def _knots(y: Tensor) -> tuple[Tensor, Tensor]:
    """Return distinct values in ascending order and their scores; a single value has a second knot."""
    values, place, counts = y.unique(return_inverse=True, return_counts=True)
    if len(values) == 1:
        step = values.abs().clamp_min(1.0)
        return torch.cat([values, values + step]), torch.tensor([0.0, 1.0]).to(y)
    middle = counts.cumsum(0).to(y) - 0.5 * counts.to(y)
    scores = torch.special.ndtri(middle / len(y))
    of_all = scores[place]
    return values, (scores - of_all.mean()) / of_all.std()


def _follow(x: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Return the piecewise linear function through the knots `start -> end` at `x`."""
    start, end = start.to(x), end.to(x)
    right = torch.searchsorted(start, x.contiguous()).clamp(1, len(start) - 1)
    low, high = start[right - 1], start[right]
    inside = end[right - 1] + (x - low) / (high - low) * (end[right] - end[right - 1])
    slope = (end[-1] - end[0]) / (start[-1] - start[0])
    beyond = torch.where(x < start[0], end[0] + (x - start[0]) * slope, end[-1] + (x - start[-1]) * slope)
    return torch.where((x < start[0]) | (x > start[-1]), beyond, inside)


def _refuse_variances(variances: Tensor | None) -> None:
    if variances is not None:
        raise DataError("ranks cannot carry known noise variances; leave out Yvar")
