"""`hebo pretrain`: from a YAML to weights that a surrogate loads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Hebo = Callable[..., Result]
HEBO = [sys.executable, "-m", "hebo"]

YAML = """
name: small
learner:
  type: neural_process
  sizes: {width: 8, n_layers: 1, n_heads: 2, mlp: 8, column_hidden: 8, n_bars: 16, n_signs: 4}
prior: {type: noisy, of: {type: mixture, members: [gaussian_processes, trees], weights: [2, 1]}}
shapes: {n_columns: [1, 2], n_context: [3, 6], n_queries: 4, mixed: 0.5}
batch_size: 4
n_steps: 6
checkpoint_every: 2
n_validation: 1
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.yaml"
    path.write_text(YAML)
    return path


def card(folder: Path) -> dict:
    return json.loads((folder / "small.json").read_text())


def test_a_training_writes_weights_and_says_where(hebo: Hebo, config: Path) -> None:
    answer = hebo("pretrain", config, "--device", "cpu")
    assert answer.exit_code == 0, answer.output
    folder = Path("runs/pretrain/small")
    assert f"Weights: {folder / 'small.safetensors'}" in answer.stdout
    assert [line.split(",")[0] for line in answer.stdout.splitlines()[:3]] == ["step 2", "step 4", "step 6"]
    written = card(folder)
    assert written["tasks"] == 24
    assert written["pretraining"]["prior"]["of"]["members"][1]["type"] == "trees"
    assert written["limits"] == {"n_columns": [1, 2], "n_context": [3, 6], "levels": True, "categories": 8}


def test_a_part_and_the_rest_are_the_whole(hebo: Hebo, config: Path) -> None:
    hebo("pretrain", config, "output=whole")
    hebo("pretrain", config, "output=parted", "n_steps=3")
    answer = hebo("pretrain", config, "output=parted")
    assert "Goes on after step 3 in parted" in answer.stdout
    assert card(Path("whole"))["sha256"] == card(Path("parted"))["sha256"]


def test_a_stopped_training_keeps_its_weights(config: Path) -> None:
    command = [*HEBO, "pretrain", str(config), "n_steps=100000", "--device", "cpu"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("step 2,")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Stopped; the same command goes on." in err
    last = int(out.splitlines()[-2].split(",")[0].removeprefix("step "))
    assert card(Path("runs/pretrain/small"))["steps"] == last >= 2


def test_two_processes_train_one_network(config: Path) -> None:
    assert two_processes(config, "whole").count("step 6, 48 tasks") == 1, "one of the two says how it goes"
    assert card(Path("whole"))["tasks"] == 48


@pytest.mark.slow
def test_two_processes_go_on_as_if_they_had_not_stopped(config: Path) -> None:
    two_processes(config, "whole")
    two_processes(config, "parted", "n_steps=3")
    two_processes(config, "parted")
    assert card(Path("whole"))["sha256"] == card(Path("parted"))["sha256"]


def two_processes(config: Path, output: str, *more: str) -> str:
    """Train in two processes; return what they print."""
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    command = [*launch, "-m", "hebo", "pretrain", str(config), f"output={output}", *more, "--device", "cpu"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=os.environ)
    assert found.returncode == 0, found.stderr
    return found.stdout


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            ["learner.type=unknown"],
            "small.yaml (override 'learner.type=unknown'): learner.type: 'unknown' is not a",
        ),
        (["prior.of.weights=[0,0]"], "prior.of: weights: all are 0, so that no task can be drawn"),
        (["n_step=3"], "n_step: unknown key. Did you mean 'n_steps'?"),
        (["n_steps=0"], "n_steps: expected greater than or equal to 1"),
        (["shapes.n_context=[9,3]"], "n_context: [9, 3] is empty"),
        (["name=../x"], "name: "),
        (["start_from=nowhere.safetensors"], "nowhere.safetensors: no weights"),
    ],
)
def test_mistakes_are_refused_before_anything_is_trained(
    hebo: Hebo, config: Path, changes: list[str], message: str
) -> None:
    answer = hebo("pretrain", config, *changes)
    assert answer.exit_code in (1, 2)
    assert message in answer.stderr
    assert not Path("runs").exists()


def test_another_plan_does_not_touch_a_finished_one(hebo: Hebo, config: Path) -> None:
    hebo("pretrain", config)
    before = card(Path("runs/pretrain/small"))
    answer = hebo("pretrain", config, "batch_size=8")
    assert answer.exit_code == 2
    assert "began with other settings of batch_size; restore them" in answer.stderr
    assert card(Path("runs/pretrain/small")) == before


def test_a_device_that_is_none_is_refused_in_one_line(hebo: Hebo, config: Path) -> None:
    answer = hebo("pretrain", config, "--device", "abacus")
    assert answer.exit_code != 0
    assert "device 'abacus' cannot be used" in answer.stderr
    assert "say `--device cpu`" in answer.stderr
