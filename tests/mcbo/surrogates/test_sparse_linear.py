"""Tests of `mcbo.surrogates.sparse_linear` and its Gibbs sampler."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from mcbo.surrogates.horseshoe import horseshoe_draws
from mcbo.surrogates.sparse_linear import Indicators, LinearDraws, SparseLinear

SPACE = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(10)])


def target(x: Tensor) -> Tensor:
    return 2.0 * x[:, 0] - 1.5 * x[:, 3] * x[:, 7]


def observed(n: int) -> Data:
    x = SPACE.sample(n, generator=make_generator(1), method="random")
    y = target(x) + 0.05 * torch.randn(n, generator=make_generator(2), dtype=torch.float64)
    return Data(x, ((y - y.mean()) / y.std()).unsqueeze(1))


@pytest.fixture(scope="module")
def model() -> LinearDraws:
    return SparseLinear().fit(observed(60), SPACE, generator=make_generator(0))


def test_indicators_are_those_of_levels_and_of_pairs_of_columns() -> None:
    features = Indicators([2, 3], order=2)(torch.tensor([[1.0, 2.0], [0.0, 1.0]]))
    #         1, z(0=1), z(1=1), z(1=2), pairs (0=1)(1=1), (0=1)(1=2)
    assert features.tolist() == [[1, 1, 0, 1, 0, 1], [1, 0, 1, 0, 0, 0]]


def test_two_active_terms_of_55_are_found_from_60_observations(model: LinearDraws) -> None:
    weights = model.weights.mean(0)[1:].abs()
    assert set(weights.topk(2).indices.tolist()) == {0, 10 + _pair(3, 7)}
    assert weights.topk(3).values[2] < 0.1 * weights.topk(2).values[1]


def _pair(i: int, j: int) -> int:
    return sum(9 - k for k in range(i)) + j - i - 1


def test_predictions_explain_what_was_not_seen(model: LinearDraws) -> None:
    data = observed(60)
    fresh = SPACE.sample(200, generator=make_generator(9), method="random")
    raw = target(observed(60).x) + 0.05 * torch.randn(60, generator=make_generator(2), dtype=torch.float64)
    truth = (target(fresh) - raw.mean()) / raw.std()
    assert len(data.x) == 60
    assert (model.means(fresh) - truth).square().mean() < 0.01


def test_draws_of_few_weights_have_the_moments_of_a_conjugate_regression() -> None:
    n = 120
    features = torch.cat([torch.ones(n, 1), torch.randn(n, 2, generator=make_generator(4))], 1).double()
    noise = 0.5 * torch.randn(n, generator=make_generator(5)).double()
    y = features @ torch.tensor([0.3, 1.0, -1.0]).double() + noise
    weights, variance = horseshoe_draws(features, y, 1500, burn_in=100, generator=make_generator(6))
    # With so many observations the prior hardly matters: least squares and its covariance.
    inverse = torch.linalg.inv(features.T @ features)
    mean = inverse @ features.T @ y
    residual = (y - features @ mean).square().sum() / (n - 3)
    torch.testing.assert_close(weights.mean(0), mean, atol=0.01, rtol=0)
    torch.testing.assert_close(weights.T.cov(), residual * inverse, atol=4e-4, rtol=0.2)
    assert variance.mean() == pytest.approx(float(residual), rel=0.06)


def test_a_believed_point_takes_its_uncertainty_away(model: LinearDraws) -> None:
    x = SPACE.sample(3, generator=make_generator(7))
    before_mean, before = model.marginals(x)
    believed = model.condition_on_observations(x[:1], before_mean[:1].unsqueeze(1))
    after_mean, after = believed.marginals(x)
    noise = model.noise_variance
    assert after[0] < 1.5 * before[0] * noise / (before[0] + noise)
    torch.testing.assert_close(after_mean[0], before_mean[0], atol=0.02, rtol=0)


def test_joint_and_single_predictions_agree(model: LinearDraws) -> None:
    x = SPACE.sample(5, generator=make_generator(8))
    mean, variance = model.marginals(x)
    joint_mean, covariance = model.joint(x)
    torch.testing.assert_close(mean, joint_mean)
    torch.testing.assert_close(variance, covariance.diagonal(), rtol=1e-6, atol=1e-10)


def test_a_drawn_function_is_one_of_the_draws(model: LinearDraws) -> None:
    x = SPACE.sample(6, generator=make_generator(10))
    values = model.sample_path(make_generator(11))(x)
    every = model.features(x) @ model.weights.T
    assert (every - values.unsqueeze(1)).abs().amax(0).min() < 1e-12


def test_a_number_is_refused() -> None:
    space = DesignSpace().parse([{"name": "lr", "type": "num", "lb": 0, "ub": 1}])
    with pytest.raises(IncompatibleError, match=r"lr.*continuous"):
        SparseLinear().check(space)


def test_covariances_of_two_sets_of_points_are_those_of_all_together(model: LinearDraws) -> None:
    x = observed(8).x
    torch.testing.assert_close(model.cross(x[:3], x[3:]), model.joint(x)[1][:3, 3:])
