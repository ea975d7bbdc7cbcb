"""Heteroscedastic Gaussian process: noise whose variance is another function of the point."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.abilities import ADDITIVE_MODEL, LEAVE_ONE_OUT, NOISE_PROFILE, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.surrogates.gaussian_process import CovarianceFunction, GaussianProcess
from hebo.surrogates.known_noise import known_variances
from hebo.surrogates.noise_profile import NoiseModel, NoiseSquares
from hebo.surrogates.warped_gp import WarpedGP


class HeteroscedasticGP(Surrogate):
    """The most likely heteroscedastic GP (Kersting et al., 2007): two processes, fitted in turn.

    One models the function, with a known noise variance for each observation; the other the logarithm of
    that variance (Goldberg et al., 1998). The second is fitted to the variances of replicates, where a point
    was told several times, and to squared leave-one-out residuals elsewhere, in which the share that is not
    noise is left out. Logarithms of squares are too small on average, by 1.27 for one degree of freedom;
    they are corrected. Variances that are told (`Data.y_var`) are known, and say what the noise is elsewhere.

    With few observations the noise is nearly constant: 40 or more, or replicates, are needed to learn it.

    Attributes:
        of: Models the function; a single Gaussian process.
        n_rounds: How often the noise is estimated, and the function fitted anew.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES})

    of: Surrogate = Field(default_factory=WarpedGP)
    n_rounds: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _can_be_composed(self) -> Self:
        if Information.VARIANCES not in self.of.takes or LEAVE_ONE_OUT not in self.of.offers():
            raise IncompatibleError(
                "HeteroscedasticGP needs a Gaussian process that takes known variances, "
                f"{type(self.of).__name__} is none; use warped_gp or mixed_gp"
            )
        return self

    @property
    def has_gradients(self) -> bool:
        """Whether those of `of` have; see `hebo.base.Surrogate`."""
        return self.of.has_gradients

    def offers(self) -> frozenset[Ability]:
        """What `of` does, and the noise at any point; see `hebo.base.Surrogate`."""
        return (self.of.offers() - {ADDITIVE_MODEL}) | {NOISE_PROFILE}

    def check(self, space: DesignSpace) -> None:
        """Refuse what `of` refuses; see `hebo.base.Surrogate`."""
        self.of.check(space)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return the doubts of `of`."""
        return self.of.doubts(space)

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> HeteroscedasticProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        process = self._process(data, space, generator)
        believed = process.noise_variance.expand(len(data.x))
        for _ in range(self.n_rounds):
            noise = NoiseModel(_squares(process, data, believed), space, generator=generator)
            believed = noise.at(data.x)
            process = self._process(_completed(data, believed), space, generator)
        return HeteroscedasticProcess(
            process.covariance, process.x, process.y, process.n_fitted, process.factor, noise=noise
        )

    def _process(self, data: Data, space: DesignSpace, generator: Generator) -> GaussianProcess:
        model = self.of.fit(data, space, generator=generator)
        if not isinstance(model, GaussianProcess):
            raise IncompatibleError(
                f"HeteroscedasticGP needs a single Gaussian process, and {type(self.of).__name__} fits "
                f"{type(model).__name__}; use warped_gp, or mixed_gp with `n_samples: 0`"
            )
        return model


class HeteroscedasticProcess(GaussianProcess):
    """A `GaussianProcess` that predicts observations with the noise of their place.

    Args:
        covariance: See `GaussianProcess`, as for the parts up to `factor`.
        x: Points.
        y: Values.
        n_fitted: How many determined the hyperparameters.
        factor: Of the covariance of the values.
        noise: The noise variance as a function of the point.
    """

    def __init__(
        self,
        covariance: CovarianceFunction,
        x: Tensor,
        y: Tensor,
        n_fitted: int,
        factor: Tensor,
        *,
        noise: NoiseModel,
    ) -> None:
        super().__init__(covariance, x, y, n_fitted, factor)
        self.noise = noise

    def noise_at(self, x: Tensor) -> Tensor:
        """Return variances of the noise, `...`, at `... x d` points; see `hebo.abilities.NoiseProfile`."""
        return self.noise.at(x)

    @property
    def noise_variance(self) -> Tensor:
        """Mean variance of the noise at the observations."""
        return self.noise_at(self.x[..., : self.n_fitted, :]).mean(-1).expand(self.batch_shape)

    @property
    def excess_loo_error(self) -> Tensor:
        """Zero: the noise model is fitted to the leave-one-out errors themselves."""
        return torch.zeros_like(self.noise_variance)

    def condition_on_observations(
        self, X: Tensor, Y: Tensor, noise: Tensor | None = None, **kwargs: Any
    ) -> Self:
        """Return the model with further observations, with the noise of their place unless it is known."""
        modeled = self.noise_at(X).unsqueeze(-1)
        known = modeled if noise is None else torch.where(torch.isnan(noise), modeled, noise)
        return super().condition_on_observations(X, Y, noise=known, **kwargs)

    def _conditioned(self, x: Tensor, y: Tensor, factor: Tensor) -> Self:
        return type(self)(self.covariance, x, y, self.n_fitted, factor, noise=self.noise)

    def _noise(self, observation_noise: bool | Tensor, x: Tensor) -> Tensor:
        if isinstance(observation_noise, Tensor) or not observation_noise:
            return super()._noise(observation_noise, x)
        return self.noise_at(x)


def _completed(data: Data, believed: Tensor) -> Data:
    """Return the data with the noise variance of every observation, as it is known or believed, `n`."""
    known = known_variances(data)
    variances = believed if known is None else torch.where(torch.isnan(known), believed, known)
    return data.with_y(data.y, variances.unsqueeze(-1))


def _squares(process: GaussianProcess, data: Data, believed: Tensor) -> NoiseSquares:
    """Return what the observations tell about the noise.

    Args:
        process: Fitted to the observations.
        data: `n` observations.
        believed: The noise variance at each, `n`.
    """
    known = known_variances(data)
    if known is None:
        return _of_unknown(process, data, believed)
    is_known = torch.isfinite(known)
    told = NoiseSquares.of_known(data.x[is_known], known[is_known])
    return _of_unknown(process, data.rows(~is_known), believed[~is_known]) + told


def _of_unknown(process: GaussianProcess, data: Data, believed: Tensor) -> NoiseSquares:
    """Return what observations with unknown variances tell: within replicates, and beside the others."""
    x, point, count = data.x.unique(dim=0, return_inverse=True, return_counts=True)
    total, k = believed.new_zeros(len(x)), count.to(believed)
    mean = total.index_add(0, point, data.y[:, 0]) / k
    square = total.index_add(0, point, (data.y[:, 0] - mean[point]).square())
    noise = total.index_add(0, point, believed) / k
    several = count > 1
    within = NoiseSquares.of_replicates(
        x[several], square[several] / (k[several] - 1), k[several] - 1, noise[several]
    )
    return within + _of_residuals(process, x, noise, k)


def _of_residuals(process: GaussianProcess, x: Tensor, noise: Tensor, count: Tensor) -> NoiseSquares:
    """Return estimates at points, `k x d`, of which the process has the mean of the observations.

    A squared leave-one-out error is one of the noise of the mean and of what the other points predict; the
    share of its expected value that is noise is that of the noise.

    Args:
        process: Fitted to the observations; points that it has several times, or not at all, are left out.
        x: Distinct points.
        noise: The noise variance of an observation as it is believed, `k`.
        count: Number of observations, `k`.
    """
    n = process.n_fitted
    _, label = torch.cat([process.x[:n], x]).unique(dim=0, return_inverse=True)
    row = torch.arange(n, device=x.device)
    last = row.new_zeros(int(label.max()) + 1).scatter_reduce(0, label[:n], row, "amax")
    times = torch.bincount(label[:n], minlength=len(last))[label[n:]]
    place, noise, count = (one[times == 1] for one in (last[label[n:]], noise, count))
    _, error, variance = (one[place] for one in process.leave_one_out())
    share = (noise / count / variance).clamp_max(1.0)
    return NoiseSquares.of_residuals(x[times == 1], count * error.square() * share, noise)
