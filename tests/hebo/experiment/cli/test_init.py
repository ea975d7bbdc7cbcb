from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hebo.errors import ConfigError
from hebo.experiment.cli.starters import (
    KINDS,
    config_and_overrides,
    copy,
    examples,
    kinds,
    starter,
)
from hebo.experiment.config.catalog import catalog
from hebo.experiment.store.results import load_results

Hebo = Callable[..., Result]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def runnable(kind: str) -> Any:
    """A kind whose task has the name of the kind runs once the catalog has such a task."""
    is_missing = kind in ("python", "command") and kind not in catalog()["task"]
    return pytest.param(kind, marks=pytest.mark.xfail(is_missing, reason="no such task yet", strict=True))


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "hebo", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("kind", [runnable(one) for one in KINDS if one != "campaign"])
def test_what_is_written_runs_without_a_change_or_a_file_name(hebo: Hebo, here: Path, kind: str) -> None:
    assert hebo("init", kind).stdout.endswith("Next: hebo run\n")
    done = command("run")
    assert done.returncode == 0, done.stderr
    assert list(here.glob("runs/*/report.html"))
    results = load_results(here / "hebo.yaml")
    assert set(results.trials["status"]) == {"ok"}
    assert len(results.trials) <= 60


def test_a_campaign_asks_for_points_by_the_command_that_is_printed(hebo: Hebo, here: Path) -> None:
    answer = hebo("init", "campaign")
    assert answer.stdout == "Wrote campaign.yaml\nNext: hebo ask campaign.yaml -n 4 -o round1.csv\n"
    assert hebo("ask", "campaign.yaml", "-n", "4", "-o", "round1.csv").exit_code == 0
    assert (here / "round1.csv").read_text().startswith("point,temperature,time,solvent,loss\n1,")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_short_and_begins_with_a_comment(kind: str) -> None:
    for file in starter(kind).files:
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) < 40
        assert lines[0].startswith(("# ", '"""'))
        assert max(map(len, lines)) <= 110


@pytest.mark.parametrize(("kind", "other"), [("python", "objective.py"), ("command", "train.py")])
def test_a_file_that_exists_is_not_overwritten_and_nothing_else_is_written(
    hebo: Hebo, here: Path, kind: str, other: str
) -> None:
    (here / other).write_text("mine")
    answer = hebo("init", kind)
    assert answer.exit_code == 2
    assert answer.stderr == (
        f"error: '{other}' exists, and is not overwritten; name another folder: hebo init {kind} FOLDER\n"
    )
    assert [one.name for one in here.iterdir()] == [other]
    assert (here / other).read_text() == "mine"
    assert hebo("init", kind, "new").exit_code == 0
    assert sorted(one.name for one in (here / "new").iterdir()) == ["hebo.yaml", other]


def test_a_link_that_leads_nowhere_is_not_written_through(here: Path) -> None:
    (here / "hebo.yaml").symlink_to(here / "elsewhere")
    with pytest.raises(ConfigError, match="exists, and is not overwritten"):
        copy(starter("compare"), here)
    assert not (here / "elsewhere").exists()


def test_a_folder_is_made_and_the_next_command_goes_there(hebo: Hebo, here: Path) -> None:
    assert hebo("init", "compare", "a b/c").stdout.endswith("Next: cd 'a b/c' && hebo run\n")
    assert (here / "a b/c/hebo.yaml").is_file()


def test_without_a_name_the_kinds_are_listed_and_nothing_is_written(hebo: Hebo, here: Path) -> None:
    answer = hebo("init")
    assert answer.exit_code == 0
    for one in kinds():
        assert f"  {one.name:<8}  {one.summary}\n" in answer.stdout
    assert "hebo init --list" in answer.stdout
    assert list(here.iterdir()) == []


def test_the_list_has_a_line_for_each_example(hebo: Hebo) -> None:
    answer = hebo("init", "--list")
    lines = answer.stdout.splitlines()
    names = [one.name for one in examples()]
    assert [line.split()[0] for line in lines] == names
    assert {"quickstart", "campaigns/library"} <= set(names)
    assert not any(name.startswith("benchmarks/") for name in names)
    assert all(len(line.split()) > 2 and len(line) < 150 for line in lines)


def test_an_example_is_copied_with_the_files_that_it_names(hebo: Hebo, here: Path) -> None:
    answer = hebo("init", "campaigns/library", "shelf")
    assert answer.stdout.endswith("Next: cd shelf && hebo ask library.yaml -n 4 -o round1.csv\n")
    assert sorted(one.name for one in (here / "shelf").iterdir()) == ["library.csv", "library.yaml"]
    assert hebo("init", "quickstart").stdout == "Wrote quickstart.yaml\nNext: hebo run quickstart.yaml\n"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pyton", "Did you mean 'python'?"),
        ("libary", "Did you mean 'campaigns/library'?"),
        ("xxxxxx", "`hebo init --list` lists the examples."),
    ],
)
def test_an_unknown_name_is_one_line_with_a_hint(hebo: Hebo, here: Path, name: str, hint: str) -> None:
    answer = hebo("init", name)
    assert answer.exit_code == 2
    assert answer.stderr.endswith(f"nor an example. {hint}\n")
    assert answer.stderr.count("\n") == 1
    assert list(here.iterdir()) == []


def test_run_without_a_file_says_how_to_get_one(hebo: Hebo, here: Path) -> None:
    for words in ((), ("seeds=2",)):
        answer = hebo("run", *words)
        assert answer.exit_code == 2
        assert answer.stderr == (
            "error: there is no hebo.yaml in this folder; name a YAML file, or let `hebo init` write one.\n"
        )


def test_overrides_may_come_without_a_file(here: Path) -> None:
    (here / "hebo.yaml").touch()
    default = Path("hebo.yaml")
    assert config_and_overrides([]) == (default, ())
    assert config_and_overrides(["budget.n_trials=3", "seeds=2"]) == (
        default,
        ("budget.n_trials=3", "seeds=2"),
    )
    assert config_and_overrides(["initial_trials_from=a.yaml"]) == (default, ("initial_trials_from=a.yaml",))
    assert config_and_overrides(["x.yaml", "seeds=2"]) == (Path("x.yaml"), ("seeds=2",))
    assert config_and_overrides(["runs/a=b.yaml"]) == (Path("runs/a=b.yaml"), ())
    (here / "a=b").touch()
    assert config_and_overrides(["a=b"]) == (Path("a=b"), ())
