"""Tests of `hebo.surrogates.extra_trees`."""

from __future__ import annotations

import pytest
import torch

from hebo.acquisitions.marginals import noise_sd
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees, Forest, features_of
from hebo.surrogates.gaussian_model import MIN_VARIANCE

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
    ]
)


def observed(n: int) -> Data:
    x = SPACE.sample(n, generator=make_generator(0))
    y = 2.0 * (x[:, 0] > 0.5) + 1.0 * (x[:, 1] == 1)
    return Data(x, (y - y.mean()).unsqueeze(1))


@pytest.fixture(scope="module")
def forest() -> Forest:
    return ExtraTrees().fit(observed(80), SPACE, generator=make_generator(1))


def test_steps_and_categories_are_learnt(forest: Forest) -> None:
    levels = forest.means(torch.tensor([[0.1, 0.0], [0.9, 0.0], [0.1, 1.0], [0.9, 2.0]]).double())
    low, high, other, also_high = levels.tolist()
    assert high - low == pytest.approx(2.0, abs=0.3)
    assert other - low == pytest.approx(1.0, abs=0.3)
    assert also_high == pytest.approx(high, abs=0.3)


def test_the_variance_is_largest_where_trees_disagree(forest: Forest) -> None:
    _, variance = forest.marginals(torch.tensor([[0.5, 0.0], [0.1, 0.0]]).double())
    assert variance[0] > 5 * variance[1]


def test_moments_are_those_of_the_trees(forest: Forest) -> None:
    x = SPACE.sample(6, generator=make_generator(3))
    means, within = forest._of_trees(x)
    mean, variance = forest.marginals(x)
    trees, features = forest.trees, features_of(x, forest.categories)
    for tree in range(100):
        for place, point in enumerate(features):
            node = tree
            while trees.child[node] != node:
                node = int(trees.child[node] + (point[trees.feature[node]] > trees.threshold[node]))
            assert float(means[tree, place]) == trees.mean[node]
            assert float(within[tree, place]) == trees.variance[node]
    torch.testing.assert_close(mean, means.mean(0))
    expected = (means.var(0, correction=0) + within.mean(0)).clamp_min(MIN_VARIANCE)
    torch.testing.assert_close(variance, expected, atol=1e-12, rtol=1e-9)


def test_joint_and_single_predictions_agree(forest: Forest) -> None:
    x = SPACE.sample(6, generator=make_generator(4))
    mean, variance = forest.marginals(x)
    joint_mean, covariance = forest.joint(x)
    torch.testing.assert_close(joint_mean, mean)
    torch.testing.assert_close(covariance.diagonal(), variance, atol=1e-10, rtol=1e-9)
    batched_mean, _ = forest.joint(x.reshape(2, 3, 2))
    torch.testing.assert_close(batched_mean.reshape(6), mean)


def test_a_believed_point_moves_the_mean_towards_it(forest: Forest) -> None:
    x = torch.tensor([[0.5, 2.0]], dtype=torch.float64)  # trees disagree about the edge
    before, spread = forest.marginals(x)
    after = forest.condition_on_observations(x, torch.tensor([[5.0]]).double()).means(x)
    assert before < after < 5.0
    _, believed = forest.condition_on_observations(x, before.unsqueeze(1)).marginals(x)
    assert believed < spread


def test_a_forest_without_any_variance_has_no_noise() -> None:
    x = torch.tensor([[0.2, 0.0], [0.8, 0.0]] * 20, dtype=torch.float64)
    data = Data(x, (x[:, :1] > 0.5).double())
    forest = ExtraTrees().fit(data, SPACE, generator=make_generator(0))
    assert float(noise_sd(forest, data)) == 0.0


def test_a_posterior_without_any_variance_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    x = SPACE.sample(20, generator=make_generator(0))
    flat = ExtraTrees(n_trees=5).fit(Data(x, torch.zeros(20, 1).double()), SPACE, generator=make_generator(1))
    for points in (x, x.unsqueeze(-2)):
        for noise in (False, True):
            assert (flat.posterior(points, observation_noise=noise).variance > 0).all()
    assert not recwarn.list


def test_covariances_of_two_sets_of_points_are_those_of_all_together() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
    x = torch.rand(30, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    model = ExtraTrees(n_trees=20).fit(
        Data(x, x.sum(1, keepdim=True)), space, generator=torch.Generator().manual_seed(1)
    )
    together = model.posterior(x[:8]).distribution.covariance_matrix
    torch.testing.assert_close(model.cross(x[:3], x[3:8]), together[:3, 3:])
