"""Tests of `hebo.surrogates.known_noise`, and of the processes that use it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.gaussian_process import GaussianProcess, widening
from hebo.surrogates.known_noise import known_variances, noise_mode, pooled, reliabilities
from hebo.surrogates.marginal_likelihood import JITTER
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.surrogates import prior
from mcbo.surrogates.mixed_gp import MixedGP

processes = pytest.mark.parametrize("recipe", [WarpedGP(), MixedGP()], ids=["warped", "mixed"])
NAN = float("nan")


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).unsqueeze(-1)


@pytest.fixture
def mixed(data: Data) -> Data:
    """Every third variance unknown, the others from 0.01 to 0.6."""
    variances = torch.linspace(0.01, 0.6, 20, dtype=torch.float64).unsqueeze(-1)
    variances[::3] = NAN
    return data.with_y(data.y, variances)


def fit(recipe: Surrogate, data: Data, space: DesignSpace) -> GaussianProcess:
    model = recipe.fit(data, space, generator=make_generator(1))
    assert isinstance(model, GaussianProcess)
    return model


def textbook(model: GaussianProcess, data: Data, x: Tensor, jitter: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance at `x` of a process with covariance `w K`, known variances and `w` times the learned."""
    w, signal, m = model.widening, float(model.covariance.signal), float(model.covariance.mean)
    everything = torch.cat([data.x, x])
    k = w * model.covariance.between(everything, everything).numpy()
    n = len(data.x)
    assert data.y_var is not None
    known = data.y_var[:, 0].numpy()
    noise = np.where(np.isnan(known), w * float(model.covariance.noise), known)
    noisy = k[:n, :n] + np.diag(noise + w * jitter * signal)
    gain = np.linalg.solve(noisy, k[:n, n:]).T
    return m + gain @ (data.y[:, 0].numpy() - m), k[n:, n:] - gain @ k[:n, n:]


@processes
def test_the_posterior_is_the_textbooks_with_a_diagonal_of_known_and_learned_variances(
    recipe: Surrogate, mixed: Data, space: DesignSpace
) -> None:
    x = space.sample(9, generator=make_generator(5))
    model = fit(recipe, mixed, space)
    jitter = JITTER if isinstance(recipe, WarpedGP) else prior.JITTER
    mean, covariance = textbook(model, mixed, x, jitter)
    posterior = model.posterior(x)
    np.testing.assert_allclose(posterior.mean[:, 0], mean, atol=1e-8)
    np.testing.assert_allclose(posterior.covariance_matrix, covariance, atol=1e-8)
    for found, expected in zip(model.marginals(x), (mean, covariance.diagonal()), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-8)


@processes
def test_leave_one_out_is_that_of_models_without_the_observation(
    recipe: Surrogate, mixed: Data, space: DesignSpace
) -> None:
    model = fit(recipe, mixed, space)
    variances = known_variances(mixed)
    assert variances is not None
    _, errors, loo_variances = model.leave_one_out()
    for i in (0, 4, 19):
        others = [row for row in range(20) if row != i]
        without = GaussianProcess(
            model.covariance, mixed.x[others], mixed.y[others, 0], 20, noise=variances[others]
        )
        mean, variance = without.marginals(mixed.x[[i]])
        noise = variances[i] if torch.isfinite(variances[i]) else model.noise_variance
        torch.testing.assert_close(mixed.y[i] - mean, errors[[i]], rtol=1e-6, atol=1e-7)
        torch.testing.assert_close(variance + noise, loo_variances[[i]], rtol=1e-5, atol=1e-7)


@processes
def test_conditioning_on_observations_with_known_variances_equals_starting_with_them(
    recipe: Surrogate, mixed: Data, space: DesignSpace
) -> None:
    model, variances = fit(recipe, mixed, space), known_variances(mixed)
    x = space.sample(4, generator=make_generator(6))
    y, noise = column(1.0, -1.0, 0.5, 2.0), column(0.2, NAN, 0.01, NAN)
    assert variances is not None
    whole = GaussianProcess(
        model.covariance,
        torch.cat([mixed.x, x]),
        torch.cat([mixed.y, y])[:, 0],
        n_fitted=20,
        noise=torch.cat([variances, noise[:, 0]]),
    )
    points = space.sample(7, generator=make_generator(7))
    found = model.condition_on_observations(x, y, noise=noise).marginals(points)
    for mine, expected in zip(found, whole.marginals(points), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-7, atol=1e-8)


@processes
def test_a_point_told_k_times_equals_its_mean_told_once_with_the_kth_part_of_the_variance(
    recipe: Surrogate, data: Data, space: DesignSpace
) -> None:
    k, variance = 4, 0.3
    values = data.y[3] + column(0.5, -0.2, 0.1, 0.4)
    x = torch.cat([data.x[[0, 1, 2]], data.x[[3]].expand(k, -1), data.x[4:]])
    y = torch.cat([data.y[:3], values, data.y[4:]])
    often = Data(x, y, y_var=torch.full_like(y, variance))
    mean_y, mean_var = data.y.clone(), torch.full_like(data.y, variance)
    mean_y[3], mean_var[3] = values.mean(), variance / k
    models = fit(recipe, often, space), fit(recipe, Data(data.x, mean_y, y_var=mean_var), space)
    points = space.sample(9, generator=make_generator(5))
    for found, expected in zip(*(one.marginals(points) for one in models), strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-8)


def test_the_pooled_posterior_is_that_of_all_rows_under_the_same_hyperparameters(
    mixed: Data, space: DesignSpace
) -> None:
    often = mixed.rows(torch.tensor([0, 1, 1, 2, 4, 4, 4, *range(5, 20)]))
    often = often.with_y(often.y + 0.1 * torch.arange(22).unsqueeze(-1).sin(), often.y_var)
    few, covariance = pooled(often), fit(WarpedGP(), mixed, space).covariance
    assert len(few.x) == 19
    found, expected = (
        GaussianProcess(covariance, one.x, one.y[:, 0], 19, noise=known_variances(one))
        for one in (few, often)
    )
    points = space.sample(9, generator=make_generator(5))
    for mine, all_rows in zip(found.marginals(points), expected.marginals(points), strict=True):
        torch.testing.assert_close(mine, all_rows, rtol=0, atol=1e-7)  # jitter is not pooled


def test_replicates_are_weighted_by_their_precision_and_keep_the_order_told() -> None:
    x, y = column(5.0, 1.0, 5.0, 3.0, 1.0), column(1.0, 2.0, 4.0, 7.0, 9.0)
    data = pooled(Data(x, y, y_var=column(0.5, 1.0, 1.0, 0.0, 1.0)))
    assert data.x[:, 0].tolist() == [5.0, 1.0, 3.0]
    assert data.y_var is not None
    torch.testing.assert_close(data.y, column(2.0, 5.5, 7.0))
    torch.testing.assert_close(data.y_var, column(1 / 3, 0.5, 0.0), rtol=1e-9, atol=1e-9)


def test_replicates_with_unknown_variances_stay_apart() -> None:
    x, y = column(1.0, 1.0, 1.0, 1.0), column(1.0, 2.0, 3.0, 5.0)
    data = pooled(Data(x, y, y_var=column(NAN, 0.4, NAN, 0.4)))
    assert data.y[:, 0].tolist() == [1.0, 3.5, 3.0]
    assert data.y_var is not None
    torch.testing.assert_close(data.y_var, column(NAN, 0.2, NAN), equal_nan=True)


@processes
def test_variances_that_are_all_unknown_are_as_good_as_none(
    recipe: Surrogate, data: Data, space: DesignSpace
) -> None:
    unknown = data.with_y(data.y, torch.full_like(data.y, NAN))
    assert pooled(unknown) is unknown
    points = space.sample(9, generator=make_generator(5))
    found, expected = (fit(recipe, one, space).marginals(points) for one in (unknown, data))
    assert torch.equal(found[0], expected[0])
    assert torch.equal(found[1], expected[1])


@processes
def test_known_variances_speak_for_new_observations_where_none_is_unknown(
    recipe: Surrogate, data: Data, space: DesignSpace
) -> None:
    known = data.with_y(data.y, torch.linspace(0.1, 0.5, 20, dtype=torch.float64).unsqueeze(-1))
    model = fit(recipe, known, space)
    torch.testing.assert_close(float(model.noise_variance), 0.3, rtol=1e-2, atol=0)
    assert noise_mode(known, 0.01) == pytest.approx(0.3 / widening(20))
    assert noise_mode(data, 0.01) == 0.01


@processes
def test_observations_that_are_known_to_be_exact_are_met_and_vague_ones_are_not(
    recipe: Surrogate, data: Data, space: DesignSpace
) -> None:
    wrong = data.y.clone()
    wrong[7] += 3.0
    variances = torch.full_like(wrong, 1e-6)
    exact = fit(recipe, data.with_y(wrong, variances), space).means(data.x[[7]])
    variances[7] = 100.0
    vague = fit(recipe, data.with_y(wrong, variances), space).means(data.x[[7]])
    torch.testing.assert_close(exact, wrong[7], rtol=0, atol=1e-2)
    assert abs(float(vague - data.y[7])) < 1.0


def test_reliabilities_are_the_share_of_the_variance_that_is_no_noise() -> None:
    y = column(-1.0, 1.0, -1.0, 1.0, -1.0)
    assert reliabilities(Data(y, y)) is None
    shares = reliabilities(Data(y, y, y_var=column(0.0, 0.2, 0.4, NAN, 0.2)))
    assert shares is not None
    torch.testing.assert_close(shares, 1.0 / column(1.0, 1.2, 1.4, 1.2, 1.2)[:, 0])


def test_trees_follow_reliable_observations() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    x = torch.rand(60, 1, generator=make_generator(0), dtype=torch.float64)
    noisy = torch.arange(60) % 2 == 0
    y = torch.where(noisy.unsqueeze(-1), 5.0 * torch.randn(60, 1, generator=make_generator(1)), x)
    variances = torch.where(noisy.unsqueeze(-1), 25.0, 1e-4)
    error = []
    for one in (Data(x, y), Data(x, y, y_var=variances)):
        model = ExtraTrees().fit(one, space, generator=make_generator(2))
        error.append(float((model.posterior(x.unsqueeze(-2)).mean[:, 0] - x).square().mean()))
    assert error[1] < 0.3 * error[0]
