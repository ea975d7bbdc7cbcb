from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from hebo.errors import ConfigError
from tasks.own.loading import importable, load


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


def test_a_file_is_imported_once_under_a_private_name(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    text = f"with open({str(trace)!r}, 'a') as file:\n    file.write('x')\nvalue = __name__\n"
    file = write(tmp_path, "objective.py", text)
    assert load(file) is load(file)
    assert trace.read_text() == "x"
    name = load(file).value
    assert name.startswith("_hebo_own_")
    assert sys.modules[name] is load(file)
    assert "objective" not in sys.modules


def test_helper_modules_of_two_folders_are_kept_apart(tmp_path: Path) -> None:
    path = list(sys.path)
    found = []
    for name in ("one", "two"):
        write(tmp_path / name, "helpers.py", f"name = {name!r}")
        text = "import helpers\ndef now():\n    import helpers, late\n    return helpers.name, late.name\n"
        write(tmp_path / name, "late.py", f"name = {name!r}")
        found.append(load(write(tmp_path / name, "objective.py", text)))
    for name, module in zip(("one", "two", "one"), (*found, found[0]), strict=True):
        with importable(tmp_path / name):
            assert module.now() == (name, name)
            assert sys.modules["helpers"] is module.helpers
    assert {"helpers", "late"}.isdisjoint(sys.modules)
    assert sys.path == path


def test_a_helper_comes_before_a_module_of_its_name_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = ModuleType("helpers")
    monkeypatch.setitem(sys.modules, "helpers", elsewhere)
    write(tmp_path, "helpers.py", "name = 'here'")
    write(tmp_path, "json.py", "1 / 0")  # no helper hides the standard library
    module = load(write(tmp_path, "objective.py", "import helpers, json\nname = helpers.name\n"))
    assert module.name == "here"
    assert sys.modules["helpers"] is elsewhere
    assert module.json is sys.modules["json"]


def test_modules_of_other_places_stay_imported(tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    write(environment, "elsewhere.py", "x = 1")
    text = f"import sys\nsys.path.append({str(environment)!r})\nimport elsewhere\nsys.path.pop()\n"
    load(write(tmp_path, "objective.py", text))
    assert sys.modules.pop("elsewhere").x == 1


def test_a_class_of_the_file_is_found_by_its_module(tmp_path: Path) -> None:
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n"
    assert load(write(tmp_path, "objective.py", text)).A(3).x == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def f(:\n", "objective.py:1: SyntaxError"),
        ("x = 1\nimport no_such_module_of_ours\n", "objective.py:2 cannot be imported (ModuleNotFoundError"),
        ("x = 1\n\n1 / 0\n", "objective.py:3 cannot be imported (ZeroDivisionError: division by zero)"),
        (
            "raise SystemExit(2)\n",
            "objective.py:1 cannot be imported (SystemExit: 2); make it a file that only",
        ),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    file = write(tmp_path, "objective.py", text)
    before = set(sys.modules)
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert said in str(caught.value)
    assert not any(name.startswith("_hebo_own_") for name in set(sys.modules) - before)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no file '.*nothing.py'; correct `file`, which starts"):
        load(tmp_path / "nothing.py")
    with pytest.raises(ConfigError, match=r"notes.txt' is no Python file; name one whose name ends in .py"):
        load(write(tmp_path, "notes.txt", "hello"))


def test_a_keyboard_interrupt_in_a_file_is_none_of_its_errors(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        load(write(tmp_path, "objective.py", "raise KeyboardInterrupt"))
