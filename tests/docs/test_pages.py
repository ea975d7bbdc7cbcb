"""What README and guides show works as shown: see `pages` for how blocks are marked."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
import yaml
from layers import ROOT
from pages import GUIDE, PAGES, Block, blocks, commands, links, runnable, script_of, write_files

from hebo import DesignSpace
from hebo.experiment.campaign.definition import build_campaign
from hebo.experiment.cli import main
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.experiment import build_experiment
from hebo.experiment.config.parts import build
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import parse_yaml

LANGUAGES = {"python", "yaml", "bash", "sh", "console", "csv", "json", "text", "toml"}
WITH_PYTHON = [page for page in GUIDE if runnable("python", [page])]
# What a file needs beside the keys that a block shows.
EXPERIMENT = {
    "name": "page",
    "optimizers": [{"type": "random_search"}],
    "tasks": [{"type": "branin"}],
    "seeds": [0],
    "budget": {"n_trials": 4},
}
CAMPAIGN = {"name": "page", "optimizer": {"type": "random_search"}}
SPACES = ("space", "task", "candidates")
LINE = [{"name": "x", "type": "num", "lb": 0, "ub": 1}]
QUICK = ("list", "describe", "init", "schema", "scores", "ranks")


def label(page: Path) -> str:
    """The name of a page, for the names of tests."""
    return str(page.relative_to(ROOT))


def block_parameter(block: Block) -> object:
    """A block that names another library is tested with that library."""
    return pytest.param(block, id=block.label, marks=pytest.mark.client if "optuna" in block.body else ())


def is_quick(block: Block, words: list[str]) -> bool:
    """Whether a command takes seconds, and all that it reads is there."""
    if words[:1] == ["ask"]:
        return words[1].startswith("configs/") or words[1] in {one.file for one in blocks([block.page])}
    return words[0] in QUICK and not any(word.startswith("runs/") for word in words)


def completed(text: str, skeleton: Mapping[str, object]) -> str:
    """Return a YAML text with the keys of a skeleton that it lacks."""
    missing = {key: value for key, value in skeleton.items() if key not in yaml.safe_load(text)}
    return text + (yaml.safe_dump(missing) if missing else "")


def run(words: list[str], folder: Path) -> None:
    """Run a Python command line in a folder, in small; it has to succeed."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env={**os.environ, "SMOKE_TEST": "1", "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] or done.stdout[-2000:]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=label)
def test_the_python_blocks_of_a_page_run_in_order(page: Path, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    (tmp_path / "page.py").write_text(script_of(page), encoding="utf-8")
    run(["page.py"], tmp_path)


@pytest.mark.parametrize("block", [block_parameter(one) for one in runnable("yaml")])
@pytest.mark.filterwarnings("ignore::hebo.errors.SuitabilityWarning")
def test_each_yaml_block_is_built(block: Block, tmp_path: Path) -> None:
    write_files(block.page, tmp_path)
    data, file = yaml.safe_load(block.body), str(tmp_path / "page.yaml")
    if isinstance(data, list):
        assert DesignSpace().parse(data).names
    elif "type" in data:
        assert [build(kind, data) for kind, parts in catalog().items() if data["type"] in parts]
    elif "learner" in data:
        assert build_pretraining(parse_yaml(block.body, file=file))
    elif data.keys() & {"optimizer", *SPACES} and "budget" not in data:
        space = {} if data.keys() & set(SPACES) else {"space": LINE}
        assert build_campaign(parse_yaml(completed(block.body, {**CAMPAIGN, **space}), file=file))
    else:
        rest = {
            key: value
            for key, value in EXPERIMENT.items()
            if not ("split" in data and key in ("tasks", "seeds")) and key.removesuffix("s") not in data
        }
        assert build_experiment(parse_yaml(completed(block.body, rest), file=file))


@pytest.mark.parametrize("words", [pytest.param(w, id=f"{b.label} {w[0]}") for b, w in commands("hebo") if w])
def test_each_command_has_the_options_it_is_shown_with(words: list[str]) -> None:
    group = click.Context(main, info_name="hebo")
    if not words[0].startswith("-"):
        name, command, rest = main.resolve_command(group, list(words))
        assert command is not None
        command.make_context(name, rest, parent=group)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        pytest.param(block, words, id=f"{block.label} {words[0]}")
        for block, words in commands("hebo")
        if words and is_quick(block, words)
    ],
)
def test_a_command_that_takes_seconds_runs(block: Block, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    shutil.copytree(ROOT / "configs/campaigns", tmp_path / "configs/campaigns")
    write_files(block.page, tmp_path)
    run(["-m", "hebo", *words], tmp_path)


@pytest.mark.parametrize(
    ("block", "words"), [pytest.param(b, w, id=f"{b.label} {w[0]}") for b, w in commands("python") if w]
)
def test_each_script_and_module_of_a_command_exists(block: Block, words: list[str]) -> None:
    found = importlib.util.find_spec(words[1]) if words[0] == "-m" else (ROOT / words[0]).is_file()
    assert found, f"{block.label}: {words}"


def test_each_make_target_exists() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z-]+):", text, flags=re.MULTILINE))
    named = {word for _, words in commands("make") for word in words if "=" not in word and word[0] != "-"}
    assert named <= known


def test_each_file_in_a_command_exists() -> None:
    words = {word for program in ("hebo", "python") for _, found in commands(program) for word in found}
    named = {word for word in words if word.startswith(("configs/", "docs/")) and "*" not in word}
    assert [word for word in sorted(named) if not (ROOT / word).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_each_relative_link_leads_somewhere(page: Path) -> None:
    assert [target for target in links(page) if not (page.parent / target).exists()] == []


def test_each_block_names_its_language() -> None:
    assert [one.label for one in blocks(PAGES) if one.language not in LANGUAGES] == []


def test_few_blocks_are_excerpts() -> None:
    found = blocks(GUIDE)
    assert sum(one.mark == "excerpt" for one in found) <= len(found) / 10
