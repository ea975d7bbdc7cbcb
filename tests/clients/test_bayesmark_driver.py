"""A driver that starts our optimizer files by path and runs Bayesmark's protocol on them."""

# ruff: noqa: NPY002  (Bayesmark seeds the legacy global stream, so a driver of its kind must, too)

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scripts import module_at

FOLDER = Path(__file__).resolve().parents[2] / "configs" / "bayesmark"
SETTINGS: dict[str, tuple[str, dict[str, Any]]] = json.loads((FOLDER / "config.json").read_text())

API_CONFIGS: dict[str, dict[str, dict[str, Any]]] = {
    "reals": {
        "lin": {"type": "real", "space": "linear", "range": (-2.0, 3.0)},
        "log": {"type": "real", "space": "log", "range": (1e-5, 1e1)},
        "logit": {"type": "real", "space": "logit", "range": (0.9, 1 - 1e-6)},
        "bilog": {"type": "real", "space": "bilog", "range": (-100.0, 1000.0)},
    },
    "integers": {
        "lin": {"type": "int", "space": "linear", "range": (1, 15)},
        "log": {"type": "int", "space": "log", "range": (10, 5000)},
        "bilog": {"type": "int", "space": "bilog", "range": (-50, 50)},
    },
    "lists": {
        "real": {"type": "real", "space": "log", "values": [1e-3, 1e-1, 1e-2, 1e-2]},
        "int": {"type": "int", "space": "linear", "values": [1, 2, 4, 8, 100]},
        "cat": {"type": "cat", "values": ["relu", "tanh", "logistic"]},
        "ordinal": {"type": "ordinal", "values": ["low", "high"]},
        "flag": {"type": "bool"},
    },
    "lasso": {
        "alpha": {"type": "real", "space": "log", "range": (1e-2, 1e2)},
        "fit_intercept": {"type": "bool"},
        "max_iter": {"type": "int", "space": "log", "range": (10, 5000)},
        "positive": {"type": "bool"},
    },
}


def load(name: str) -> Any:
    """Load an optimizer class from the file that `config.json` names, by path."""
    return module_at(FOLDER / SETTINGS[name][0]).opt_wrapper


def build(name: str, config: str, **settings: Any) -> Any:
    return load(name)(API_CONFIGS[config], **SETTINGS[name][1], **settings)


def accepts(entry: dict[str, Any], value: Any) -> bool:
    """Say whether a suggested value is one Bayesmark would take: the right Python type, and in range."""
    types = {"real": float, "int": int, "bool": bool, "cat": str, "ordinal": str}
    if type(value) is not types[entry["type"]]:
        return False
    if "values" in entry:
        return value in entry["values"]
    low, high = entry.get("range", (False, True))
    return bool(low <= value <= high)


def objective(point: dict[str, Any]) -> float:
    return sum(
        math.log1p(abs(value)) if not isinstance(value, str) else len(value) for value in point.values()
    )


@pytest.mark.parametrize("config", API_CONFIGS)
@pytest.mark.parametrize("name", SETTINGS)
def test_a_study_stays_in_the_space_from_start_to_end(name: str, config: str) -> None:
    optimizer = build(name, config, seed=3)
    for _ in range(4):
        points = optimizer.suggest(4)
        assert len(points) == 4
        for point in points:
            assert sorted(point) == sorted(API_CONFIGS[config])
            assert all(accepts(API_CONFIGS[config][key], value) for key, value in point.items())
        optimizer.observe(points, [objective(point) for point in points])
    assert len(optimizer.optimizer.y) == 16
    assert len(optimizer.optimizer.pending) == 0


@pytest.mark.parametrize("name", SETTINGS)
def test_points_nobody_suggested_can_be_observed(name: str) -> None:
    optimizer = build(name, "lists")
    optimizer.observe([{"real": 0.1, "int": 8, "cat": "tanh", "ordinal": "low", "flag": True}], [1.5])
    assert optimizer.optimizer.best_y == 1.5


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_crashed_evaluation_counts_as_failed(bad: float) -> None:
    optimizer = build("HEBO", "reals", seed=0)
    for _ in range(3):
        points = optimizer.suggest(4)
        optimizer.observe(points, [bad, *(objective(point) for point in points[1:])])
    assert len(optimizer.optimizer.y) == 9
    assert np.isfinite(optimizer.optimizer.y).all()
    assert len(optimizer.suggest(4)) == 4


@pytest.mark.parametrize("name", SETTINGS)
def test_a_study_is_repeated_by_numpys_global_seed_as_bayesmark_sets_it(name: str) -> None:
    state = np.random.get_state()
    suggestions = []
    for seed in (5, 5, 6):
        np.random.seed(seed)
        suggestions.append(build(name, "reals").suggest(3))
    np.random.set_state(state)
    assert suggestions[0] == suggestions[1]
    assert suggestions[0] != suggestions[2]


@pytest.mark.parametrize("name", SETTINGS)
def test_the_version_is_that_of_the_installed_package(name: str) -> None:
    assert load(name).primary_import == "hebo"
    assert load(name).get_version()[0].isdigit()


@pytest.mark.parametrize("name", SETTINGS)
def test_names_can_be_part_of_bayesmarks_file_names(name: str) -> None:
    assert "_" not in name
    assert (FOLDER / SETTINGS[name][0]).suffix == ".py"


@pytest.mark.parametrize("name", SETTINGS)
def test_run_as_a_script_the_file_hands_its_class_to_bayesmark(name: str, tmp_path: Path) -> None:
    package = tmp_path / "bayesmark"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "abstract_optimizer.py").write_text("from abc import ABC\nclass AbstractOptimizer(ABC): ...\n")
    (package / "experiment.py").write_text(
        "from bayesmark.abstract_optimizer import AbstractOptimizer\n"
        "def experiment_main(opt_class):\n"
        "    print(opt_class.__name__, issubclass(opt_class, AbstractOptimizer))\n"
    )
    done = subprocess.run(
        [sys.executable, SETTINGS[name][0], "-o", name],
        cwd=FOLDER,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == [load(name).__name__, "True"]
