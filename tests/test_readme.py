"""What the README shows works as shown."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hebo.design_space.tables.table_space import TableSpace
from hebo.experiment.campaign.definition import build_campaign
from hebo.experiment.yaml.document import read_yaml

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the fenced code blocks of one language, in order."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [body for name, body in FENCE.findall(text) if name == language]


def commands(program: str) -> list[list[str]]:
    """Return the words of each command line of `program` in the shell blocks, without the program's name."""
    lines = (
        line for body in [*blocks("bash"), *blocks("sh"), *blocks("console")] for line in body.splitlines()
    )
    words = (shlex.split(line.removeprefix("$ "), comments=True) for line in lines)
    return [rest for first, *rest in filter(None, words) if first == program]


def test_the_readme_has_an_example_and_the_two_commands() -> None:
    assert blocks("python")
    assert {"quickstart", "test"} <= {word for rest in commands("make") for word in rest}


@pytest.mark.parametrize("block", blocks("python"))
def test_each_python_block_runs(block: str, tmp_path: Path) -> None:
    script = tmp_path / "block.py"
    script.write_text(block, encoding="utf-8")
    environment = {**os.environ, "SMOKE_TEST": "1", "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_campaign_over_a_library_is_built_as_shown(tmp_path: Path) -> None:
    (block,) = [one for one in blocks("yaml") if "candidates:" in one]
    (tmp_path / "library.yaml").write_text(block, encoding="utf-8")
    (tmp_path / "library.csv").write_text(
        "id,well,cdr3,heat\nL1,A01,CARAQSNSKDY,20\nL2,A02,CARWGQSVTDY,37.5\n"
    )
    _, space, _ = build_campaign(read_yaml(tmp_path / "library.yaml"))
    assert isinstance(space, TableSpace)
    assert space.labels.columns.tolist() == ["id", "well"]
    assert space.decode(space.rows.x)["heat"].tolist() == [20, 37.5]


def test_each_make_target_exists() -> None:
    known = set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    named = {
        word for rest in commands("make") for word in rest if "=" not in word and not word.startswith("-")
    }
    assert named <= known


@pytest.mark.parametrize("subcommand", sorted({rest[0] for rest in commands("hebo") if rest}))
def test_each_subcommand_exists(subcommand: str) -> None:
    arguments = [] if subcommand.startswith("-") else [subcommand]
    done = subprocess.run(
        [sys.executable, "-m", "hebo", *arguments, "--help"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_each_file_in_a_command_exists() -> None:
    named = {word for rest in commands("hebo") for word in rest if word.startswith("configs/")}
    assert [word for word in sorted(named) if not (ROOT / word).is_file()] == []


def test_each_relative_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (ROOT / target).exists()] == []
