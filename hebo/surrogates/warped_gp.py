"""HEBO's surrogate: a Matern Gaussian process on Kumaraswamy-warped inputs."""

from __future__ import annotations

import math

import torch
from botorch.models.kernels import CategoricalKernel
from botorch.models.transforms.input import InputTransform, Normalize
from gpytorch.constraints import GreaterThan
from gpytorch.kernels import Kernel, LinearKernel, MaternKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.means import ConstantMean
from gpytorch.priors import LogNormalPrior
from pydantic import Field, field_validator
from torch import Generator, Size, Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.exact_gp import ExactGP
from hebo.surrogates.map_fit import fit_map
from hebo.transforms.kumaraswamy import KumaraswamyWarp


class WarpedGP(Surrogate):
    """Matern GP over numeric and categorical columns with learned input warping.

    `k(x, x') = s^2 M(w(x), w(x')) C(c, c') [+ linear]`: a Matern kernel `M` with one lengthscale per numeric
    column on inputs scaled by the bounds of the space and warped by a Kumaraswamy CDF per column, times
    `C = exp(-mean_i [c_i != c'_i] / l_i)` over the categorical columns (Cowen-Rivers et al., 2012.03826,
    section 3; Snoek et al., 2014 for warping). The hyperparameters are the best of `n_starts` local maxima of
    their posterior density. The lengthscale prior grows with the dimension (Hvarfner et al., 2402.02229).

    Attributes:
        smoothness: The `nu` of the Matern kernel: 0.5, 1.5 (the paper's) or 2.5.
        warp: Learn the Kumaraswamy warp. Its two exponents have LogNormal priors of mode 1, the identity,
            and variance 0.75 of the logarithm.
        linear: Add a linear kernel over the numeric columns, as the paper does.
        n_starts: Of the hyperparameter fit.
        min_noise: Least noise variance, in units of the variance of `y`.
    """

    smoothness: float = 1.5
    warp: bool = True
    linear: bool = False
    n_starts: int = Field(default=4, ge=1)
    min_noise: float = Field(default=1e-5, gt=0)

    @field_validator("smoothness")
    @classmethod
    def _known_smoothness(cls, nu: float) -> float:
        if nu not in (0.5, 1.5, 2.5):
            raise ValueError(f"a Matern kernel of smoothness {nu:g} has no closed form; use 0.5, 1.5 or 2.5")
        return nu

    def fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> ExactGP:
        """Return a model conditioned on the successes, and on pending points at their predicted means."""
        known = data.successes()
        columns = Columns(space)
        starts = self._model(known.x, known.y, columns, n_starts=self.n_starts)
        best = int(fit_map(starts, generator=generator).nan_to_num(nan=math.inf).argmin())
        model = self._model(known.x, known.y, columns)
        _copy_start(starts, model, best)
        model.eval()
        if len(data.pending):
            with torch.no_grad():
                believed = model.posterior(data.pending.unsqueeze(-2)).mean.squeeze(-2)
            fitted = model
            model = self._model(torch.cat([known.x, data.pending]), torch.cat([known.y, believed]), columns)
            model.load_state_dict(fitted.state_dict())
            model.eval()
        return model

    def _model(self, x: Tensor, y: Tensor, columns: Columns, *, n_starts: int | None = None) -> ExactGP:
        batch = Size() if n_starts is None else Size([n_starts])
        likelihood = GaussianLikelihood(
            noise_prior=_log_normal_with_mode(1e-2, 2.0),
            noise_constraint=_positive(self.min_noise),
            batch_shape=batch,
        )
        likelihood.noise = torch.full((*batch, 1), max(1e-2, 2 * self.min_noise))
        model = ExactGP(
            x.expand(*batch, *x.shape),
            y.expand(*batch, *y.shape),
            likelihood=likelihood,
            mean_module=ConstantMean(batch_shape=batch),
            covar_module=self._kernel(columns, batch),
            input_transform=self._input_transform(columns, batch),
            outcome_transform=None,
        )
        return model.to(x)

    def _kernel(self, columns: Columns, batch: Size) -> Kernel:
        factors = []
        if columns.numeric:
            factors.append(_matern(self.smoothness, columns.numeric, batch))
        if columns.categorical:
            factors.append(_overlap(columns.categorical, batch))
        kernel = ScaleKernel(
            math.prod(factors[1:], start=factors[0]),
            batch_shape=batch,
            outputscale_prior=_log_normal_with_mode(1.0, 1.0),
            outputscale_constraint=_positive(1e-6),
        )
        kernel.outputscale = torch.ones(batch)
        return kernel + _linear(columns.numeric, batch) if self.linear and columns.numeric else kernel

    def _input_transform(self, columns: Columns, batch: Size) -> InputTransform | None:
        if not columns.numeric:
            return None
        if not self.warp:
            return Normalize(columns.n, indices=columns.numeric, bounds=columns.bounds)
        prior = _log_normal_with_mode(1.0, math.sqrt(0.75))
        return KumaraswamyWarp(columns.numeric, columns.bounds, prior=prior, batch_shape=batch)


class Columns:
    """Which encoded columns are numeric, which categorical, and bounds that are safe to scale by."""

    def __init__(self, space: DesignSpace) -> None:
        self.n = space.bounds.shape[1]
        self.categorical = sorted(space.categorical_dims)
        self.numeric = [column for column in range(self.n) if column not in space.categorical_dims]
        lower, upper = space.bounds
        constant = (upper == lower).to(lower)
        self.bounds = torch.stack([lower - 0.5 * constant, upper + 0.5 * constant])


def _positive(lower: float) -> GreaterThan:
    """A positive hyperparameter that the fit sees on a log scale."""
    return GreaterThan(lower, transform=torch.exp, inv_transform=torch.log)


def _log_normal_with_mode(mode: float, spread: float) -> LogNormalPrior:
    """A LogNormal density that is largest at `mode`, where a MAP fit goes without data.

    Its logarithm has mean `log mode + spread^2`: with mean 0 the mode would lie at `exp(-spread^2)`, and a
    warp with that prior would bend every input by default.
    """
    return LogNormalPrior(math.log(mode) + spread**2, spread)


def _matern(smoothness: float, columns: list[int], batch: Size) -> Kernel:
    # Hvarfner et al.: LogNormal(sqrt 2 + log(d) / 2, sqrt 3), whose mode this is.
    mode = math.exp(math.sqrt(2.0) - 3.0) * math.sqrt(len(columns))
    kernel = MaternKernel(
        nu=smoothness,
        ard_num_dims=len(columns),
        active_dims=columns,
        batch_shape=batch,
        lengthscale_prior=_log_normal_with_mode(mode, math.sqrt(3.0)),
        lengthscale_constraint=_positive(5e-2),
    )
    kernel.lengthscale = torch.full((*batch, 1, len(columns)), 0.5 * math.sqrt(len(columns)))
    return kernel


def _overlap(columns: list[int], batch: Size) -> Kernel:
    kernel = CategoricalKernel(
        ard_num_dims=len(columns),
        active_dims=columns,
        batch_shape=batch,
        lengthscale_prior=_log_normal_with_mode(0.5, 1.0),
        lengthscale_constraint=_positive(1e-3),
    )
    kernel.lengthscale = torch.ones(*batch, 1, len(columns))
    return kernel


def _linear(columns: list[int], batch: Size) -> Kernel:
    kernel = LinearKernel(
        active_dims=columns,
        batch_shape=batch,
        variance_prior=_log_normal_with_mode(0.1, 1.5),
        variance_constraint=_positive(1e-6),
    )
    kernel.variance = torch.full((*batch, 1, 1), 0.1)
    return kernel


@torch.no_grad()
def _copy_start(starts: ExactGP, model: ExactGP, index: int) -> None:
    for source, target in zip(starts.parameters(), model.parameters(), strict=True):
        target.copy_(source[index].reshape(target.shape))
