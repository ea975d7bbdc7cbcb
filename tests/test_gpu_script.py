"""`.ci/test_gpu.py`: it runs, finds differences, and stops without its device."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import device_cases
import pytest
import torch

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "test_gpu.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    specification = importlib.util.spec_from_file_location("test_gpu_script_under_test", SCRIPT)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_with_the_cpu_for_a_device_all_that_is_chosen_agrees() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "oracle", "kernel spectrum"],
        env={**os.environ, "HEBO_TEST_DEVICE": "cpu"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "antibody oracle" in done.stdout
    assert "2 of 2 computations agree" in done.stdout


def test_without_the_device_it_stops_and_says_so(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEBO_TEST_DEVICE", "cuda:99")
    assert script.main([]) == 1
    assert "has no device 'cuda:99' here" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        (lambda device: torch.tensor([0.0 if device == "cpu" else 0.2]), "DIFFERS, 0.1 allowed"),
        (lambda device: torch.tensor([0.0 if device == "cpu" else torch.nan]), "DIFFERS"),
        (lambda device: torch.zeros(1 if device == "cpu" else 2), "DIFFERS"),
        (lambda device: 1 / len(device[3:]) and torch.zeros(1), "ZeroDivisionError"),
    ],
)
def test_what_differs_or_fails_fails(
    run: Callable[[str], torch.Tensor],
    shown: str,
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HEBO_TEST_DEVICE", "cpu:0")
    monkeypatch.setitem(device_cases.SMALL, "wrong", device_cases.Case(run, 0.1))
    assert script.main(["wrong"]) == 1
    found = capsys.readouterr().out
    assert shown in found
    assert "0 of 1 computations agree" in found


def test_a_name_that_chooses_nothing_fails(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEBO_TEST_DEVICE", "cpu")
    assert script.main(["no such computation"]) == 1
