"""Tests of `hebo.experiment.earlier`: trials of experiments, campaigns and tables for the space of a new run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.experiment.config.earlier import Earlier, read_earlier
from hebo.experiment.earlier.lessons import Lessons, read_lesson, read_lessons
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.outcomes import outcomes_of
from hebo.presets import HEBORecipe, HEBOTransfer
from hebo.recommenders.random import RandomSearch

DEFINITION: list[dict[str, Any]] = [
    {"name": "x1", "type": "num", "lb": -5, "ub": 10},
    {"name": "x2", "type": "num", "lb": 0, "ub": 15},
]
SPACE = DesignSpace().parse(DEFINITION)
TABLE = "x1,x2,loss\n1,2,3.5\n2;3,4,5\n".replace(";", ".")


def space(*more: dict[str, Any], **bounds: float) -> DesignSpace:
    """The space with other bounds of `x1`, and more parameters."""
    return DesignSpace().parse([{**DEFINITION[0], **bounds}, DEFINITION[1], *more])


def table(folder: Path, text: str) -> Path:
    (folder / "older.csv").write_text(text)
    return folder


@pytest.fixture
def experiment(write_config: Callable[..., Path], hebo: Callable[..., Result], tmp_path: Path) -> Path:
    """A finished experiment of two tasks and two seeds, in `out`."""
    tasks = [{"type": "branin"}, {"type": "failing", "task": {"type": "branin"}, "probability": 0.5}]
    config = write_config(tasks=tasks, seeds=[0, 1], budget={"n_trials": 5})
    assert hebo("run", config).exit_code == 0
    return tmp_path


def test_the_trials_of_all_runs_of_a_task_are_read(experiment: Path) -> None:
    lesson = read_lesson(Earlier(source="out", task="branin"), experiment, SPACE, outcomes_of(["y"]))
    assert list(lesson.x.columns) == ["x1", "x2"]
    assert lesson.y.shape == (10, 1)
    assert lesson.note == "out (branin): 10 of 10 trials are learned from"
    from_yaml = read_lesson(
        Earlier(source="config.yaml", task="branin"), experiment, SPACE, outcomes_of(["y"])
    )
    np.testing.assert_array_equal(from_yaml.y, lesson.y)


def test_failed_trials_are_left_out(experiment: Path) -> None:
    lesson = read_lesson(Earlier(source="out", task="failing"), experiment, SPACE, outcomes_of(["y"]))
    assert 0 < len(lesson.y) < 10
    assert np.isfinite(lesson.y).all()
    assert f"{10 - len(lesson.y)} failed" in lesson.note


def test_of_several_tasks_one_is_named(experiment: Path) -> None:
    with pytest.raises(ConfigError, match=r"out: has the tasks branin, failing; say which: `task: \.\.\.`"):
        read_lesson(Earlier(source="out"), experiment, SPACE, outcomes_of(["y"]))
    with pytest.raises(ConfigError, match=r"out: has no task 'brannin'\. Did you mean 'branin'"):
        read_lesson(Earlier(source="out", task="brannin"), experiment, SPACE, outcomes_of(["y"]))


def test_trials_outside_the_space_and_parameters_it_has_not_are_left_out(experiment: Path) -> None:
    narrow = DesignSpace().parse([{**DEFINITION[0], "lb": 0}])
    one = Earlier(source="out", task="branin")
    lesson = read_lesson(one, experiment, narrow, outcomes_of(["y"]))
    assert lesson.x["x1"].min() >= 0
    assert "lie outside the space, the parameters x2 are left out" in lesson.note
    with pytest.raises(ConfigError, match="10 lie outside the space; nothing is left to learn from"):
        read_lesson(one, experiment, space(lb=100, ub=200), outcomes_of(["y"]))


def test_a_parameter_that_the_source_has_not_is_given_or_refused(experiment: Path) -> None:
    wider = space({"name": "c", "type": "cat", "categories": ["u", "v"]})
    with pytest.raises(ConfigError, match="out: the related task has no column 'c'; say which value"):
        read_lesson(Earlier(source="out", task="branin"), experiment, wider, outcomes_of(["y"]))
    one = Earlier(source="out", task="branin", defaults={"c": "v"})
    assert set(read_lesson(one, experiment, wider, outcomes_of(["y"])).x["c"]) == {"v"}


def test_a_parameter_of_another_type_is_refused(experiment: Path) -> None:
    other = DesignSpace().parse([DEFINITION[0], {"name": "x2", "type": "cat", "categories": ["u", "v"]}])
    with pytest.raises(ConfigError, match="'x2' is a number there and no number here; rename one"):
        read_lesson(Earlier(source="out", task="branin"), experiment, other, outcomes_of(["y"]))


def test_a_table_has_columns_of_parameters_and_of_values(tmp_path: Path) -> None:
    folder = table(tmp_path, "x1,x2,loss,by\n1,2,3.5,me\n2.5,4,failed,you\n")
    lesson = read_lesson(Earlier(source="older.csv", values=("loss",)), folder, SPACE, outcomes_of(["y"]))
    assert lesson.x.to_dict("records") == [{"x1": 1, "x2": 2}]
    assert lesson.y.tolist() == [[3.5]]
    assert lesson.note == "older.csv: 1 of 2 trials are learned from, 1 failed"


@pytest.mark.parametrize(
    ("text", "one", "message"),
    [
        (TABLE, Earlier(source="older.csv"), "older.csv.*'y'"),
        (TABLE, Earlier(source="other.csv"), "other.csv: there is no '.*other.csv'; a path is beside"),
        (TABLE, Earlier(source="older.csv", task="t"), "`task` is of an experiment with several"),
        ("x1,x2,y\n1,b,3\n", Earlier(source="older.csv"), "older.csv.*line 2.*'x2'"),
        ("x1,x2,y\n1,2,\n", Earlier(source="older.csv"), "line 2.*'y'.*empty"),
        ("x1,x2,y\n1,99,3\n", Earlier(source="older.csv"), "1 lie outside the space; nothing is left"),
        ("x1,x2,y\n1,2,failed\n", Earlier(source="older.csv"), "1 failed; nothing is left"),
        (TABLE, Earlier(source="older.csv", values=("loss", "x1")), "`values` names 2 columns for 1"),
    ],
)
def test_what_cannot_be_learned_from_is_refused_with_its_place(
    tmp_path: Path, text: str, one: Earlier, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        read_lesson(one, table(tmp_path, text), SPACE, outcomes_of(["y"]))


def test_several_objectives_are_matched_by_their_names(tmp_path: Path) -> None:
    folder = table(tmp_path, "x1,x2,b,a\n1,2,3,4\n")
    assert read_lesson(Earlier(source="older.csv"), folder, SPACE, outcomes_of(["a", "b"])).y.tolist() == [
        [4.0, 3.0]
    ]


def lessons(folder: Path, *sources: Earlier) -> Lessons:
    return Lessons(sources, folder, SPACE, outcomes_of("y"))


def test_an_optimizer_is_told_of_each_source_as_a_task_of_its_own(tmp_path: Path) -> None:
    one = Earlier(source="older.csv", values=("loss",))
    optimizer = HEBOTransfer().build(SPACE, seed=0)
    notes = lessons(table(tmp_path, TABLE), one, one).teach(optimizer)
    assert len(notes) == len(optimizer.related) == 2
    assert optimizer.related[0]["objective_0"].tolist() == [3.5, 5.0]


def test_nothing_but_a_star_is_a_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "runs[1]"
    folder.mkdir()
    (folder / "older[a.csv").write_text("x1,x2,y\n1,2,3\n")
    (folder / "older_b.csv").write_text("x1,x2,y\n1,2,4\n")
    found = read_lessons(Earlier(source="older[*.csv"), folder, SPACE, outcomes_of(["y"]))
    assert [lesson.y.item() for lesson in found] == [3.0]
    place = str(folder / "*.csv")
    assert len(read_lessons(Earlier(source=place), Path(), SPACE, outcomes_of(["y"]))) == 2


def test_a_star_stands_for_all_files_of_such_a_name(tmp_path: Path) -> None:
    for name, value in (("b", 4.0), ("a", 3.0)):
        (tmp_path / f"older_{name}.csv").write_text(f"x1,x2,y\n1,2,{value}\n")
    found = read_lessons(Earlier(source="older_*.csv"), tmp_path, SPACE, outcomes_of(["y"]))
    assert [lesson.y.item() for lesson in found] == [3.0, 4.0]
    optimizer = HEBOTransfer().build(SPACE, seed=0)
    optimizer.set_outcomes(outcomes_of(["y"]))
    assert len(lessons(tmp_path, Earlier(source="older_*.csv")).teach(optimizer)) == 2
    assert len(optimizer.related) == 2
    with pytest.raises(ConfigError, match=r"other_\*.csv: there is no file 'other_\*.csv'"):
        read_lessons(Earlier(source="other_*.csv"), tmp_path, SPACE, outcomes_of(["y"]))


def test_a_star_stands_for_all_tasks_of_an_experiment(experiment: Path) -> None:
    found = read_lessons(Earlier(source="out", task="*"), experiment, SPACE, outcomes_of(["y"]))
    assert [lesson.note.split(":")[0] for lesson in found] == ["out (branin)", "out (failing)"]
    with pytest.raises(ConfigError, match=r"older.csv' has one task; leave `task` out"):
        read_lessons(
            Earlier(source="older.csv", task="*"), table(experiment, TABLE), SPACE, outcomes_of(["y"])
        )


def test_a_store_without_a_common_space_is_refused_with_the_parameter_and_the_remedy(
    experiment: Path,
) -> None:
    other = DesignSpace().parse([{"name": "rate", "type": "num", "lb": 0, "ub": 1}])
    with pytest.raises(ConfigError, match="no column 'rate'; say which value held there"):
        read_lessons(Earlier(source="out", task="*"), experiment, other, outcomes_of(["y"]))


def test_an_optimizer_that_makes_no_use_of_them_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="makes no use of related tasks"):
        lessons(tmp_path, Earlier(source="nowhere.csv")).teach(HEBORecipe().build(SPACE, seed=0))
    assert lessons(tmp_path).teach(HEBORecipe().build(SPACE, seed=0)) == []


def test_nothing_is_told_if_one_of_several_sources_cannot_be_read(tmp_path: Path) -> None:
    optimizer = RandomSearch().build(SPACE, seed=0)
    sources = Earlier(source="older.csv", values=("loss",)), Earlier(source="nowhere.csv")
    with pytest.raises(ConfigError, match="there is no"):
        lessons(table(tmp_path, TABLE), *sources).teach(optimizer)
    assert optimizer.related == ()


def test_a_yaml_names_one_source_or_several() -> None:
    assert read_earlier({}) == ()
    assert read_earlier({"initial_trials_from": "a.csv"}) == (Earlier(source="a.csv"),)
    entries = ["a.csv", {"source": "b", "task": "t", "defaults": {"c": 1}}]
    assert read_earlier({"initial_trials_from": entries}) == (
        Earlier(source="a.csv"),
        Earlier(source="b", task="t", defaults={"c": 1}),
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "initial_trials_from: is an empty list"),
        (3, "initial_trials_from: expected a path, or a mapping"),
        ([{"task": "t"}], r"initial_trials_from\[0\].*source.*missing"),
        ({"source": "a", "taks": "t"}, "taks: unknown key. Did you mean 'task'"),
        ("", "initial_trials_from.source"),
    ],
)
def test_a_yaml_that_says_something_else_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ConfigMistake, match=message):
        read_earlier({"initial_trials_from": given})
