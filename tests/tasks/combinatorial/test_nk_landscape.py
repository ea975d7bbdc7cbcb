from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np
import pytest
from pydantic import ValidationError

from tasks.combinatorial.nk_landscape import NKLandscape


def by_loop(task: NKLandscape, x: list[int]) -> float:
    fitness = 0.0
    for i in range(task.n):
        cell = 0
        for j in task.dependencies[i]:
            cell = cell * task.levels + x[j]
        fitness += float(task.contributions[i, cell])
    return fitness / task.n


def all_points(task: NKLandscape) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.array(list(product(range(task.levels), repeat=task.n)))


@pytest.mark.parametrize("neighbors", ["random", "adjacent"])
@pytest.mark.parametrize(("n", "k", "levels"), [(8, 0, 2), (8, 3, 2), (6, 5, 2), (5, 2, 4), (1, 0, 3)])
def test_random_points_have_the_values_of_a_slow_loop(
    n: int, k: int, levels: int, neighbors: Literal["random", "adjacent"]
) -> None:
    task = NKLandscape(n=n, k=k, levels=levels, neighbors=neighbors, seed=3)
    codes = np.random.default_rng(0).integers(levels, size=(6, n))
    values = task.evaluate(task.to_frame(codes))["fitness"]
    assert np.allclose(values, [by_loop(task, row) for row in codes.tolist()], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("n", "k", "levels"), [(10, 1, 2), (10, 2, 2), (9, 4, 2), (6, 5, 2), (6, 1, 3), (6, 2, 3), (2, 1, 4)]
)
@pytest.mark.parametrize("seed", range(3))
def test_dynamic_programming_finds_the_maximum_that_enumeration_finds(
    n: int, k: int, levels: int, seed: int
) -> None:
    task = NKLandscape(n=n, k=k, levels=levels, neighbors="adjacent", seed=seed)
    minimizers = task.minimizers
    assert minimizers is not None
    assert task.optimum == task.function(all_points(task)).max()
    assert task.evaluate(minimizers)["fitness"].tolist() == [task.optimum]


@pytest.mark.parametrize("neighbors", ["random", "adjacent"])
def test_without_epistasis_each_variable_has_its_own_best_value(
    neighbors: Literal["random", "adjacent"],
) -> None:
    task = NKLandscape(n=50, k=0, levels=3, neighbors=neighbors)
    assert task.optimum == pytest.approx(task.contributions.max(axis=1).mean())


def test_the_maximum_is_unknown_where_it_is_hard_to_compute() -> None:
    assert NKLandscape(n=20, k=3).optimum is None
    assert NKLandscape(n=20, k=3).minimizers is None
    assert NKLandscape(n=20, k=11, neighbors="adjacent").optimum is None


def test_no_point_near_the_maximum_of_a_long_ring_is_better() -> None:
    task = NKLandscape(n=60, k=4, neighbors="adjacent", seed=1)
    assert task.minimizers is not None
    best = task.to_codes(task.minimizers)[0]
    masks = [np.roll(np.pad(block, (0, 54)), i) for block in product([0, 1], repeat=6) for i in range(60)]
    assert task.function(best ^ np.array(masks)).max() == task.optimum


def test_random_neighbors_are_other_variables_each_once() -> None:
    task = NKLandscape(n=12, k=5, seed=2)
    for i, row in enumerate(task.dependencies.tolist()):
        assert row[0] == i
        assert len(set(row)) == 6
        assert set(row) <= set(range(12))


def test_adjacent_neighbors_go_round_the_ring() -> None:
    task = NKLandscape(n=5, k=2, neighbors="adjacent")
    assert task.dependencies.tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 0], [4, 0, 1]]


def test_two_levels_are_booleans_and_more_are_nominal() -> None:
    assert {one["type"] for one in NKLandscape(levels=2).parameters()} == {"bool"}
    assert {one["type"] for one in NKLandscape(levels=3).parameters()} == {"cat"}
    assert NKLandscape(n=4, levels=3).space.cardinality == 81


def test_a_flip_changes_all_contributions_that_depend_on_the_variable_and_no_other() -> None:
    task = NKLandscape(n=8, k=2, seed=6)
    codes = np.zeros((2, 8), dtype=np.int64)
    codes[1, 3] = 1
    touched = [i for i in range(8) if 3 in task.dependencies[i]]
    change = sum(
        task.contributions[i, 2 ** (2 - task.dependencies[i].tolist().index(3))] - task.contributions[i, 0]
        for i in touched
    )
    values = task.function(codes)
    assert values[1] - values[0] == pytest.approx(change / 8)


def test_too_many_neighbors_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"n=5 .* k=5; k is at most n - 1"):
        NKLandscape(n=5, k=5)


def test_tables_too_large_for_memory_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"tables of 41943040 .* lower k or levels"):
        NKLandscape(n=40, k=19)


def test_unknown_neighbors_are_refused() -> None:
    with pytest.raises(ValidationError, match="neighbors"):
        NKLandscape.model_validate({"neighbors": "near"})
