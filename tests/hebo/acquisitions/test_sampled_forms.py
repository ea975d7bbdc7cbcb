"""Tests of `hebo.acquisitions.sampled_forms`: equal values of all forms, a slow loop, and closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from botorch.models import SingleTaskGP
from botorch.models.transforms.outcome import ChainedOutcomeTransform, Log, Standardize
from torch import Tensor

from hebo.abilities import NestedExpectation
from hebo.acquisitions.sampled_batches import QEI, QPI, QSR, QUCB, SampledAcquisition
from hebo.acquisitions.sampled_forms import (
    Compositional,
    Expectation,
    FiniteSum,
    MemoryEfficient,
    joint_posterior,
    normal_samples,
)
from hebo.data import Data
from hebo.descent.cadam import CADAM
from hebo.descent.nested import descend
from hebo.descent.projections import Box
from hebo.descent.scgd import SCGD
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

THRESHOLD = 0.4
ALL: dict[str, SampledAcquisition] = {
    "qEI": QEI(THRESHOLD),
    "qPI": QPI(THRESHOLD, temperature=0.05),
    "qSR": QSR(),
    "qUCB": QUCB(beta=1.7),
}
every_acquisition = pytest.mark.parametrize("acquisition", ALL.values(), ids=ALL)
Q, M = 3, 16
Z = normal_samples(M, Q, make_generator("z"))
X = torch.rand(4, Q, 2, dtype=torch.float64, generator=make_generator("x"))


def posterior(x: Tensor) -> tuple[Tensor, Tensor]:
    """A posterior that is known: correlated values around a parabola, less certain to the right."""
    mean = 1 - 4 * (x - 0.5).square().sum(-1)
    distance = (x.unsqueeze(-2) - x.unsqueeze(-3)).square().sum(-1)
    sd = 0.2 + x[..., 0]
    covariance = sd.unsqueeze(-1) * sd.unsqueeze(-2) * torch.exp(-3 * distance)
    return mean, torch.linalg.cholesky(covariance + 1e-6 * torch.eye(x.shape[-2], dtype=x.dtype))


def h(name: str, value: float) -> float:
    """What a batch with this largest value counts."""
    if name == "qEI":
        return max(value, 0.0)
    return 1 / (1 + math.exp(-value / 0.05)) if name == "qPI" else value


def slow(name: str, x: Tensor, z: Tensor) -> list[float]:
    """The acquisition as in the paper, one number at a time."""
    mean, factor = posterior(x)
    result = []
    for batch in range(len(x)):
        total = 0.0
        for sample in z.tolist():
            values = []
            for j in range(x.shape[1]):
                deviation = sum(float(factor[batch, j, k]) * sample[k] for k in range(x.shape[1]))
                if name == "qUCB":
                    values.append(float(mean[batch, j]) + math.sqrt(1.7 * math.pi / 2) * abs(deviation))
                else:
                    values.append(float(mean[batch, j]) + deviation - (0.0 if name == "qSR" else THRESHOLD))
            total += h(name, max(values))
        result.append(total / len(z))
    return result


@pytest.mark.parametrize("name", ALL)
def test_the_finite_sum_is_that_of_a_slow_loop(name: str) -> None:
    found = FiniteSum(ALL[name], posterior, Z)(X)
    torch.testing.assert_close(found, X.new_tensor(slow(name, X, Z)))


@every_acquisition
def test_the_compositional_form_has_the_value_and_gradient_of_the_finite_sum(
    acquisition: SampledAcquisition,
) -> None:
    nested = Compositional(acquisition, posterior, Z)
    assert isinstance(nested, NestedExpectation)
    a, b = X.clone().requires_grad_(), X.clone().requires_grad_()
    whole = nested.outer(nested.sample(M, make_generator(0))(a))
    plain = FiniteSum(acquisition, posterior, Z)(b)
    torch.testing.assert_close(whole, plain)
    for one, other in zip(
        torch.autograd.grad(whole.sum(), a), torch.autograd.grad(plain.sum(), b), strict=True
    ):
        torch.testing.assert_close(one, other)


@every_acquisition
def test_samples_of_single_columns_average_to_all_columns(acquisition: SampledAcquisition) -> None:
    nested, generator = Compositional(acquisition, posterior, Z), make_generator(1)
    whole = nested.sample(M, generator)(X)
    few = nested.sample(5, generator)(X)
    touched = (few != 0).any(0).any(0)
    assert touched.sum() == 5
    torch.testing.assert_close(few[..., touched], whole[..., touched] * M / 5)
    mean = torch.stack([nested.sample(1, generator)(X) for _ in range(3000)]).mean(0)
    spread = whole.abs().amax() * math.sqrt(M / 3000)
    assert (mean - whole).abs().amax() < 5 * spread


@pytest.mark.parametrize("form", ["fresh", "fixed"])
def test_a_batch_of_one_has_closed_forms(form: str) -> None:
    x = X[:, :1]
    mean, factor = posterior(x)
    sigma = factor[:, 0, 0]
    u = (mean[:, 0] - THRESHOLD) / sigma
    normal = torch.distributions.Normal(0.0, 1.0)
    ei = sigma * (normal.log_prob(u).exp() + u * normal.cdf(u))
    expected = {
        "qEI": ei,
        "qPI": normal.cdf(u),
        "qSR": mean[:, 0],
        "qUCB": mean[:, 0] + math.sqrt(1.7) * sigma,
    }
    n = 40_000
    for name, value in expected.items():
        acquisition = QPI(THRESHOLD) if name == "qPI" else ALL[name]
        generator = make_generator("closed", name)
        if form == "fresh":
            found = Expectation(acquisition, posterior, n, generator)(x)
        else:
            found = FiniteSum(acquisition, posterior, normal_samples(n, 1, generator))(x)
        torch.testing.assert_close(found, value, atol=6 * 2.0 / math.sqrt(n), rtol=0.0)


def test_fresh_samples_differ_from_call_to_call() -> None:
    form = Expectation(QEI(THRESHOLD), posterior, 8, make_generator(2))
    assert (form(X) != form(X)).any()


@every_acquisition
def test_c_adam_improves_the_finite_sum_through_its_compositional_form(
    acquisition: SampledAcquisition,
) -> None:
    value, x = FiniteSum(acquisition, posterior, Z), X.clone()
    stepper = CADAM([x], lr=0.05, beta=0.5, projection=Box(0.0, 1.0), maximize=True)
    descend(
        stepper,
        Compositional(acquisition, posterior, Z),
        100,
        generator=make_generator(3),
        sample_sizes=lambda t: M,
    )
    assert stepper.tracker is not None
    assert stepper.tracker.shape == (4, Q, M)
    assert value(x).mean() > value(X).mean()


def test_the_memory_efficient_form_forgets_the_uncertainty() -> None:
    problem = MemoryEfficient(QEI(THRESHOLD), posterior, 4)
    x = X.clone()
    stepper = SCGD([x], lr=1e-9, beta_power=0.6)
    descend(stepper, problem, 3000, generator=make_generator(4), sample_sizes=lambda t: 4)
    greedy = (posterior(X)[0] - THRESHOLD).amax(1).clamp_min(0)
    assert stepper.tracker is not None
    left = problem.outer(stepper.tracker) - greedy
    truth = FiniteSum(QEI(THRESHOLD), posterior, Z)(X) - greedy
    assert truth.amin() > 0.1
    assert left.mean() < 0.4 * truth.mean()


def test_the_samples_of_a_memory_efficient_step_stay_within_the_step() -> None:
    inner = MemoryEfficient(QSR(), posterior, 4).sample(4, make_generator(5))
    torch.testing.assert_close(inner(X), inner(X))


BOX = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
TRAIN = torch.rand(8, 2, dtype=torch.float64, generator=make_generator(6))
DATA = Data(x=TRAIN, y=TRAIN.sum(1, keepdim=True).sin())


def test_the_posterior_of_a_model_has_its_means_and_covariances() -> None:
    model = WarpedGP().fit(DATA, BOX, generator=make_generator(7))
    mean, factor = joint_posterior(model)(X)
    found = model.posterior(X)
    torch.testing.assert_close(mean, found.mean.squeeze(-1))
    torch.testing.assert_close(factor @ factor.mT, found.distribution.covariance_matrix, atol=1e-8, rtol=1e-5)
    x = X.clone().requires_grad_()
    value = FiniteSum(QEI(THRESHOLD), joint_posterior(model), Z)(x)
    (slope,) = torch.autograd.grad(value.sum(), x)
    assert slope.isfinite().all()
    assert slope.abs().amax() > 0


def test_models_without_one_normal_output_are_refused() -> None:
    two = SingleTaskGP(TRAIN, torch.cat([DATA.y, DATA.y.square()], 1))
    with pytest.raises(IncompatibleError, match="SingleTaskGP has 2 outputs; take one"):
        joint_posterior(two)(X)
    transform = ChainedOutcomeTransform(log=Log(), standard=Standardize(1))
    skewed = SingleTaskGP(TRAIN, DATA.y, outcome_transform=transform)
    with pytest.raises(IncompatibleError, match="has no normal joint predictions; use a Gaussian process"):
        joint_posterior(skewed)(X)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: QPI(0.0, temperature=0.0), "QPI: temperature = 0.0"),
        (lambda: QUCB(beta=-1.0), "QUCB: beta = -1.0"),
        (lambda: Expectation(QSR(), posterior, 0, make_generator(0)), "n_samples = 0; give at least 1"),
        (lambda: MemoryEfficient(QSR(), posterior, 0), "n_columns = 0"),
        (
            lambda: Compositional(QSR(), posterior, Z).sample(17, make_generator(0)),
            "n = 17; give at least 1 and at most 16, the number of fixed samples",
        ),
        (
            lambda: MemoryEfficient(QSR(), posterior, 4).sample(5, make_generator(0)),
            "n = 5 for a tracker of 4 columns",
        ),
    ],
)
def test_forms_without_the_samples_they_need_are_refused(act: Callable[[], Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        act()


def test_points_and_samples_of_different_batches_are_refused() -> None:
    with pytest.raises(DataError, match=r"points of the shape \(4, 2, 2\) and samples of \(16, 3\)"):
        FiniteSum(QSR(), posterior, Z)(X[:, :2])
