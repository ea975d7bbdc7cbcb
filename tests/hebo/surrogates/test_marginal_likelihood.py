"""Tests of `hebo.surrogates.marginal_likelihood` and of the covariance below it."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, Normal

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.surrogates.covariance import Covariance, Inputs
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.warped_gp import WarpedGP


def layout(space: DesignSpace, *, warp: bool = True) -> Layout:
    return WarpedGP(warp_from=0 if warp else None)._layout(Columns(space), 20)


def density(space: DesignSpace, data: Data, smoothness: float, *, warp: bool = True) -> LogPosterior:
    inputs = Inputs(*Columns(space).split(data.x))
    return LogPosterior(layout(space, warp=warp), inputs, data.y[:, 0], smoothness)


def covariance_by_hand(x: Tensor, values: list[float], smoothness: float) -> Tensor:
    """The kernel entry by entry, from its definition."""
    l_a, l_c, a_a, a_c, b_a, b_c, overlap, signal, noise = values
    u = torch.stack([(x[:, 0] + 1) / 3, x[:, 2] / 9], dim=1).clamp(1e-6, 1 - 1e-6)
    w = 1 - (1 - u ** torch.tensor([a_a, a_c])) ** torch.tensor([b_a, b_c])
    k = torch.empty(len(x), len(x), dtype=torch.float64)
    for i in range(len(x)):
        for j in range(len(x)):
            r = math.hypot(float(w[i, 0] - w[j, 0]) / l_a, float(w[i, 1] - w[j, 1]) / l_c)
            s = math.sqrt(2 * smoothness) * r
            matern = (1 + s) * math.exp(-s) if smoothness == 1.5 else (1 + s + s * s / 3) * math.exp(-s)
            same = float(x[i, 1] == x[j, 1])
            k[i, j] = signal * matern * math.exp(-(1 - same) / overlap) + noise * (i == j)
    return k


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
def test_the_value_is_the_normal_density_plus_normal_priors_of_the_logarithms(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float
) -> None:
    problem = density(space, data, smoothness)
    value, _ = problem(theta)
    prior = Normal(problem.layout.center, problem.layout.spread)
    at_center = prior.log_prob(problem.layout.center).sum()
    for row, one in zip(theta, value, strict=True):
        k = covariance_by_hand(data.x, row[:-1].exp().tolist(), smoothness)
        likelihood = MultivariateNormal(row[-1].expand(len(k)), k).log_prob(data.y[:, 0])
        expected = -(likelihood + prior.log_prob(row).sum() - at_center)
        assert one.item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize("smoothness", [1.5, 2.5])
@pytest.mark.parametrize("warp", [True, False])
def test_the_gradient_is_that_of_the_value(
    space: DesignSpace, data: Data, theta: Tensor, smoothness: float, warp: bool
) -> None:
    problem = density(space, data, smoothness, warp=warp)
    point = theta if warp else torch.cat([theta[:, :2], theta[:, 6:]], dim=1)
    _, gradient = problem(point)
    for column in range(point.shape[1]):
        step = torch.zeros_like(point)
        step[:, column] = 1e-5
        slope = (problem(point + step)[0] - problem(point - step)[0]) / 2e-5
        torch.testing.assert_close(gradient[:, column], slope, rtol=1e-5, atol=1e-5)


def test_an_impossible_covariance_is_infinitely_unlikely_and_leaves_the_others_alone(
    space: DesignSpace, data: Data, theta: Tensor
) -> None:
    problem = density(space, data, 2.5)
    wild = theta.clone()
    wild[0, -2:-1] = 800.0  # a noise variance beyond the largest float
    value, gradient = problem(wild)
    assert value[0].item() == math.inf
    assert value[1].item() == pytest.approx(problem(theta)[0][1].item())
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_spaces_of_one_kind_only(kind: str) -> None:
    definition = (
        {"type": "num", "lb": 0, "ub": 1} if kind == "numeric" else {"type": "cat", "categories": list("uvw")}
    )
    space = DesignSpace().parse([{"name": "a", **definition}, {"name": "b", **definition}])
    x = space.sample(9, generator=torch.Generator().manual_seed(0))
    problem = density(space, Data(x, x.sum(-1, keepdim=True)), 2.5)
    value, gradient = problem(problem.layout.starts(3, generator=torch.Generator().manual_seed(1)))
    assert torch.isfinite(value).all()
    assert (gradient.abs().sum(-1) > 0).all()


def test_covariances_between_sets_are_blocks_of_the_whole(
    space: DesignSpace, data: Data, theta: Tensor
) -> None:
    covariance = Covariance(layout(space), theta, 2.5)
    columns = Columns(space)
    whole = Inputs(*columns.split(data.x))
    first, rest = Inputs(*columns.split(data.x[:7])), Inputs(*columns.split(data.x[7:]))
    k = covariance.between(whole, whole)
    torch.testing.assert_close(covariance.between(first, rest), k[:, :7, 7:])
    torch.testing.assert_close(k.diagonal(dim1=-2, dim2=-1), covariance.signal.unsqueeze(-1).expand(-1, 20))
