"""Tests of `hebo.surrogates.model_batch`, with a forest as the model."""

from __future__ import annotations

import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees, Forest
from hebo.surrogates.model_batch import ModelBatch


@pytest.fixture(scope="module")
def forest(data: Data, space: DesignSpace) -> Forest:
    found = ExtraTrees(n_trees=8).fit(data, space, generator=make_generator(0))
    assert isinstance(found, Forest)
    return found


def test_one_set_of_observations_makes_one_model(forest: Forest, data: Data) -> None:
    assert isinstance(forest.condition_on_observations(data.x[:2], data.y[:2]), Forest)


def test_each_model_of_a_batch_answers_for_its_own_set(forest: Forest, data: Data) -> None:
    x, y = (
        data.x[:6].reshape(3, 2, -1),
        torch.stack([data.y[:6].reshape(3, 2, 1) + shift for shift in (0, 5)]),
    )
    batch = forest.condition_on_observations(x, y)
    assert isinstance(batch, ModelBatch)
    assert batch.batch_shape == (2, 3)
    alone = forest.condition_on_observations(x[1], y[1, 1])
    points = data.x[6:10]
    torch.testing.assert_close(batch.posterior(points).mean[1, 1], alone.posterior(points).mean)
    torch.testing.assert_close(batch.means(points)[1, 1], alone.means(points))
    found, expected = batch.marginals(points), alone.marginals(points)
    torch.testing.assert_close((found[0][1, 1], found[1][1, 1]), expected)


def test_points_of_further_axes_go_to_the_model_of_their_place(forest: Forest, data: Data) -> None:
    batch = forest.condition_on_observations(data.x[:6].reshape(3, 2, -1), data.y[:6].reshape(3, 2, 1) + 3.0)
    points = data.x[:12].reshape(2, 3, 2, -1)
    mean = batch.posterior(points).mean
    assert mean.shape == (2, 3, 2, 1)
    for place in range(3):
        torch.testing.assert_close(batch.posterior(points[:, [place]]).mean[:, place], mean[:, place])


def test_a_batch_can_be_conditioned_again(forest: Forest, data: Data) -> None:
    batch = forest.condition_on_observations(data.x[:2].unsqueeze(1), data.y[:2].unsqueeze(1) + 9.0)
    again = batch.condition_on_observations(data.x[2:3], data.y[2:3])
    assert again.batch_shape == (2,)
    both = forest.condition_on_observations(data.x[[1, 2]], torch.stack([data.y[1] + 9.0, data.y[2]]))
    torch.testing.assert_close(again.means(data.x)[1], both.means(data.x))


def test_a_forest_has_no_use_for_known_variances(forest: Forest, data: Data) -> None:
    with pytest.raises(IncompatibleError, match="use a Gaussian process"):
        forest.condition_on_observations(data.x[:2], data.y[:2], noise=torch.ones(2, 1))
