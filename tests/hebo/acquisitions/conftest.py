"""Models for tests of acquisitions: a formula, whose values can be worked by hand, and a fitted process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from acquisition import PLANE, noisy_plane
from botorch.models.model import Model
from botorch.posteriors import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from torch import Tensor

from hebo.data import Data
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP


class FormulaModel(Model):
    """Independent normals with the given mean and standard deviation at each point.

    Args:
        mean: Function of `... x d` points.
        sd: Function of `... x d` points.
        noise_sd: Standard deviation of the observation noise.
    """

    def __init__(
        self, mean: Callable[[Tensor], Tensor], sd: Callable[[Tensor], Tensor], noise_sd: float = 0.0
    ) -> None:
        super().__init__()
        self.mean, self.sd, self.noise_sd = mean, sd, noise_sd

    @property
    def num_outputs(self) -> int:
        return 1

    def posterior(
        self, X: Tensor, *args: Any, observation_noise: bool = False, **kwargs: Any
    ) -> GPyTorchPosterior:
        variance = self.sd(X).square() + (self.noise_sd**2 if observation_noise else 0.0)
        return GPyTorchPosterior(MultivariateNormal(self.mean(X), torch.diag_embed(variance)))


@pytest.fixture
def formula_model() -> type[FormulaModel]:
    """The class itself, for formulas of one's own."""
    return FormulaModel


@pytest.fixture
def linear_model() -> FormulaModel:
    """`f(x) ~ N(sum(x), 0.5^2)` with observation noise 0.3."""
    return FormulaModel(
        lambda x: x.sum(-1), lambda x: torch.full(x.shape[:-1], 0.5, dtype=x.dtype), noise_sd=0.3
    )


@pytest.fixture(scope="module")
def data() -> Data:
    """Noisy observations of a plane."""
    return noisy_plane()


@pytest.fixture(scope="module")
def fitted(data: Data) -> Any:
    """A process fitted to `data`."""
    return WarpedGP().fit(data, PLANE, generator=make_generator(0))
