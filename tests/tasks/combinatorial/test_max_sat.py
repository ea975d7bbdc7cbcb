from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import DataError
from tasks.combinatorial.max_sat import MaxSAT


def by_loop(task: MaxSAT, x: list[int]) -> float:
    soft = sum(weight for weight in task.formula.weights if weight is not None)
    total = 0
    for clause, weight in zip(task.formula.clauses, task.formula.weights, strict=True):
        if not any(x[abs(literal) - 1] == (literal > 0) for literal in clause):
            total += soft + 1 if weight is None else weight
    return float(total)


def all_points(n: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.array(list(product([0, 1], repeat=n)))


def file(folder: Path, text: str) -> str:
    path = folder / "small.wcnf"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    "task",
    [
        MaxSAT(),
        MaxSAT(n_variables=30, clause_size=2, max_weight=9, seed=1),
        MaxSAT(n_variables=15, clause_size=5, ratio=22.0, planted=True),
        MaxSAT(n_variables=4, clause_size=1),
    ],
)
def test_random_points_of_random_instances_have_the_values_of_a_slow_loop(task: MaxSAT) -> None:
    codes = np.random.default_rng(0).integers(2, size=(10, task.n_variables))
    values = task.evaluate(task.to_frame(codes))["unsatisfied_weight"]
    assert values.tolist() == [by_loop(task, row) for row in codes.tolist()]
    assert values.max() > 0


def test_points_of_a_file_have_the_values_of_a_slow_loop(tmp_path: Path) -> None:
    # With a repeated literal, a tautology, an empty clause and a variable that no clause has.
    text = "p wcnf 5 6 99\n99 1 2 3 0\n3 -1 -1 2 0\n5 3 -3 0\n7 -2 0\n99 0\n4 1 1 1 0\n"
    task = MaxSAT(path=file(tmp_path, text))
    codes = all_points(5)
    assert task.evaluate(task.to_frame(codes))["unsatisfied_weight"].tolist() == [
        by_loop(task, row) for row in codes.tolist()
    ]


def test_a_file_of_the_new_format_worked_by_hand(tmp_path: Path) -> None:
    task = MaxSAT(path=file(tmp_path, "h 1 2 0\n3 -1 0\n4 -2 0\n"))
    frame = pd.DataFrame({"x1": [True, False, True, False], "x2": [False, True, True, False]})
    # Soft weights of 7 make the hard clause weigh 8.
    assert task.evaluate(frame)["unsatisfied_weight"].tolist() == [3.0, 4.0, 7.0, 8.0]
    assert task.name == "MaxSAT-small"
    assert task.optimum is None


def test_the_weight_of_hard_clauses_can_be_given(tmp_path: Path) -> None:
    task = MaxSAT(path=file(tmp_path, "h 1 0\nh 2 0\n3 -1 0\n"), hard_weight=2.5)
    frame = pd.DataFrame({"x1": [False, True], "x2": [False, False]})
    assert task.evaluate(frame)["unsatisfied_weight"].tolist() == [5.0, 5.5]


def test_a_plain_file_counts_unsatisfied_clauses(tmp_path: Path) -> None:
    task = MaxSAT(path=file(tmp_path, "p cnf 2 4\n1 2 0\n1 -2 0\n-1 2 0\n-1 -2 0\n"))
    assert task.evaluate(task.to_frame(all_points(2)))["unsatisfied_weight"].tolist() == [1.0] * 4


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_instance_is_satisfied_by_its_minimizer(seed: int) -> None:
    task = MaxSAT(n_variables=100, ratio=8.0, max_weight=5, planted=True, seed=seed)
    assert task.optimum == 0.0
    assert task.minimizers is not None
    assert task.evaluate(task.minimizers)["unsatisfied_weight"].tolist() == [0.0]


def test_crowded_instances_without_a_planted_assignment_cannot_be_satisfied() -> None:
    task = MaxSAT(n_variables=10, ratio=12.0)
    assert task.optimum is None
    assert task.minimizers is None
    assert task.function(all_points(10)).min() > 0.0


def test_random_clauses_have_distinct_variables_and_fair_signs() -> None:
    task = MaxSAT(n_variables=50, clause_size=4, ratio=40.0, max_weight=3, seed=7)
    literals = np.array(task.formula.clauses)
    assert literals.shape == (2000, 4)
    assert all(len(set(row)) == 4 for row in np.abs(literals).tolist())
    assert abs((literals > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(8000)
    assert set(task.formula.weights) == {1, 2, 3}
    # Each variable is in 160 clauses on average, with a standard deviation of about 12.
    assert np.abs(np.bincount(np.abs(literals).ravel())[1:] - 160).max() < 60


def test_a_random_assignment_leaves_an_eighth_of_the_three_clauses_unsatisfied() -> None:
    task = MaxSAT(n_variables=12, ratio=10.0, seed=2)
    assert task.function(all_points(12)).mean() == pytest.approx(120 / 8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"path": "a.cnf", "n_variables": 20}, "`n_variables` is of random instances"),
        ({"path": "a.cnf", "planted": True}, "`planted` is of random instances"),
        ({"hard_weight": 5.0}, "`hard_weight` is for files"),
        ({"n_variables": 2}, "clause_size=3 is above n_variables=2"),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        MaxSAT.model_validate(settings)


def test_impossible_settings_are_refused() -> None:
    for settings in ({"ratio": 0.0}, {"max_weight": 0}, {"hard_weight": -1.0}):
        with pytest.raises(ValidationError, match=next(iter(settings))):
            MaxSAT.model_validate(settings)


def test_weights_beyond_exact_sums_are_refused(tmp_path: Path) -> None:
    task = MaxSAT(path=file(tmp_path, f"{2**52} 1 0\n{2**52} -1 0\n"))
    with pytest.raises(DataError, match=rf"sum to {2**53}.* divide the weights"):
        task.evaluate(pd.DataFrame({"x1": [True]}))


def test_a_missing_file_is_an_error_of_its_space() -> None:
    with pytest.raises(DataError, match="There is no file"):
        _ = MaxSAT(path="nowhere.wcnf").space
