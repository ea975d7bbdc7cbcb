from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hebo.experiment.config.beside import beside

FOLDER = Path("/data/study")
SPACE = [{"name": "x", "type": "cat", "categories": ["a.csv", "b.csv"]}]
PYTHON = {"type": "python", "file": "src/objective.py", "function": "f", "space": SPACE}


def test_paths_start_from_the_folder_and_other_settings_stay() -> None:
    assert beside(PYTHON, FOLDER) == PYTHON | {"file": "/data/study/src/objective.py"}
    assert beside(PYTHON | {"file": "/elsewhere/a.py"}, FOLDER)["file"] == "/elsewhere/a.py"


def test_a_folder_that_is_not_named_is_that_of_the_yaml() -> None:
    command: dict[str, Any] = {"type": "command", "argv": ["./train", "{x}"], "space": SPACE}
    assert beside(command, FOLDER) == command | {"cwd": "/data/study"}
    assert beside(command | {"cwd": ".."}, FOLDER)["cwd"] == "/data/study/.."
    assert "file" not in beside({key: one for key, one in PYTHON.items() if key != "file"}, FOLDER)


def test_tasks_in_wrappers_lists_and_halves_are_found() -> None:
    inner = {"type": "noisy", "sd": 0.1, "task": {"type": "cached", "task": PYTHON}}
    split = {"tuning": {"tasks": [inner], "seeds": 2}, "reporting": {"tasks": [PYTHON], "seeds": [7]}}
    found = beside(split, FOLDER)
    assert found["tuning"]["tasks"][0]["task"]["task"]["file"] == "/data/study/src/objective.py"
    assert found["reporting"] == {"tasks": [beside(PYTHON, FOLDER)], "seeds": [7]}


def test_candidates_are_found_there_too() -> None:
    among = {"type": "among_candidates", "candidates": "library.csv", "task": {"type": "branin"}}
    assert beside([among], FOLDER) == [among | {"candidates": "/data/study/library.csv"}]


@pytest.mark.parametrize(
    "value",
    [None, 3, "branin", {"type": "no_such_task", "file": "a"}, {"type": 3}, {"type": "python", "file": 3}],
)
def test_what_is_no_task_or_no_path_stays(value: object) -> None:
    assert beside(value, FOLDER) == value
