from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hebo.errors import ConfigError, EvaluationError
from hebo.experiment.config.parts import build
from tasks.base import Task

LR = {"name": "lr", "type": "num", "lb": 0, "ub": 1}
SOLVER = {"name": "solver", "type": "cat", "categories": ["adam", "sgd"]}
MOMENTUM = {"name": "momentum", "type": "num", "lb": 0, "ub": 1, "active_if": {"solver": ["sgd"]}}
FRAME = pd.DataFrame({"lr": [0.5, 0.25], "solver": ["adam", "sgd"]})

Make = Callable[..., Task]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a function into a file, and return the task of it."""

    def make(text: str, **settings: Any) -> Task:
        (tmp_path / "objective.py").write_text(text)
        given = {
            "type": "python",
            "file": str(tmp_path / "objective.py"),
            "function": "train",
            "space": [LR, SOLVER],
        }
        task = build("task", given | settings)
        assert isinstance(task, Task)
        return task

    return make


def test_a_function_of_keyword_arguments_is_an_objective(make: Make) -> None:
    task = make("def train(lr, solver):\n    return lr if solver == 'adam' else 2 * lr\n")
    task.require()
    assert task.objectives == ("value",)
    assert task.evaluate(FRAME)["value"].tolist() == [0.5, 0.5]


def test_values_are_as_measured_with_further_ones_as_information(make: Make) -> None:
    task = make(
        "def train(config):\n"
        "    more = {'why': [1]} if config['solver'] == 'sgd' else {}\n"
        "    return {'ms': 30, 'accuracy': config['lr'], **more}\n",
        objectives=[{"name": "accuracy", "goal": "maximize"}],
        constraints=[{"name": "ms", "ub": 20}],
    )
    found = task.evaluate(FRAME)
    assert list(found.columns) == ["accuracy", "ms", "why"]
    assert found["accuracy"].tolist() == [0.5, 0.25]
    assert found["ms"].tolist() == [30.0, 30.0]
    assert found["why"].tolist() == [None, [1]]
    assert task.outcomes.objectives[0].goal == "maximize"


def test_the_seed_is_that_of_the_evaluation(make: Make) -> None:
    task = make("def train(lr, solver, seed):\n    return seed\n")
    first, again = (task.evaluate(FRAME, seed=3)["value"].tolist() for _ in range(2))
    assert first == again
    assert first[0] != first[1]
    assert task.evaluate(FRAME, seed=4)["value"].tolist() != first


def test_reported_values_are_kept_as_information(make: Make) -> None:
    task = make(
        "def train(lr, solver, report):\n    report(1, 0.5)\n    report(2, loss=0.25)\n    return lr\n"
    )
    rows = task.evaluate(FRAME)["intermediate"][0]
    assert rows == [{"step": 1, "value": 0.5}, {"step": 2, "loss": 0.25}]


def test_a_parameter_whose_condition_does_not_hold_is_none(make: Make) -> None:
    text = "def train(lr, solver, momentum):\n    return -1.0 if momentum is None else momentum\n"
    task = make(text, space=[LR, SOLVER, MOMENTUM])
    frame = FRAME.assign(momentum=[None, 0.75])
    assert task.evaluate(frame)["value"].tolist() == [-1.0, 0.75]


def test_what_a_function_raises_comes_out(make: Make) -> None:
    with pytest.raises(ZeroDivisionError):
        make("def train(lr, solver):\n    return lr / 0\n").evaluate(FRAME)


def test_what_is_no_answer_says_which_function_gave_it(make: Make) -> None:
    with pytest.raises(
        EvaluationError, match=r"`train` returned 'low' \(str\); expected a number, or a mapping"
    ):
        make("def train(lr, solver):\n    return 'low'\n").evaluate(FRAME)


def test_helper_modules_are_found_while_a_function_runs(make: Make, tmp_path: Path) -> None:
    (tmp_path / "helper_of_train.py").write_text("factor = 4")
    task = make(
        "def train(lr, solver):\n    import helper_of_train\n    return lr * helper_of_train.factor\n"
    )
    assert task.evaluate(FRAME)["value"].tolist() == [2.0, 1.0]


def test_nothing_is_imported_before_it_is_required(make: Make, tmp_path: Path) -> None:
    task = make(
        "import pathlib\npathlib.Path(__file__).with_name('trace').touch()\ndef train(lr, solver): ...\n"
    )
    assert task.space.names == ["lr", "solver"]
    assert task.name == "train"
    assert (task.optimum, task.best_known) == (None, None)
    assert not (tmp_path / "trace").exists()
    task.require()
    assert (tmp_path / "trace").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "def tain(lr, solver): ...\n",
            "there is no function `train`; define it, or correct `function`. Did you mean",
        ),
        ("train = 3\n", "`train` is no function but int"),
        ("def train(lr): ...\n", "`train`(lr) takes no keyword argument 'solver'"),
    ],
)
def test_a_function_that_cannot_work_is_refused_before_any_evaluation(
    make: Make, text: str, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        make(text).require()
    assert said in str(caught.value)
    assert "objective.py" in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"objectives": [{"name": "loss"}, "loss"]}, "'loss' is measured twice"),
        ({"objectives": ["lr"]}, "'lr' is a parameter and is measured as well; rename one of the two"),
        ({"objectives": []}, "objectives is an empty list; name what is optimized"),
        ({"objectives": [{"name": "loss", "goal": "max"}]}, "objectives[0]: 'max' is no goal"),
        (
            {"objectives": [{"name": "pH", "goal": "target"}]},
            "objectives[0]: the objective 'pH' has the goal target",
        ),
        ({"constraints": [{"name": "ms"}]}, "constraints[0]: the constraint 'ms' has no limit"),
        ({"space": []}, "space: "),
        ({"space_list": [LR]}, "space_list: unknown key. Did you mean 'space'?"),
        ({"functon": "train"}, "functon: unknown key. Did you mean 'function'?"),
        ({"arguments": "positional"}, "arguments: "),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_place(
    make: Make, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        make("", **settings)
    assert said in str(caught.value)


def test_a_wrapped_function_has_no_best_known_value_either(make: Make) -> None:
    inner = make("", objectives=[{"name": "loss", "unit": "%"}])
    wrapped = build("task", {"type": "noisy", "sd": 0.1, "task": inner})
    assert isinstance(wrapped, Task)
    assert wrapped.best_known is None


def test_a_file_that_is_removed_during_a_run_is_not_missed(make: Make, tmp_path: Path) -> None:
    task = make("def train(lr, solver):\n    return lr\n")
    task.require()
    (tmp_path / "objective.py").unlink()
    assert task.evaluate(FRAME)["value"].tolist() == [0.5, 0.25]
