"""Tests of `hebo.surrogates.marginal_likelihood` and of the covariance beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.warped_gp import WarpedGP


def layout(space: DesignSpace, *, warp: bool = True) -> Layout:
    return WarpedGP(warp=warp)._layout(Columns(space), 20)


def density(
    space: DesignSpace,
    data: Data,
    smoothness: float,
    *,
    warp: bool = True,
    noise: np.ndarray | None = None,
) -> LogPosterior:
    numeric, codes = (part.numpy() for part in Columns(space).split(data.x))
    y = data.y[:, 0].numpy()
    return LogPosterior(layout(space, warp=warp), numeric, codes, y, smoothness, noise)


def covariance_by_hand(x: Tensor, values: list[float], smoothness: float) -> Tensor:
    """The kernel entry by entry, from its definition."""
    l_a, l_c, a_a, a_c, b_a, b_c, overlap, signal, noise = values
    u = torch.stack([(x[:, 0] + 1) / 3, x[:, 2] / 9], dim=1).clamp(1e-6, 1 - 1e-6)
    a, b = torch.tensor([[a_a, a_c], [b_a, b_c]], dtype=torch.float64)
    w = 1 - (1 - u**a) ** b
    k = torch.empty(len(x), len(x), dtype=torch.float64)
    for i in range(len(x)):
        for j in range(len(x)):
            r = math.hypot(float(w[i, 0] - w[j, 0]) / l_a, float(w[i, 1] - w[j, 1]) / l_c)
            s = math.sqrt(2 * smoothness) * r
            matern = (1 + s) * math.exp(-s) if smoothness == 1.5 else (1 + s + s * s / 3) * math.exp(-s)
            same = float(x[i, 1] == x[j, 1])
            k[i, j] = signal * matern * math.exp(-(1 - same) / overlap) + noise * (i == j)
    return k


def prior_by_hand(layout: Layout) -> tuple[Tensor, Tensor]:
    """Mean and covariance of the logarithms: a group shares a part of its deviations."""
    covariance = torch.diag(torch.from_numpy(layout.spread) ** 2)
    group = layout.groups["lengthscale"]
    covariance[group, group] += layout.priors["lengthscale"].shared ** 2
    return torch.from_numpy(layout.center), covariance


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_the_value_is_the_normal_density_plus_normal_priors_of_the_logarithms(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    problem = density(space, data, smoothness)
    center, covariance = prior_by_hand(problem.layout)
    prior = MultivariateNormal(center, covariance)
    k = covariance_by_hand(data.x, theta[:-1].exp().tolist(), smoothness)
    likelihood = MultivariateNormal(theta[-1].expand(len(k)), k).log_prob(data.y[:, 0])
    expected = -(likelihood + prior.log_prob(theta) - prior.log_prob(center))
    assert problem(theta.numpy())[0] == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
@pytest.mark.parametrize("warp", [True, False])
def test_the_gradient_is_that_of_the_value(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float, warp: bool
) -> None:
    problem = density(space, data, smoothness, warp=warp)
    point = theta.numpy() if warp else np.concatenate([theta[:2], theta[6:]])
    _, gradient = problem(point)
    for column in range(len(point)):
        step = 1e-5 * np.eye(len(point))[column]
        slope = (problem(point + step)[0] - problem(point - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, rel=1e-5, abs=1e-5)


def known(n: int) -> np.ndarray:
    """Variances of which every third is unknown."""
    return np.where(np.arange(n) % 3, np.linspace(0.01, 0.6, n), np.nan)


def test_known_variances_take_the_place_of_the_learned_one(
    space: DesignSpace, data: Data, theta: Tensor
) -> None:
    problem = density(space, data, 2.5, noise=known(20))
    k = covariance_by_hand(data.x, [*theta[:-2].exp().tolist(), 0.0], 2.5)
    noise = np.where(np.isnan(known(20)), theta[-2].exp().item(), known(20))
    covariance = k + torch.diag(torch.from_numpy(noise))
    likelihood = MultivariateNormal(theta[-1].expand(20), covariance).log_prob(data.y[:, 0]).item()
    expected = -(likelihood + problem.layout.log_prior(theta.numpy())[0])
    assert problem(theta.numpy())[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_the_gradient_with_known_variances_is_that_of_the_value(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    problem = density(space, data, smoothness, noise=known(20))
    _, gradient = problem(theta.numpy())
    for column in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[column]
        slope = (problem(theta.numpy() + step)[0] - problem(theta.numpy() - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, rel=1e-5, abs=1e-5)


def test_only_observations_with_unknown_variances_move_the_learned_noise(
    space: DesignSpace, data: Data, theta: Tensor
) -> None:
    problem = density(space, data, 2.5, noise=np.full(20, 0.1))
    noise = problem.layout.groups["noise"]
    prior = problem.layout.log_prior(theta.numpy())[1]
    assert problem(theta.numpy())[1][noise] == -prior[noise]


def test_an_indefinite_covariance_is_infinitely_unlikely(space: DesignSpace, data: Data) -> None:
    problem = density(space, data, 2.5)
    value, gradient = problem(np.full(problem.layout.size, np.nan))
    assert value == math.inf
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_spaces_of_one_kind_only(kind: str) -> None:
    definition = (
        {"type": "num", "lb": 0, "ub": 1} if kind == "numeric" else {"type": "cat", "categories": list("uvw")}
    )
    space = DesignSpace().parse([{"name": "a", **definition}, {"name": "b", **definition}])
    x = space.sample(9, generator=torch.Generator().manual_seed(0))
    problem = density(space, Data(x, x.sum(-1, keepdim=True)), 2.5)
    for start in problem.layout.starts(3, generator=torch.Generator().manual_seed(1), scatter=1.0):
        value, gradient = problem(start)
        assert math.isfinite(value)
        assert np.abs(gradient).sum() > 0


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_predictions_use_the_covariance_that_was_fitted(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    covariance = Covariance(Columns(space), layout(space), theta, smoothness)
    by_hand = covariance_by_hand(data.x, theta[:-1].exp().tolist(), smoothness)
    noisy = covariance.noisy(data.x, covariance.features(data.x))
    torch.testing.assert_close(noisy, by_hand, rtol=1e-6, atol=1e-8)
    block = covariance.between(data.x[:7], data.x[7:])
    torch.testing.assert_close(block, by_hand[:7, 7:], rtol=1e-6, atol=1e-8)


def test_the_ends_of_every_range_raise_no_warning(space: DesignSpace, data: Data) -> None:
    problem = density(space, data, 2.5)
    ranges = problem.layout
    for theta in (
        ranges.lower,
        ranges.upper,
        np.where(np.arange(ranges.size) % 2, ranges.lower, ranges.upper),
    ):
        value, gradient = problem(theta)
        assert not math.isnan(value)
        assert np.isfinite(gradient).all()
