from __future__ import annotations

import itertools
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from botorch.utils.multi_objective.hypervolume import infer_reference_point
from botorch.utils.multi_objective.pareto import is_non_dominated

from hebo.errors import DataError
from hebo.pareto import front, hypervolume, igd_plus, infer_reference

STAIRS = [[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]]


def grid(n: int, m: int, *, seed: int) -> np.ndarray:
    """Values on a coarse grid, with many ties and repeats."""
    return np.random.default_rng(seed).integers(0, 6, size=(n, m)).astype(float)


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_the_front_is_the_one_that_comparing_all_pairs_finds(m: int) -> None:
    values = grid(60, m, seed=m)
    expected = [not any(all(a <= b) and any(a < b) for a in values) for b in values]
    assert front(values).tolist() == expected
    assert front(values).tolist() == is_non_dominated(torch.tensor(-values), deduplicate=False).tolist()


def test_equal_rows_are_in_the_front_together() -> None:
    assert front([[1.0, 1.0], [1.0, 1.0], [1.0, 2.0]]).tolist() == [True, True, False]


def test_failed_rows_are_in_no_front_and_dominate_nothing() -> None:
    values = [[math.nan, 0.0], [-math.inf, 0.0], [1.0, 1.0], [0.0, math.inf]]
    assert front(values).tolist() == [False, False, True, False]
    assert front(np.empty((0, 2))).tolist() == []


def test_the_area_under_a_staircase_is_the_sum_of_its_steps() -> None:
    # Right of x = 1, 2, 3 and left of 4 the strips are 1, 2 and 3 high.
    assert hypervolume(STAIRS, [4.0, 4.0]) == pytest.approx(1 + 2 + 3)
    assert hypervolume([*STAIRS, [3.5, 3.5], [math.nan, 0.0]], [4.0, 4.0]) == pytest.approx(6)


def test_rows_beyond_the_reference_add_nothing() -> None:
    assert hypervolume([[1.0, 1.0], [-5.0, 2.0]], [2.0, 2.0]) == pytest.approx(1)
    assert hypervolume([[3.0, 0.0]], [2.0, 2.0]) == 0
    assert hypervolume(np.empty((0, 3)), [1.0, 1.0, 1.0]) == 0


def test_the_volume_of_boxes_in_three_dimensions_follows_inclusion_and_exclusion() -> None:
    boxes = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 2.0, 0.0]])
    reference = np.array([3.0, 3.0, 3.0])
    expected = 0.0
    for k in (1, 2, 3):
        for chosen in itertools.combinations(boxes, k):
            expected += (-1) ** (k + 1) * np.prod(reference - np.max(chosen, axis=0))
    assert hypervolume(boxes, reference) == pytest.approx(expected)


def test_the_hypervolume_of_one_objective_is_the_distance_to_the_reference() -> None:
    assert hypervolume([[2.0], [0.5], [math.nan]], [3.0]) == pytest.approx(2.5)


def test_the_volume_of_cells_of_a_grid_is_their_number() -> None:
    values = grid(30, 4, seed=3)
    cells = np.array(list(itertools.product(range(6), repeat=4)))
    dominated = (values[:, None] <= cells[None]).all(-1).any(0)
    assert hypervolume(values, [6.0] * 4) == pytest.approx(dominated.sum())


def test_the_inferred_reference_is_a_tenth_of_the_range_beyond_the_worst_of_the_front() -> None:
    assert infer_reference([*STAIRS, [9.0, 9.0], [math.nan, 8.0]]) == pytest.approx([3.2, 3.2])


@pytest.mark.parametrize(
    "values", [STAIRS, [[2.0, -4.0]], [[0.0, 0.0]], [[1.0, 2.0], [1.0, 2.0]], grid(20, 3, seed=9)]
)
def test_the_inferred_reference_is_that_of_botorch(values: object) -> None:
    table = np.asarray(values)
    best = torch.tensor(-table[front(table)])
    assert infer_reference(table) == pytest.approx(-infer_reference_point(best).numpy())


def test_igd_plus_counts_only_the_objectives_in_which_a_row_is_worse() -> None:
    # (1, 1) misses (0, 1) by 1 in the first objective and (2, 0) by 1 in the second.
    assert igd_plus([[1.0, 1.0], [math.nan, 0.0]], [[0.0, 1.0], [2.0, 0.0]]) == pytest.approx(1)
    # From (0, 0): 3 to the right and 4 up is a distance of 5.
    assert igd_plus([[3.0, 4.0]], [[0.0, 0.0]]) == pytest.approx(5)
    assert igd_plus(STAIRS, STAIRS) == 0
    assert igd_plus([[math.nan, 1.0]], STAIRS) == math.inf


def test_values_that_are_no_table_of_numbers_are_refused() -> None:
    for bad in ([1.0, 2.0], 3.0, np.empty((2, 0))):
        with pytest.raises(DataError, match="expected n rows and a column per objective"):
            front(bad)
    with pytest.raises(DataError, match="not numbers"):
        front([["a", "b"]])


@pytest.mark.parametrize("reference", [[1.0], [1.0, 2.0, 3.0], [1.0, math.nan], [math.inf, 1.0], 2.0])
def test_a_reference_that_does_not_fit_is_refused_with_its_value(reference: object) -> None:
    with pytest.raises(DataError, match=r"for 2 objective\(s\); expected 2 finite number\(s\)"):
        hypervolume(STAIRS, reference)  # type: ignore[arg-type]  # what users may hand in


def test_a_reference_of_words_is_refused() -> None:
    with pytest.raises(DataError, match="not a list of numbers"):
        hypervolume(STAIRS, ["worst", "worst"])  # type: ignore[arg-type]  # what users may hand in


def test_a_front_that_does_not_fit_is_refused() -> None:
    for bad in ([[1.0]], [[1.0, math.nan]], np.empty((0, 2))):
        with pytest.raises(DataError, match="one finite row at least"):
            igd_plus(STAIRS, bad)


def test_no_reference_can_be_inferred_where_everything_failed() -> None:
    with pytest.raises(DataError, match="none of the 1 rows"):
        infer_reference([[math.nan, 1.0]])


def test_importing_it_loads_neither_torch_nor_pymoo() -> None:
    code = (
        "import sys, importlib.util as u\n"
        "import hebo.pareto\n"
        "print([name for name in ('pymoo', 'botorch', 'gpytorch') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
