from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, EvaluationError
from tasks.base import Task


class Parabola(Task):
    """`x^2`, and `-x` as a second objective."""

    seen: list[int] = []  # noqa: RUF012 - a pydantic field, copied per object

    @property
    def objectives(self) -> tuple[str, ...]:
        return ("square", "minus")

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "x", "type": "num", "lb": -1.0, "ub": 2.0},
            {"name": "c", "type": "cat", "categories": ["a", "b"]},
        ]

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        self.seen.append(len(frame))
        x = frame["x"].to_numpy()
        return np.stack([x**2, -x], axis=1)


class Returns(Task):
    """Returns a given object, whatever it is asked."""

    answer: Any = None

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}]

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        return self.answer


class Dice(Returns):
    """Draws twice per row."""

    @property
    def is_noisy(self) -> bool:
        return True

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        return rng.random(len(frame)) + rng.integers(10, size=len(frame))


class Triangle(Returns):
    """Only points with `x <= 1/2` satisfy the input constraint."""

    @property
    def space(self) -> DesignSpace:  # type: ignore[override]  # a constraint in place of the cached default
        half = {"type": "linear", "coefficients": {"x": 1.0}, "ub": 0.5}
        return DesignSpace().parse(self.parameters(), constraints=[half])

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        return pd.DataFrame({"y": frame["x"].to_numpy(), "note": "seen"})


def frame(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"x": list(values)})


def test_evaluate_returns_one_named_column_per_objective_with_the_index_of_the_frame() -> None:
    points = pd.DataFrame({"c": ["a", "b"], "x": [0.5, -1.0]}, index=[7, 3])
    expected = pd.DataFrame({"square": [0.25, 1.0], "minus": [-0.5, 1.0]}, index=[7, 3])
    pd.testing.assert_frame_equal(Parabola().evaluate(points), expected)


class Sorted(Returns):
    """Sorts the points on the way, as an author may who looks things up."""

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        frame = frame.sort_values("x")
        if self.answer == "column":
            return {"y": frame["x"] * 2.0}
        return frame["x"] * 2.0 if self.answer == "series" else pd.DataFrame({"y": frame["x"] * 2.0})


@pytest.mark.parametrize("kind", ["series", "frame", "column"])
@pytest.mark.parametrize("index", [[0, 1, 2], [7, 3, 7]])
def test_results_belong_to_the_points_that_their_index_names(kind: str, index: list[int]) -> None:
    values = Sorted(answer=kind).evaluate(frame(0.5, 0.1, 0.3).set_axis(index))
    assert values["y"].tolist() == [1.0, 0.2, 0.6]
    assert values.index.tolist() == index


def test_results_with_other_labels_are_refused() -> None:
    task = Returns(answer=pd.Series([1.0, 2.0], index=["a", "b"]))
    with pytest.raises(EvaluationError, match="_evaluate: the index of the result has 'a', 'b' where the fr"):
        task.evaluate(frame(0.5, 0.1))


def test_evaluate_hands_all_rows_of_a_task_without_noise_over_at_once() -> None:
    task = Parabola()
    task.evaluate(pd.DataFrame({"x": [0.0, 1.0, 2.0], "c": "a"}))
    assert task.seen == [3]


def test_evaluate_does_not_change_the_frame() -> None:
    points = pd.DataFrame({"c": ["a", "b"], "x": [0.5, -1.0]}, index=[7, 3])
    before = points.copy(deep=True)
    Parabola().evaluate(points)
    pd.testing.assert_frame_equal(points, before)


def test_evaluate_of_no_points_is_an_empty_table() -> None:
    table = Parabola().evaluate(pd.DataFrame({"x": [], "c": []}))
    assert list(table.columns) == ["square", "minus"]
    assert table.empty


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ({"c": ["a"]}, "x"),
        ({"x": [0.0], "c": ["a"], "z": [1]}, "z"),
        ({"x": [3.0], "c": ["a"]}, "x.*3.0"),
        ({"x": [0.0], "c": ["q"]}, "c.*q"),
        ({"x": [np.nan], "c": ["a"]}, "x"),
    ],
)
def test_evaluate_refuses_points_outside_the_space_and_names_the_parameter(
    points: dict[str, Any], words: str
) -> None:
    task = Parabola()
    with pytest.raises(DataError, match=words):
        task.evaluate(pd.DataFrame(points))
    assert task.seen == []


def test_rows_that_break_an_input_constraint_are_failed_without_being_evaluated() -> None:
    table = Triangle().evaluate(frame(0.25, 0.75, 0.5))
    assert table["y"].isna().tolist() == [False, True, False]
    assert table["y"].tolist()[::2] == [0.25, 0.5]
    assert table["note"].isna().tolist() == [False, True, False]


def test_a_table_of_infeasible_rows_holds_nan_objectives() -> None:
    assert Triangle().evaluate(frame(0.75, 1.0))["y"].isna().all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_count_as_failed(value: float) -> None:
    assert Returns(answer=np.array([value])).evaluate(frame(0.5))["y"].isna().all()


def test_whole_numbers_become_floats() -> None:
    assert Returns(answer=np.array([3])).evaluate(frame(0.5))["y"].dtype == np.float64


def test_a_table_keeps_its_information_columns_behind_the_objectives() -> None:
    answer = pd.DataFrame({"generalization": [0.2], "y": [1.0]})
    assert list(Returns(answer=answer).evaluate(frame(0.5)).columns) == ["y", "generalization"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros(2), r"\(2,\).*1 points; expected \(1,\)"),
        (np.zeros((1, 2)), r"shape \(1, 2\).*'y'"),
        (np.float64(1.0), r"shape \(\)"),
        (pd.DataFrame({"z": [1.0]}), r"'z'.*objectives \['y'\]"),
        (np.array([1j]), "complex128 values for 'y'"),
        ({"y": [1.0], "note": "abc"}, "note"),
        (np.array(["abc"]), "values for 'y'.*real numbers"),
        (None, r"shape \(\)"),
    ],
)
def test_a_task_that_returns_nonsense_is_told_what_was_expected(answer: Any, words: str) -> None:
    with pytest.raises(EvaluationError, match=f"Returns._evaluate returned.*{words}"):
        Returns(answer=answer).evaluate(frame(0.5))


def test_noise_is_a_function_of_seed_and_row() -> None:
    both = Dice().evaluate(frame(0.1, 0.2, 0.3), seed=5)["y"].tolist()
    assert Dice().evaluate(frame(0.1, 0.2, 0.3), seed=5)["y"].tolist() == both
    assert Dice().evaluate(frame(0.1), seed=5)["y"].tolist() == both[:1]
    assert Dice().evaluate(frame(0.9, 0.2), seed=5)["y"].tolist() == both[:2]
    assert len(set(both)) == 3


def test_noise_changes_with_the_seed() -> None:
    assert Dice().evaluate(frame(0.1), seed=5)["y"][0] != Dice().evaluate(frame(0.1), seed=6)["y"][0]


def test_a_task_without_parameters_or_evaluate_cannot_be_made() -> None:
    class Half(Task):
        def parameters(self) -> list[dict[str, Any]]:
            return []

    with pytest.raises(TypeError, match="_evaluate"):
        Half()  # type: ignore[abstract]


def test_the_space_is_built_once() -> None:
    task = Parabola()
    assert task.space is task.space


def test_defaults_say_that_nothing_is_known() -> None:
    task = Returns()
    assert (task.optimum, task.minimizers, task.is_noisy, task.objectives) == (None, None, False, ("y",))
    assert task.name == "Returns"


class Limited(Returns):
    """One objective and one measured constraint."""

    @property
    def constraints(self) -> tuple[str, ...]:
        return ("load",)


def test_measured_constraints_follow_the_objectives_as_numbers() -> None:
    task = Limited(answer={"note": ["n", "m"], "load": [1, np.inf], "y": [2.0, 3.0]})
    found = task.evaluate(pd.DataFrame({"x": [0.1, 0.2]}))
    assert list(found.columns) == ["y", "load", "note"]
    assert found["load"].dtype == np.float64
    assert found["load"].isna().tolist() == [False, True]


@pytest.mark.parametrize("answer", [{"y": [1.0]}, np.ones(1), np.ones((1, 2))], ids=["table", "1d", "2d"])
def test_a_constraint_without_a_named_column_is_an_error_of_the_task(answer: Any) -> None:
    with pytest.raises(EvaluationError, match=r"objectives and constraints \['y', 'load'\]"):
        Limited(answer=answer).evaluate(pd.DataFrame({"x": [0.1]}))


class Talkative(Returns):
    @property
    def is_noisy(self) -> bool:
        return True

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        table = pd.DataFrame({"y": frame["x"].to_numpy()})
        return table.assign(note="low") if table["y"].iloc[0] < 0.5 else table.assign(count=2)


def test_rows_may_have_information_of_their_own() -> None:
    found = Talkative().evaluate(pd.DataFrame({"x": [0.25, 0.75, 0.5]}))
    assert found["y"].tolist() == [0.25, 0.75, 0.5]
    assert found["note"].tolist() == ["low", None, None]
    assert found["count"].tolist() == [None, 2, 2]
