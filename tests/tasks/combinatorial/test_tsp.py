from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError

from hebo.errors import ConfigError, DataError
from tasks.combinatorial.tsp import TSPLIB, TravellingSalesman

BURMA14 = """NAME: burma14
TYPE: TSP
DIMENSION: 14
EDGE_WEIGHT_TYPE: GEO
NODE_COORD_SECTION
1 16.47 96.10
2 16.47 94.44
3 20.09 92.54
4 22.39 93.37
5 25.23 97.24
6 22.00 96.05
7 20.47 97.02
8 17.20 96.29
9 16.30 97.38
10 14.05 98.12
11 16.53 97.38
12 21.52 95.59
13 19.41 97.13
14 20.09 94.55
EOF
"""

GR17 = """NAME: gr17
TYPE: TSP
DIMENSION: 17
EDGE_WEIGHT_TYPE: EXPLICIT
EDGE_WEIGHT_FORMAT: LOWER_DIAG_ROW
EDGE_WEIGHT_SECTION
0 633 0 257 390 0 91 661 228 0 412 227 169 383 0 150 488 112 120 267 0 80 572 196 77 351 63 0
134 530 154 105 309 34 29 0 259 555 372 175 338 264 232 249 0 505 289 262 476 196 360 444 402 495 0
353 282 110 324 61 208 292 250 352 154 0 324 638 437 240 421 329 297 314 95 578 435 0
70 567 191 27 346 83 47 68 189 439 287 254 0 211 466 74 182 243 105 150 108 326 336 184 391 145 0
268 420 53 239 199 123 207 165 383 240 140 448 202 57 0
246 745 472 237 528 364 332 349 202 685 542 157 289 426 483 0
121 518 142 84 297 35 29 36 236 390 238 301 55 96 153 336 0
EOF
"""


def shortest(distances: NDArray[np.float64]) -> float:
    """The length of the shortest tour, by the dynamic program of Held and Karp (1962).

    `best[S, j]` is the shortest path from city 0 through all of the set `S` of other cities to its member `j`.
    """
    n = len(distances) - 1
    step, home = distances[1:, 1:], distances[1:, 0]
    bit = 1 << np.arange(n)
    best = np.full((1 << n, n), np.inf)
    best[bit, np.arange(n)] = distances[0, 1:]
    for size in range(1, n):
        sets = np.array([sum(chosen) for chosen in itertools.combinations(bit.tolist(), size)])
        onward = (best[sets][:, :, None] + step).min(axis=1)
        for j in range(n):
            outside = sets & bit[j] == 0
            np.minimum.at(best, (sets[outside] | bit[j], j), onward[outside, j])
    return float((best[-1] + home).min())


def tours(n: int) -> pd.DataFrame:
    return pd.DataFrame({"tour": [list(one) for one in itertools.permutations(range(n))]})


def written(folder: Path, text: str) -> str:
    path = folder / "cities.tsp"
    path.write_text(text)
    return str(path)


def test_each_value_is_the_sum_of_the_steps_and_the_way_back() -> None:
    task = TravellingSalesman(n=4, seed=5)
    expected = []
    for order in itertools.permutations(range(4)):
        xy = task.coordinates[[*order, order[0]]]
        expected.append(sum(float(np.linalg.norm(b - a)) for a, b in itertools.pairwise(xy)))
    assert np.allclose(task.evaluate(tours(4))["tour_length"], expected, rtol=1e-14)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_best_of_all_tours_is_that_of_the_dynamic_program(seed: int) -> None:
    task = TravellingSalesman(n=7, seed=seed)
    assert task.evaluate(tours(7))["tour_length"].min() == pytest.approx(shortest(task.distances), rel=1e-12)


def test_no_tour_of_twelve_cities_beats_the_dynamic_program() -> None:
    task = TravellingSalesman(n=12)
    rng = np.random.default_rng(0)
    some = pd.DataFrame({"tour": [rng.permutation(12).tolist() for _ in range(200)]})
    assert task.evaluate(some)["tour_length"].min() > shortest(task.distances) > 0.7124 * np.sqrt(12) * 0.8


def test_a_tour_has_the_same_length_from_any_city_and_backwards() -> None:
    task = TravellingSalesman(n=6)
    order = [3, 1, 0, 5, 2, 4]
    same = [order, order[2:] + order[:2], order[::-1]]
    assert np.ptp(task.evaluate(pd.DataFrame({"tour": same}))["tour_length"]) < 1e-14


def test_cities_lie_in_the_unit_square_and_depend_on_the_seed() -> None:
    first = TravellingSalesman(n=200, seed=1).coordinates
    assert first.min() >= 0
    assert first.max() <= 1
    assert np.abs(first.mean(axis=0) - 0.5).max() < 4 * np.sqrt(1 / 12 / 200)
    assert (first == TravellingSalesman(n=200, seed=1).coordinates).all()
    assert (first != TravellingSalesman(n=200, seed=2).coordinates).all()


def test_the_shortest_tour_of_burma14_has_the_published_length(tmp_path: Path) -> None:
    task = TSPLIB(path=written(tmp_path, BURMA14), known_optimum=3323)
    assert shortest(task.distances) == 3323
    tour = [place - 1 for place in (1, 2, 14, 3, 4, 5, 6, 12, 7, 13, 8, 11, 9, 10)]
    assert task.evaluate(pd.DataFrame({"tour": [tour]}))["tour_length"][0] == 3323
    assert task.optimum == task.best_known == 3323
    assert task.name == "cities"


def test_the_shortest_tour_of_gr17_has_the_published_length(tmp_path: Path) -> None:
    assert shortest(TSPLIB(path=written(tmp_path, GR17)).distances) == 2085


def test_one_way_distances_are_summed_in_the_direction_of_the_tour(tmp_path: Path) -> None:
    head = "TYPE: ATSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EXPLICIT\nEDGE_WEIGHT_FORMAT: FULL_MATRIX\n"
    task = TSPLIB(path=written(tmp_path, head + "EDGE_WEIGHT_SECTION\n9 1 20\n300 9 4\n5 60 9\n"))
    values = task.evaluate(pd.DataFrame({"tour": [[0, 1, 2], [2, 1, 0]]}))["tour_length"]
    assert values.tolist() == [1 + 4 + 5, 60 + 300 + 20]


def test_tasks_that_were_used_are_compared_by_their_settings(tmp_path: Path) -> None:
    path = written(tmp_path, GR17)
    first, second, other = TSPLIB(path=path), TSPLIB(path=path), TSPLIB(path=path, known_optimum=2085)
    assert first.space == second.space == other.space
    assert first == second != other


def test_an_optimum_that_a_tour_beats_is_refused(tmp_path: Path) -> None:
    task = TSPLIB(path=written(tmp_path, BURMA14), known_optimum=30000)
    with pytest.raises(ConfigError, match=r"known_optimum=30000 of '.*' is not its optimum"):
        task.evaluate(pd.DataFrame({"tour": [list(range(14))]}))


def test_a_malformed_file_is_refused_before_any_evaluation(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cities\.tsp, line 3: expected a whole number"):
        _ = TSPLIB(path=written(tmp_path, BURMA14.replace("DIMENSION: 14", "DIMENSION: many"))).space


@pytest.mark.parametrize("settings", [{"n": 2}, {"seed": -1}, {"path": "a.tsp"}])
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        TravellingSalesman.model_validate(settings)
