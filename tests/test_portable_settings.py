"""`make test-portable` uses names that the libraries know on every processor."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from scripts import module_at

SCRIPT = Path(__file__).parents[1] / ".ci" / "test_portable.py"
LOADED = """
import json, sys, numpy, scipy.linalg, torch
core = numpy._core if hasattr(numpy, "_core") else numpy.core
features = core._multiarray_umath.__cpu_features__
print(json.dumps([torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()]))
print(sum(bool(features[name]) for name in sys.argv[1].split()))
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return module_at(SCRIPT)


@pytest.mark.parametrize("number", range(3))
def test_the_libraries_take_a_setting_without_a_word(script: ModuleType, number: int) -> None:
    setting = script.settings()[number]
    disabled = setting.variables.get("NPY_DISABLE_CPU_FEATURES", "")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOADED, disabled],
        env={**os.environ, **setting.variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    capability, n_left = done.stdout.splitlines()
    assert n_left == "0"
    if number == 0:
        assert capability == '["DEFAULT", 1]'


def test_a_processor_without_any_extension_has_three_settings_too(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = np._core if hasattr(np, "_core") else np.core
    monkeypatch.setattr(core._multiarray_umath, "__cpu_dispatch__", [])
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    monkeypatch.setattr(script.platform, "machine", lambda: "riscv64")
    plain, wide, busy = script.settings()
    assert plain.variables["NPY_DISABLE_CPU_FEATURES"] == ""
    assert "OPENBLAS_CORETYPE" not in plain.variables
    assert wide.variables == script.two_threads()
    assert busy.is_busy


def test_one_failing_setting_is_a_failure_and_the_others_run(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = iter([0, 1, 0])
    monkeypatch.setattr(script, "run", lambda setting, arguments: next(codes))
    assert script.main([]) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.split("\n") if line] == [
        "passed",
        "failed",
        "passed",
    ]
    monkeypatch.setattr(script, "run", lambda setting, arguments: 0)
    assert script.main([]) == 0


def test_busy_processes_end_with_their_tests(script: ModuleType) -> None:
    with script.busy(2) as processes:
        assert [one.poll() for one in processes] == [None, None]
    assert all(one.poll() is not None for one in processes)
