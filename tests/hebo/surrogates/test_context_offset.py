"""Tests of `hebo.surrogates.context_offset`, and of the processes that use it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.optimize import approx_fprime
from scipy.stats import multivariate_normal, spearmanr
from torch import Tensor

from hebo.abilities import ADDITIVE_MODEL, AdditiveModel
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.context_offset import LENGTHSCALE, OffsetCorrelation, WithOffset, context_columns
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.heteroscedastic_gp import HeteroscedasticGP
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.marginal_likelihood import JITTER, LogPosterior
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.surrogates import check_surrogate
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates import prior
from mcbo.surrogates.mixed_gp import MixedGP

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "machine", "type": "cat", "categories": ["u", "v", "w"], "role": "context"},
        {"name": "day", "type": "num", "lb": 10, "ub": 30, "role": "context"},
        {"name": "c", "type": "cat", "categories": ["p", "q"]},
    ]
)
MACHINES = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "num", "lb": 0, "ub": 1},
        {"name": "machine", "type": "cat", "categories": ["u", "v", "w"], "role": "context"},
    ]
)
N = 15
processes = pytest.mark.parametrize("recipe", [WarpedGP(), MixedGP()], ids=["warped", "mixed"])


@pytest.fixture
def x() -> Tensor:
    return SPACE.sample(N, generator=make_generator(0))


@pytest.fixture
def y(x: Tensor) -> Tensor:
    values = x[:, 0].sin() + 3 * x[:, 1] + 0.05 * x[:, 2]
    return (values - values.mean()) / values.std()


def correlation_by_hand(x: Tensor) -> np.ndarray:
    """Of machine and day, pair by pair."""
    r = np.empty((len(x), len(x)))
    for i, one in enumerate(x.tolist()):
        for j, other in enumerate(x.tolist()):
            s = math.sqrt(5) * abs(one[2] - other[2]) / 20 / LENGTHSCALE
            r[i, j] = 0.5 * (one[1] == other[1]) + 0.5 * (1 + s + s * s / 3) * math.exp(-s)
    return r


def machines(offset: float, n: int = 12) -> Data:
    """Values of two machines with the same function and an offset, standardized; none of the third."""
    u = MACHINES.sample(2 * n, generator=make_generator(3))
    u[:, 2] = torch.arange(2 * n) % 2
    y = -((u[:, 0] - 0.3) ** 2 + (u[:, 1] - 0.6) ** 2) * 4 + offset * u[:, 2]
    return Data(u, ((y - y.mean()) / y.std()).unsqueeze(1))


def test_columns_of_contexts_are_found() -> None:
    assert context_columns(SPACE) == [1, 2]
    assert context_columns(DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])) == []


def test_correlations_are_the_mean_of_an_overlap_and_a_matern(x: Tensor) -> None:
    found = OffsetCorrelation(SPACE, [1, 2]).between(x, x)
    np.testing.assert_allclose(found, correlation_by_hand(x), atol=1e-12)


def test_slopes_by_numeric_contexts_are_those_of_the_correlation(x: Tensor) -> None:
    correlation, step = OffsetCorrelation(SPACE, [1, 2]), torch.tensor([0.0, 0.0, 1e-5, 0.0])
    slopes = correlation.slopes(x[:5], x[5:])[..., 0]
    up, down = (correlation.between(x[:5] + sign * step, x[5:]) for sign in (1, -1))
    torch.testing.assert_close(slopes, (up - down) / 2e-5, rtol=1e-5, atol=1e-8)


def density(x: Tensor, y: Tensor, noise: np.ndarray | None = None) -> LogPosterior:
    columns = Columns(SPACE)
    numeric, codes = (part.numpy() for part in columns.split(x))
    offset = OffsetCorrelation(SPACE, [1, 2]).between(x, x).numpy()
    layout = WarpedGP()._layout(columns, N, contexts=[1, 2])
    return LogPosterior(layout, numeric, codes, y.numpy(), 1.5, noise, offset)


def test_the_log_posterior_is_that_of_the_covariance_with_offsets(x: Tensor, y: Tensor) -> None:
    problem = density(x, y)
    layout = problem.layout
    theta = layout.center + 0.2 * np.cos(np.arange(layout.size))
    groups = layout.groups
    base = Covariance(Columns(SPACE), layout, torch.from_numpy(theta), 1.5)
    k = base.noisy(x, base.features(x)).numpy()
    k = k + math.exp(theta[groups["offset"]][0]) * correlation_by_hand(x)
    likelihood = multivariate_normal(np.full(N, theta[-1]), k).logpdf(y.numpy())
    assert problem(theta)[0] == pytest.approx(-(likelihood + layout.log_prior(theta)[0]), rel=1e-9)


@pytest.mark.parametrize("known", [False, True])
def test_the_gradient_of_the_log_posterior_is_that_of_its_value(x: Tensor, y: Tensor, known: bool) -> None:
    problem = density(x, y, np.where(np.arange(N) % 2, 0.1, np.nan) if known else None)
    theta = problem.layout.center + 0.2 * np.cos(np.arange(problem.layout.size))
    for column, slope in enumerate(problem(theta)[1]):
        step = 1e-5 * np.eye(len(theta))[column]
        difference = (problem(theta + step)[0] - problem(theta - step)[0]) / 2e-5
        assert slope == pytest.approx(difference, rel=1e-5, abs=1e-5)


def test_contexts_have_a_prior_of_their_own_that_expects_them_to_be_related() -> None:
    columns = Columns(SPACE)
    plain, own = (WarpedGP()._layout(columns, N, contexts=contexts) for contexts in ((), (1, 2)))
    assert own.size == plain.size + 1
    machine, other = own.center[own.groups["overlap_scale"]]
    assert other == plain.center[plain.groups["overlap_scale"]][1]
    assert math.exp(-1 / (2 * math.exp(machine))) == pytest.approx(math.exp(-1 / 3))


def fit(recipe: Surrogate, data: Data, space: DesignSpace) -> GaussianProcess:
    model = recipe.fit(data, space, generator=make_generator(0))
    assert isinstance(model, GaussianProcess)
    return model


@processes
def test_predictions_are_the_textbooks_with_offsets(recipe: Surrogate, x: Tensor, y: Tensor) -> None:
    model = fit(recipe, Data(x, y.unsqueeze(1)), SPACE)
    covariance = model.covariance
    assert isinstance(covariance, WithOffset)
    points = SPACE.sample(9, generator=make_generator(4))
    everything = torch.cat([x, points])
    base = covariance.base.between(everything, everything).numpy()
    k = base + float(covariance.variance) * correlation_by_hand(everything)
    jitter = JITTER if isinstance(recipe, WarpedGP) else prior.JITTER
    shift = float(covariance.noise) + jitter * float(covariance.base.signal)
    gain = np.linalg.solve(k[:N, :N] + shift * np.eye(N), k[:N, N:]).T
    mean = float(covariance.mean) + gain @ (y.numpy() - float(covariance.mean))
    variance = model.widening * (k[N:, N:] - gain @ k[:N, N:])
    posterior = model.posterior(points)
    np.testing.assert_allclose(posterior.mean[:, 0], mean, atol=1e-8)
    np.testing.assert_allclose(posterior.covariance_matrix, variance, atol=1e-8)
    for found, expected in zip(model.marginals(points), (mean, variance.diagonal()), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-8)


@processes
def test_gradients_of_predictions_include_those_of_the_offsets(
    recipe: Surrogate, x: Tensor, y: Tensor
) -> None:
    model = fit(recipe, Data(x, y.unsqueeze(1)), SPACE)
    points = SPACE.sample(6, generator=make_generator(4)).requires_grad_()
    mean, variance = model.marginals(points)
    (slopes,) = torch.autograd.grad((mean + 0.5 * variance).sum(), points)
    for column, width in ((0, 3.0), (2, 20.0)):
        step = torch.zeros_like(points)
        step[:, column] = 1e-6 * width
        with torch.no_grad():
            (up, up_v), (down, down_v) = (model.marginals(points + sign * step) for sign in (1, -1))
        expected = (up - down + 0.5 * (up_v - down_v)) / (2e-6 * width)
        torch.testing.assert_close(slopes[:, column], expected, rtol=1e-4, atol=1e-6)


@processes
def test_an_offset_costs_little_of_what_is_learned_within_contexts(recipe: Surrogate) -> None:
    points = MACHINES.sample(200, generator=make_generator(5))
    truth = -((points[:, 0] - 0.3) ** 2 + (points[:, 1] - 0.6) ** 2)
    for machine in (0.0, 1.0):
        points[:, 2] = machine
        mean = fit(recipe, machines(5.0), MACHINES).means(points)
        assert spearmanr(mean, truth).statistic > 0.8


@processes
def test_a_context_never_seen_is_predicted_like_the_others_with_an_unknown_offset(recipe: Surrogate) -> None:
    model = fit(recipe, machines(5.0), MACHINES)
    points = MACHINES.sample(200, generator=make_generator(5))
    truth = -((points[:, 0] - 0.3) ** 2 + (points[:, 1] - 0.6) ** 2)
    found = {}
    for machine in (0.0, 1.0, 2.0):
        points[:, 2] = machine
        found[machine] = model.marginals(points)
    assert spearmanr(found[2.0][0], truth).statistic > 0.6
    low, high = sorted((float(found[0.0][0].mean()), float(found[1.0][0].mean())))
    assert low - 0.5 < float(found[2.0][0].mean()) < high + 0.5
    assert float(found[2.0][1].mean()) > 3 * float(found[1.0][1].mean())


def test_a_sum_of_components_has_no_offset_beside_them() -> None:
    recipe = MixedGP(kernels=[TreeAdditive()])
    assert ADDITIVE_MODEL in recipe.offers()
    model = fit(recipe, machines(1.0), MACHINES)
    assert isinstance(model, AdditiveModel)
    assert not isinstance(model.covariance, WithOffset)


def test_the_density_of_mixed_models_has_the_offsets_too(x: Tensor, y: Tensor) -> None:
    kernel = MixedGP()._kernel(SPACE, make_generator(0))
    r = OffsetCorrelation(SPACE, [1, 2]).between(x, x)
    problem = prior.GPPrior(kernel, x, y, min_noise=1e-5, offset=r)
    theta = problem.start + 0.1 * np.cos(np.arange(len(problem.start)))
    assert len(problem.bounds) == len(theta) == len(prior.GPPrior(kernel, x, y, min_noise=1e-5).start) + 1
    np.testing.assert_allclose(
        problem(theta)[1], approx_fprime(theta, problem.value, 1e-7), rtol=1e-4, atol=1e-4
    )
    without = prior.GPPrior(kernel, x, y, min_noise=1e-5)
    theta[3] = math.log(1e-12)
    shorter = np.delete(theta, 3)
    assert problem.value(theta) - without.value(shorter) == pytest.approx(0.5 * math.log(1e-12) ** 2)


@pytest.mark.parametrize(
    "recipe", [WarpedGP(), MixedGP(), MixedGP(n_samples=2, burn_in=1), HeteroscedasticGP(n_rounds=1)]
)
def test_models_of_contexts_keep_the_contract_of_surrogates(recipe: Surrogate) -> None:
    check_surrogate(recipe, SPACE)
