from __future__ import annotations

from typing import Any

import pytest

from hebo.experiment.config.code import refuse_code, running_code
from hebo.experiment.config.experiment import build_experiment
from hebo.experiment.config.parts import build, find
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import parse_yaml, write_yaml

SPACE = [{"name": "x", "type": "num", "lb": 0, "ub": 1}]
COMMAND = {"type": "command", "argv": ["train", "{x}"], "space": SPACE}
PYTHON = {"type": "python", "file": "a.py", "function": "f", "space": SPACE}
EXTERNAL = {"type": "external", "command": ["optimize"]}


@pytest.mark.parametrize(
    ("kind", "part", "names"),
    [
        ("task", COMMAND, ["command"]),
        ("task", PYTHON, ["python"]),
        ("task", {"type": "noisy", "sd": 0.1, "task": {"type": "cached", "task": COMMAND}}, ["command"]),
        ("task", {"type": "logic_synthesis", "circuit": "adder:4"}, ["logic_synthesis"]),
        ("task", {"type": "noisy", "sd": 0.1, "task": {"type": "branin"}}, []),
        ("optimizer", EXTERNAL, ["external"]),
        ("optimizer", {"type": "hebo"}, []),
    ],
)
def test_parts_that_run_code_are_found_wherever_they_are(
    kind: str, part: dict[str, Any], names: list[str]
) -> None:
    assert [find(type(one)).name for one in running_code(build(kind, part))] == names


@pytest.mark.parametrize(
    ("changes", "path", "said"),
    [
        (
            {"tasks": [{"type": "branin"}, COMMAND]},
            ("tasks",),
            "'command' has a part of the type command, which starts",
        ),
        (
            {"optimizers": [EXTERNAL | {"label": "own"}]},
            ("optimizers",),
            "'own' has a part of the type external",
        ),
    ],
)
def test_an_experiment_that_runs_code_is_refused(
    changes: dict[str, Any], path: tuple[str], said: str
) -> None:
    data = {
        "name": "a",
        "optimizers": [{"type": "sobol"}],
        "tasks": [{"type": "branin"}],
        "budget": {"n_trials": 2},
    }
    refuse_code(build_experiment(parse_yaml(write_yaml(data), file="a.yaml")))
    with pytest.raises(ConfigMistake) as caught:
        refuse_code(build_experiment(parse_yaml(write_yaml(data | changes), file="a.yaml")))
    assert caught.value.path == path
    assert said in str(caught.value)
