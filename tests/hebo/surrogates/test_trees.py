"""Tests of `hebo.surrogates.trees`."""

from __future__ import annotations

import numpy as np
import pytest

from hebo.surrogates.trees import Array, Trees, grow

N, N_TREES = 40, 30


def observed(seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    x = rng.random((N, 4))
    return x, 3.0 * (x[:, 2] > 0.4) + 0.1 * x[:, 0]


def grown(x: Array, y: Array, *, min_leaf: int = 1) -> Trees:
    return grow(x, y, n_trees=N_TREES, min_leaf=min_leaf, rng=np.random.default_rng(5))


def drawn() -> Array:
    """How often each observation is drawn by each tree: the first thing that growing asks of the generator."""
    return np.random.default_rng(5).multinomial(N, np.full(N, 1 / N), size=N_TREES).astype(float)


def walk(trees: Trees, tree: int, point: Array) -> int:
    node = tree
    while trees.child[node] != node:
        node = trees.child[node] + int(point[trees.feature[node]] > trees.threshold[node])
    return int(node)


def test_a_point_is_led_to_its_leaf_in_every_tree() -> None:
    trees, points = grown(*observed()), np.random.default_rng(1).random((7, 4))
    expected = [[walk(trees, tree, point) for point in points] for tree in range(N_TREES)]
    np.testing.assert_array_equal(trees.leaves(points), expected)


@pytest.mark.parametrize("min_leaf", [1, 4])
def test_a_leaf_has_the_moments_of_what_was_drawn_into_it(min_leaf: int) -> None:
    x, y = observed()
    trees = grown(x, y, min_leaf=min_leaf)
    for leaves, counts in zip(trees.leaves(x), drawn(), strict=True):
        for leaf in np.unique(leaves[counts > 0]):
            here = counts * (leaves == leaf)
            mean = np.average(y, weights=here)
            assert here.sum() == trees.weight[leaf] >= min_leaf
            assert trees.mean[leaf] == pytest.approx(mean, abs=1e-12)
            assert trees.variance[leaf] == pytest.approx(np.average((y - mean) ** 2, weights=here), abs=1e-12)


def test_leaves_of_distinct_observations_hold_one_value_each() -> None:
    x, y = observed()
    trees = grown(x, y)
    leaves = np.unique(trees.leaves(x)[drawn() > 0])
    np.testing.assert_allclose(trees.variance[leaves], 0.0, atol=1e-20)


def test_the_first_test_is_of_the_feature_that_matters() -> None:
    x, y = observed()
    assert (grown(x, y).feature[:N_TREES] == 2).mean() > 0.8


def test_the_test_that_explains_most_is_taken() -> None:
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 10)  # every threshold separates 0 from 1
    y = x[:, 0] + 5.0 * x[:, 1]
    trees = grow(x, y, n_trees=N_TREES, min_leaf=1, rng=np.random.default_rng(0))
    assert (trees.feature[:N_TREES] == 1).all()
    assert len(trees.mean) == 7 * N_TREES
    np.testing.assert_allclose(trees.mean[trees.leaves(x)], np.broadcast_to(y, (N_TREES, N)))


def test_neighboring_numbers_can_be_told_apart() -> None:
    one = np.nextafter(1.0, 2.0)
    x, y = np.array([[1.0], [one]] * 20), np.array([0.0, 1.0] * 20)
    trees = grow(x, y, n_trees=10, min_leaf=1, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(trees.mean[trees.leaves(x)], np.broadcast_to(y, (10, 40)))


def test_equal_values_and_equal_points_are_not_split() -> None:
    x, y = observed()
    assert len(grown(x, np.ones(N)).mean) == N_TREES
    assert len(grown(np.ones((N, 2)), y).mean) == N_TREES


def test_further_observations_change_their_leaves_alone() -> None:
    x, y = observed()
    trees, points, values = grown(x, y, min_leaf=4), x[:3] + 1e-3, np.array([4.0, -2.0, 7.0])
    after, leaves = trees.joined_by(points, values), trees.leaves(points)
    for tree, counts in enumerate(drawn()):
        for leaf in np.unique(leaves[tree]):
            old, new = counts * (trees.leaves(x)[tree] == leaf), leaves[tree] == leaf
            weights, all_values = np.concatenate([old, new]), np.concatenate([y, values])
            mean = np.average(all_values, weights=weights)
            assert after.weight[leaf] == weights.sum()
            assert after.mean[leaf] == pytest.approx(mean)
            assert after.variance[leaf] == pytest.approx(
                np.average((all_values - mean) ** 2, weights=weights)
            )
    others = np.setdiff1d(np.arange(len(trees.mean)), leaves)
    np.testing.assert_array_equal(after.mean[others], trees.mean[others])


def test_growing_again_gives_the_same_trees() -> None:
    first, again = grown(*observed()), grown(*observed())
    np.testing.assert_array_equal(first.threshold, again.threshold)
    np.testing.assert_array_equal(first.mean, again.mean)
