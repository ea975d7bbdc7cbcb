"""Tests of `hebo.acquisitions.sampled`: closed forms of single points, simulations of batches, forms."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from acquisition import under
from pydantic import ValidationError
from torch import Tensor

from hebo.abilities import JOINT_VALUES, NESTED_EXPECTATION, NestedExpectation
from hebo.acquisitions.improvement import LogEI, LogPI
from hebo.acquisitions.marginals import incumbent_mean, marginals
from hebo.acquisitions.sampled import Sampled, SampledEI, SampledPI, SampledSR, SampledUCB
from hebo.base import AcqFunction
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

PLANE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
TOLD = PLANE.sample(8, generator=make_generator("told"))
DATA = Data(TOLD, torch.sin(4 * TOLD[:, :1]) - 2 * (TOLD[:, 1:] - 0.5).square())
MODEL: Any = WarpedGP().fit(DATA, PLANE, generator=make_generator(0))
SINGLE = PLANE.sample(6, generator=make_generator("single")).unsqueeze(1)
BATCHES = PLANE.sample(12, generator=make_generator("batches")).reshape(4, 3, 2)
TAU = float(incumbent_mean(MODEL, DATA))
KINDS = (SampledEI, SampledPI, SampledSR, SampledUCB)
every_kind = pytest.mark.parametrize("kind", KINDS)


def built(recipe: Sampled, seed: int = 0) -> AcqFunction:
    return under(recipe, MODEL, DATA, generator=make_generator(seed))


def drawn(n: int = 20_000) -> Tensor:
    """Joint draws, `n x 4 x 3`, of the values of the batches."""
    mean, covariance = MODEL.joint(BATCHES)
    factor = torch.linalg.cholesky(covariance + 1e-9 * torch.eye(3, dtype=torch.float64))
    z = torch.randn(n, 4, 3, dtype=torch.float64, generator=make_generator("z"))
    return mean + torch.einsum("bij,nbj->nbi", factor, z)


def test_values_of_single_points_are_the_closed_forms() -> None:
    at = marginals(MODEL, SINGLE)
    expected = {
        SampledEI(n_samples=4096): under(LogEI(margin=0), MODEL, DATA, generator=make_generator(0))(
            SINGLE
        ).exp(),
        SampledPI(n_samples=4096): under(LogPI(margin=0), MODEL, DATA, generator=make_generator(0))(
            SINGLE
        ).exp(),
        SampledSR(n_samples=4096): at.mean.unsqueeze(-1),
        SampledUCB(n_samples=4096, beta=1.7): (at.mean + math.sqrt(1.7) * at.sd).unsqueeze(-1),
    }
    for recipe, values in expected.items():
        torch.testing.assert_close(built(recipe)(SINGLE), values, rtol=0.02, atol=0.01)


@pytest.mark.parametrize(
    ("recipe", "of_best"),
    [
        (SampledEI(n_samples=4096), lambda best: (best - TAU).clamp_min(0)),
        (SampledPI(n_samples=4096), lambda best: (best > TAU).double()),
        (SampledSR(n_samples=4096), lambda best: best),
    ],
    ids=["q_ei", "q_pi", "q_sr"],
)
def test_values_of_batches_are_those_of_joint_draws(recipe: Sampled, of_best: Any) -> None:
    values = of_best(drawn().amax(-1))
    error = 6 * values.std(0) / math.sqrt(len(values))
    assert ((built(recipe)(BATCHES)[:, 0] - values.mean(0)).abs() < error + 0.005).all()


@every_kind
def test_forms_with_fixed_samples_have_one_value(kind: type[Sampled]) -> None:
    forms = ("finite_sum", "compositional", "memory_efficient")
    plain, *others = (built(kind(form=form))(BATCHES) for form in forms)
    for values in others:
        assert torch.equal(values, plain)


@every_kind
def test_fresh_samples_are_noisy_around_the_same_value(kind: type[Sampled]) -> None:
    acq = built(kind(form="expectation", n_samples=64))
    values = torch.stack([acq(BATCHES) for _ in range(200)])
    assert (values.std(0) > 0).any()
    error = 6 * values.std(0) / math.sqrt(200)
    exact = built(kind(n_samples=8192))(BATCHES)
    assert ((values.mean(0) - exact).abs() < error + 0.005).all()


@every_kind
def test_the_nested_expectation_of_all_samples_is_the_value(kind: type[Sampled]) -> None:
    acq = built(kind(form="compositional", n_samples=32))
    assert isinstance(acq, NestedExpectation)
    inner = acq.sample(32, make_generator(1))
    torch.testing.assert_close(acq.outer(inner(BATCHES)), acq(BATCHES)[:, 0])


def test_parts_of_the_samples_average_to_all_of_them() -> None:
    acq = built(SampledEI(form="compositional", n_samples=8))
    assert isinstance(acq, NestedExpectation)
    generator = make_generator(2)
    whole = acq.sample(8, generator)(BATCHES)
    parts = torch.stack([acq.sample(2, generator)(BATCHES) for _ in range(1000)])
    error = 6 * parts.std(0) / math.sqrt(len(parts))
    assert ((parts.mean(0) - whole).abs() < error + 1e-9).all()
    assert acq.sample(2, generator)(SINGLE).shape == (6, 1, 8)  # of batches of any size


def test_a_step_cannot_have_more_samples_than_there_are() -> None:
    acq = built(SampledEI(form="compositional", n_samples=8))
    assert isinstance(acq, NestedExpectation)
    with pytest.raises(ConfigError, match="n = 9; give at least 1 and at most 8"):
        acq.sample(9, make_generator(0))


def test_a_memory_efficient_step_has_as_many_columns_as_said() -> None:
    acq = built(SampledUCB(form="memory_efficient", n_samples=64, n_columns=5))
    assert isinstance(acq, NestedExpectation)
    assert acq.sample(5, make_generator(0))(BATCHES).shape == (4, 3, 5)
    with pytest.raises(ConfigError, match="tracker of 5 columns"):
        acq.sample(6, make_generator(0))


def test_columns_are_of_one_form_alone() -> None:
    with pytest.raises(ValidationError, match="n_columns = 5 says nothing with form finite_sum"):
        SampledEI(n_columns=5)


@every_kind
@pytest.mark.parametrize("form", ["finite_sum", "expectation", "compositional", "memory_efficient"])
def test_the_acquisition_is_what_it_claims(kind: type[Sampled], form: Any) -> None:
    recipe = kind(form=form)
    is_nested = form in ("compositional", "memory_efficient")
    assert recipe.gives == ({JOINT_VALUES, NESTED_EXPECTATION} if is_nested else {JOINT_VALUES})
    acq = built(recipe)
    assert isinstance(acq, NestedExpectation) == is_nested
    assert acq(BATCHES).shape == (4, 1)


def test_a_batch_of_equal_points_is_worth_one_of_them() -> None:
    acq = built(SampledEI(n_samples=4096))
    torch.testing.assert_close(acq(SINGLE.repeat(1, 3, 1)), acq(SINGLE), rtol=0.05, atol=2e-3)


def test_values_have_gradients() -> None:
    x = BATCHES.clone().requires_grad_()
    built(SampledSR())(x).sum().backward()
    assert x.grad is not None
    assert torch.isfinite(x.grad).all()
    assert (x.grad.abs().sum((1, 2)) > 0).all()
