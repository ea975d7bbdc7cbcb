"""BoTorch's own Gaussian process as a surrogate, with its priors or those of earlier studies."""

from __future__ import annotations

from typing import Any, Literal

import torch
from botorch.fit import fit_gpytorch_mll
from botorch.models.gp_regression import SingleTaskGP
from botorch.models.transforms.input import Normalize
from botorch.models.transforms.outcome import Standardize
from gpytorch.kernels import MaternKernel, ScaleKernel
from gpytorch.mlls import ExactMarginalLogLikelihood
from gpytorch.priors import GammaPrior
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import JOINT_NORMAL, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import seeded
from hebo.surrogates.subset import best_near_random


class BoTorchGP(Surrogate):
    """BoTorch's `SingleTaskGP`, of numbers alone.

    Inputs are scaled by the bounds of the space and values are standardized. Hyperparameters are those of the
    largest posterior density, found by BoTorch's `fit_gpytorch_mll`.

    Attributes:
        priors: `dimension_scaled` are BoTorch's: a squared exponential kernel whose lengthscales are expected
            to grow with the number of columns (Hvarfner et al., 2402.02229). `gamma` are those of studies
            before 2024, CompBO (2012.08240) among them: a Matern-5/2 kernel, lengthscales `Gamma(3, 6)`,
            variance `Gamma(2, 0.15)`.
        max_train: Most observations, since a fit takes time that grows with their cube; see
            `hebo.surrogates.subset.best_near_random`.
    """

    priors: Literal["dimension_scaled", "gamma"] = "dimension_scaled"
    max_train: int = Field(default=500, ge=10)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({JOINT_NORMAL})

    def check(self, space: DesignSpace) -> None:
        """Refuse what is no number: a category, a permutation, a sequence."""
        for name, columns in space.columns.items():
            if columns.start in space.categorical_dims or columns.stop > columns.start + 1:
                raise IncompatibleError(
                    f"BoTorchGP takes numbers, and '{name}' is none; use warped_gp, or mixed_gp"
                )

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> SingleTaskGP:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        self.check(space)
        train = best_near_random(data, space, self.max_train, generator)
        model = _InUnits(
            train.x,
            train.y,
            covar_module=_matern(train.x.shape[1]) if self.priors == "gamma" else None,
            input_transform=_scaling(space, train.x),
            outcome_transform=Standardize(1),
        )
        with seeded(generator):  # a fit that failed begins anew at a draw from the priors
            fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        return model


class _InUnits(SingleTaskGP):
    """The model with joint predictions; a given variance of the noise is in the units of the values."""

    # BoTorch's base classes disagree on the order of these arguments.
    def posterior(  # type: ignore[override]
        self,
        X: Tensor,
        output_indices: Any = None,
        observation_noise: Any = False,
        posterior_transform: Any = None,
    ) -> Any:
        """See `botorch.models.model.Model`."""
        if isinstance(observation_noise, Tensor):
            scale: Any = self.outcome_transform
            observation_noise = observation_noise / scale.stdvs.square()
        return super().posterior(X, output_indices, observation_noise, posterior_transform)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        found = self.posterior(x)
        return found.mean.squeeze(-1), found.distribution.covariance_matrix


def _scaling(space: DesignSpace, x: Tensor) -> Normalize:
    """Return the map to the unit cube; a column of one value is in its middle."""
    bounds = space.bounds.to(x).clone()
    constant = (bounds[1] == bounds[0]).to(x)
    return Normalize(x.shape[1], bounds=bounds + torch.stack([-0.5 * constant, 0.5 * constant]))


def _matern(d: int) -> ScaleKernel:
    base = MaternKernel(nu=2.5, ard_num_dims=d, lengthscale_prior=GammaPrior(3.0, 6.0))
    return ScaleKernel(base, outputscale_prior=GammaPrior(2.0, 0.15))
