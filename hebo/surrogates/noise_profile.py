"""Noise profile: a Gaussian process of the logarithm of the noise variance, from squares of residuals."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP

LEAST_SHARE = 0.01
"""Squares below this share of the expected one count as that: the logarithm of chi-square has a long tail."""

_LOG_SQUARE_MEAN, _LOG_SQUARE_VARIANCE = -1.1108745, 3.2074504
"""Moments of `log max(c, chi-square)` with one degree of freedom, `c` being `LEAST_SHARE`, by quadrature."""

SCALE = 2.0
"""The mode of the prior of the amplitude is 1: a standard deviation of the log variance of `1 / SCALE`."""

_MIN_VARIANCE = 1e-8


@dataclass(frozen=True)
class NoiseSquares:
    """Estimates of the noise variance at points.

    Attributes:
        x: `n x d` points.
        log_variance: `n` estimates of the logarithm of the variance, without bias.
        uncertainty: `n` variances of these estimates.
    """

    x: Tensor
    log_variance: Tensor
    uncertainty: Tensor

    @classmethod
    def of_known(cls, x: Tensor, variances: Tensor) -> NoiseSquares:
        """Return variances that are known, `n`."""
        return cls(x, variances.clamp_min(_MIN_VARIANCE).log(), torch.full_like(variances, 1e-2))

    @classmethod
    def of_residuals(cls, x: Tensor, squares: Tensor, expected: Tensor) -> NoiseSquares:
        """Return estimates from squares with one degree of freedom.

        Args:
            x: `n x d` points.
            squares: `n` squares, each of whose expectation is the noise variance.
            expected: The noise variance as it is believed so far, `n`.
        """
        logs = torch.maximum(squares, LEAST_SHARE * expected).clamp_min(_MIN_VARIANCE).log()
        return cls(x, logs - _LOG_SQUARE_MEAN, torch.full_like(logs, _LOG_SQUARE_VARIANCE))

    @classmethod
    def of_replicates(cls, x: Tensor, variances: Tensor, degrees: Tensor, expected: Tensor) -> NoiseSquares:
        """Return estimates from variances within replicates.

        With `nu` degrees of freedom `log(chi-square / nu)` has the mean `psi(nu / 2) - log(nu / 2)` and the
        variance `psi'(nu / 2)`.

        Args:
            x: `n x d` points.
            variances: `n` sample variances.
            degrees: `n` degrees of freedom, the number of replicates less one.
            expected: As of `of_residuals`.
        """
        half = 0.5 * degrees
        several = torch.maximum(variances, LEAST_SHARE * expected).clamp_min(_MIN_VARIANCE).log()
        several = several - torch.special.digamma(half) + half.log()
        single = cls.of_residuals(x, variances, expected)
        one = degrees == 1
        return cls(
            x,
            torch.where(one, single.log_variance, several),
            torch.where(one, single.uncertainty, torch.special.polygamma(1, half)),
        )

    def __add__(self, other: NoiseSquares) -> NoiseSquares:
        """Return the estimates of both."""
        return NoiseSquares(
            torch.cat([self.x, other.x]),
            torch.cat([self.log_variance, other.log_variance]),
            torch.cat([self.uncertainty, other.uncertainty]),
        )


class NoiseModel:
    """The noise variance as a function of the point, `exp(m + z(x))` with a Gaussian process `z`.

    Args:
        squares: What it is fitted to.
        space: Gives the columns.
        generator: Source of every random decision of the fit.
    """

    def __init__(self, squares: NoiseSquares, space: DesignSpace, *, generator: Generator) -> None:
        precision = squares.uncertainty.reciprocal()
        self.center = (precision * squares.log_variance).sum() / precision.sum()
        y = SCALE * (squares.log_variance - self.center).unsqueeze(-1)
        data = Data(squares.x, y, y_var=SCALE**2 * squares.uncertainty.unsqueeze(-1))
        recipe = WarpedGP(smoothness=2.5, warp=False)
        self.process: GaussianProcess = recipe._fit(data, space, generator=generator)

    def at(self, x: Tensor) -> Tensor:
        """Return the variances, `...`, at `... x d` points."""
        flat = self.process.means(x.reshape(-1, x.shape[-1])).reshape(x.shape[:-1])
        return (self.center + flat / SCALE).exp().clamp_min(_MIN_VARIANCE)
