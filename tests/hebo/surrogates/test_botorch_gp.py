"""Tests of `hebo.surrogates.botorch_gp`."""

from __future__ import annotations

from typing import Any, Literal

import pytest
import torch
from gpytorch.kernels import MaternKernel, ScaleKernel

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.botorch_gp import BoTorchGP

NUMBERS = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -2, "ub": 2},
        {"name": "b", "type": "num", "lb": 0, "ub": 100},
    ]
)
MIXED = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -2, "ub": 2},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
    ]
)
PRIORS: tuple[Literal["dimension_scaled", "gamma"], ...] = ("dimension_scaled", "gamma")


def observed(space: DesignSpace, n: int = 30) -> Data:
    x = space.sample(n, generator=make_generator(0))
    return Data(x, 50.0 + 10.0 * value(x))


def value(x: torch.Tensor) -> torch.Tensor:
    return x[:, :1].sin() + 0.02 * x[:, 1:]


def posterior_mean(model: Any, x: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        mean: torch.Tensor = model.posterior(x).mean
    return mean


@pytest.mark.parametrize("priors", PRIORS)
def test_smooth_function_is_predicted_in_its_own_units(priors: Literal["dimension_scaled", "gamma"]) -> None:
    model = BoTorchGP(priors=priors).fit(observed(NUMBERS), NUMBERS, generator=make_generator(1))
    x = NUMBERS.sample(64, generator=make_generator(2))
    error = posterior_mean(model, x) - (50.0 + 10.0 * value(x))
    assert float(error.abs().max()) < 2.0, "values vary by 40"


def test_gamma_priors_are_those_of_the_paper() -> None:
    model = BoTorchGP(priors="gamma").fit(observed(NUMBERS), NUMBERS, generator=make_generator(1))
    kernel = model.covar_module
    assert isinstance(kernel, ScaleKernel)
    base = kernel.base_kernel
    assert isinstance(base, MaternKernel)
    assert base.nu == 2.5
    assert (float(base.lengthscale_prior.concentration), float(base.lengthscale_prior.rate)) == (3.0, 6.0)
    prior = kernel.outputscale_prior
    assert (float(prior.concentration), float(prior.rate)) == pytest.approx((2.0, 0.15))


def test_categories_are_refused_by_name() -> None:
    with pytest.raises(IncompatibleError, match=r"takes numbers, and 'c' is none; use warped_gp"):
        BoTorchGP().check(MIXED)


def test_column_of_one_value_does_no_harm() -> None:
    space = DesignSpace().parse(
        [{"name": "a", "type": "num", "lb": 0, "ub": 1}, {"name": "b", "type": "int", "lb": 3, "ub": 3}]
    )
    model = BoTorchGP().fit(observed(space), space, generator=make_generator(1))
    mean = posterior_mean(model, space.sample(4, generator=make_generator(2)))
    assert bool(torch.isfinite(mean).all())
