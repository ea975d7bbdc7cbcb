"""Tests of `hebo.testing.surrogates`: what keeps the contract passes, and each breach of it is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
import torch
from botorch.models import SingleTaskGP
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.abilities import PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.surrogates import check_surrogate

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


class PlainGP(Surrogate):
    """A model of somebody else."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        return SingleTaskGP(data.x, data.y, outcome_transform=None)


def test_a_model_of_botorch_keeps_the_contract() -> None:
    check_surrogate(PlainGP(), SPACE)


def test_without_spaces_those_of_every_sort_are_taken() -> None:
    check_surrogate(ExtraTrees(n_trees=5))


class Broken(WarpedGP):
    """Fits a process of a class with a fault."""

    kind: ClassVar[type[GaussianProcess]]

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        found = super()._fit(data, space, generator=generator)
        return self.kind(found.covariance, found.x, found.y)


class AlwaysNoisy(GaussianProcess):
    def _noise(self, observation_noise: bool | Tensor, x: Tensor) -> Tensor:
        return super()._noise(observation_noise=False, x=x)


class WrongSlopes(GaussianProcess):
    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, variance = super().marginals(x)
        return 2 * mean - mean.detach(), variance


class Stubborn(GaussianProcess):
    def condition_on_observations(self, X: Tensor, Y: Tensor, noise: Any = None, **kwargs: Any) -> Any:
        return super().condition_on_observations(X, -Y)


class Unable(GaussianProcess):
    def condition_on_observations(self, X: Tensor, Y: Tensor, noise: Any = None, **kwargs: Any) -> Any:
        raise NotImplementedError


class Curt(GaussianProcess):
    def condition_on_observations(self, X: Tensor, Y: Tensor, noise: Any = None, **kwargs: Any) -> Any:
        raise IncompatibleError("no")


class Mixing(GaussianProcess):
    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, covariance = super().joint(x)
        return mean + 0.01 * x.shape[0] * x.dim(), covariance


class OneOutputForAll(GaussianProcess):
    def subset_output(self, idcs: list[int]) -> Any:
        return self.condition_on_observations(self.x[:1], self.y[:1, None] + 1)


class SlowAndFast(GaussianProcess):
    def means(self, x: Tensor) -> Tensor:
        return super().means(x) + 0.1


def broken(process: type[GaussianProcess]) -> Surrogate:
    class Variant(Broken):
        kind: ClassVar[type[GaussianProcess]] = process

    return Variant()


class Streamed(WarpedGP):
    """Draws from the global stream."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        return super()._fit(data.with_y(data.y + 0.1 * torch.randn(data.y.shape)), space, generator=generator)


class Meddling(WarpedGP):
    """Changes the data."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        data.y.add_(1.0)
        return super()._fit(data, space, generator=generator)


class Boasting(ExtraTrees):
    """Offers what its model has not."""

    def offers(self) -> frozenset[Ability]:
        return frozenset({PATH_SAMPLING})


class Greedy(WarpedGP):
    """Takes more outputs than it says."""

    def _refuse_unused(self, data: Data) -> None:
        super()._refuse_unused(data.output(0))


class Forgetful(WarpedGP):
    """Takes known variances and makes no use of them."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GaussianProcess:
        return super()._fit(data.with_y(data.y), space, generator=generator)


class Inconsistent(WarpedGP):
    """Refuses a space, but not in `fit`."""

    def check(self, space: DesignSpace) -> None:
        if len(space.names) == 1:
            raise IncompatibleError("one column is too few; add another")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: broken(AlwaysNoisy), "a known noise variance is added as it is"),
        (lambda: broken(WrongSlopes), "finite differences say"),
        (lambda: broken(Stubborn), "the means of fantasies go towards"),
        (lambda: broken(Curt), "a refusal says what would work instead"),
        (lambda: broken(Mixing), "does not depend on its batch|nor does its mean"),
        (lambda: broken(OneOutputForAll), "the first output is the model"),
        (lambda: broken(SlowAndFast), "means are those of the marginals"),
        (Streamed, "global streams do not matter"),
        (Meddling, "a fit leaves the values as they were|one model"),
        (Boasting, "are offered, but Forest is no PathSampling"),
        (Forgetful, "says that it uses known variances, and vague values count as exact ones do"),
        (Greedy, "2 outputs are more than Greedy says"),
    ],
)
def test_a_breach_is_found(make: Callable[[], Surrogate], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_surrogate(make(), SPACE)


def test_a_missing_method_is_no_refusal() -> None:
    with pytest.raises(NotImplementedError):
        check_surrogate(broken(Unable), SPACE)


def test_a_space_that_is_refused_must_not_be_fitted() -> None:
    one = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    with pytest.raises(AssertionError, match=r"refuses .* and fits it nevertheless"):
        check_surrogate(Inconsistent(), one)
