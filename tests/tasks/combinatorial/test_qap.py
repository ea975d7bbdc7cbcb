from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError, DataError
from tasks.combinatorial.qap import QAPLIB, QuadraticAssignment, read_qaplib

# Distances on the 3 x 4 grid, then flows: the instance with 12 facilities of Nugent, Vollmann and Ruml (1968).
NUG12 = """12

0 1 2 3 1 2 3 4 2 3 4 5
1 0 1 2 2 1 2 3 3 2 3 4
2 1 0 1 3 2 1 2 4 3 2 3
3 2 1 0 4 3 2 1 5 4 3 2
1 2 3 4 0 1 2 3 1 2 3 4
2 1 2 3 1 0 1 2 2 1 2 3
3 2 1 2 2 1 0 1 3 2 1 2
4 3 2 1 3 2 1 0 4 3 2 1
2 3 4 5 1 2 3 4 0 1 2 3
3 2 3 4 2 1 2 3 1 0 1 2
4 3 2 3 3 2 1 2 2 1 0 1
5 4 3 2 4 3 2 1 3 2 1 0

0 5 2 4 1 0 0 6 2 1 1 1
5 0 3 0 2 2 2 0 4 5 0 0
2 3 0 0 0 0 0 5 5 2 2 2
4 0 0 0 5 2 2 10 0 0 5 5
1 2 0 5 0 10 0 0 0 5 1 1
0 2 0 2 10 0 5 1 1 5 4 0
0 2 0 2 0 5 0 10 5 2 3 3
6 0 5 10 0 1 10 0 0 0 5 0
2 4 5 0 0 1 5 0 0 0 10 10
1 5 2 0 5 5 2 0 0 0 5 0
1 0 2 5 1 4 3 5 10 5 0 2
1 0 2 5 1 0 3 0 10 0 2 0
"""

# The instance with 5 facilities of the same paper.
NUG5 = (
    "5  0 1 1 2 3 1 0 2 1 2 1 2 0 1 2 2 1 1 0 1 3 2 2 1 0\n0 5 2 4 1 5 0 3 0 2 2 3 0 0 0 4 0 0 0 5 1 2 0 5 0"
)


def written(folder: Path, text: str) -> str:
    path = folder / "instance.dat"
    path.write_text(text)
    return str(path)


def orders(n: int) -> pd.DataFrame:
    return pd.DataFrame({"assignment": [list(one) for one in itertools.permutations(range(n))]})


def costs(a: np.ndarray, b: np.ndarray) -> list[float]:
    """The double sum, term by term."""
    n = range(len(a))
    return [sum(a[i, j] * b[p[i], p[j]] for i in n for j in n) for p in itertools.permutations(n)]


@pytest.mark.parametrize("layout", ["uniform", "grid"])
@pytest.mark.parametrize("n", [2, 5])
def test_each_value_is_the_double_sum(n: int, layout: str) -> None:
    task = QuadraticAssignment.model_validate({"n": n, "layout": layout, "seed": 3})
    assert task.evaluate(orders(n))["assignment_cost"].tolist() == costs(*task.matrices)


def test_matrices_that_are_not_symmetric_are_summed_in_the_right_direction(tmp_path: Path) -> None:
    task = QAPLIB(path=written(tmp_path, "2\n0 1\n2 0\n0 10\n100 0"))
    # a_01 b_01 + a_10 b_10 = 10 + 200; the other order has b_10 and b_01.
    assert task.evaluate(orders(2))["assignment_cost"].tolist() == [210.0, 120.0]


def test_the_smallest_value_of_nug5_is_the_published_one(tmp_path: Path) -> None:
    task = QAPLIB(path=written(tmp_path, NUG5))
    assert task.evaluate(orders(5))["assignment_cost"].min() == 50


def test_the_published_solution_of_nug12_has_the_published_value(tmp_path: Path) -> None:
    task = QAPLIB(path=written(tmp_path, NUG12), known_optimum=578)
    solution = [place - 1 for place in (12, 7, 9, 3, 4, 8, 11, 1, 5, 6, 10, 2)]
    assert task.evaluate(pd.DataFrame({"assignment": [solution]}))["assignment_cost"][0] == 578
    assert task.optimum == task.best_known == 578
    assert task.name == "instance"


def test_grid_distances_are_those_of_nug12(tmp_path: Path) -> None:
    published, *_ = read_qaplib(Path(written(tmp_path, NUG12)))
    _, distances = QuadraticAssignment(n=12, layout="grid").matrices
    assert distances.tolist() == published.tolist()


def test_random_instances_are_symmetric_whole_numbers_and_depend_on_the_seed() -> None:
    flows, distances = QuadraticAssignment(n=40, seed=1).matrices
    for matrix in (flows, distances):
        assert (matrix == matrix.T).all()
        assert not matrix.diagonal().any()
        assert set(np.unique(matrix)) <= set(range(100))
        assert abs(matrix[np.triu_indices(40, 1)].mean() - 49.5) < 4 * 28.9 / np.sqrt(780)
    assert (flows != distances).any()
    assert (flows == QuadraticAssignment(n=40, seed=1).matrices[0]).all()
    assert (flows != QuadraticAssignment(n=40, seed=2).matrices[0]).any()


def test_tasks_that_were_used_are_compared_by_their_settings(tmp_path: Path) -> None:
    path = written(tmp_path, NUG5)
    first, second, other = QAPLIB(path=path), QAPLIB(path=path), QAPLIB(path=path, known_optimum=50)
    assert first.space == second.space == other.space
    assert first == second != other


def test_an_optimum_that_a_point_beats_is_refused(tmp_path: Path) -> None:
    task = QAPLIB(path=written(tmp_path, NUG5), known_optimum=51)
    with pytest.raises(ConfigError, match=r"known_optimum=51 .* a point has the value 50"):
        task.evaluate(orders(5))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("\n\nsize 3", "line 3: expected a whole number of at least 2, got 'size'"),
        ("1 0 0", "line 1: expected a whole number of at least 2, got '1'"),
        (
            "2\n0 1\n1 0\n0 1\n1",
            r"line 5: n = 2 calls for .* 8 numbers, but there are 7; add 1, or correct n in line 1",
        ),
        ("2\n0 1\n1 0\n0 1\n1 0\n\n5 5", "line 7: n = 2 calls for .* there are 10; remove 2"),
        ("2", "line 1: n = 2 .* there are 0; add 8"),
        ("2\n0 1\n1 zero\n0 1\n1 0", "line 3: expected a finite number, got 'zero'"),
    ],
)
def test_a_malformed_file_is_refused_with_the_line(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=words):
        _ = QAPLIB(path=written(tmp_path, text)).space


@pytest.mark.parametrize("settings", [{"n": 1}, {"seed": -1}, {"layout": "circle"}, {"path": "a.dat"}])
def test_settings_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(settings))):
        QuadraticAssignment.model_validate(settings)


def test_a_second_number_behind_the_size_is_passed_over_with_a_note(tmp_path: Path) -> None:
    plain, known = (tmp_path / "plain.dat", tmp_path / "known.dat")
    plain.write_text("2\n\n0 1\n1 0\n\n0 3\n3 0\n")
    known.write_text("2 6\n\n0 1\n1 0\n\n0 3\n3 0\n")
    tasks = [QAPLIB(path=str(path)) for path in (plain, known)]
    assert [[one.tolist() for one in task.matrices] for task in tasks] == [
        [[[0, 1], [1, 0]], [[0, 3], [3, 0]]]
    ] * 2
    assert [task.notes for task in tasks] == [(), (f"{known}, line 1: '6' behind the size is passed over",)]
