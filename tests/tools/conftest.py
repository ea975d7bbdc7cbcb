from __future__ import annotations

from pathlib import Path

import pytest
from checkouts import run_experiment
from layers import ROOT

CONFIG = "configs/quickstart.yaml"
SMALL = (
    "optimizers=[{type: random_search}]",
    "tasks=[{type: branin}, {type: pressure_vessel}]",
    "seeds=[1000000, 0]",
    "budget={n_trials: 4, batch_size: 2}",
    "executor={type: in_process}",
)


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of four runs of four trials, by `hebo run` in this checkout."""
    return run_experiment(ROOT, CONFIG, tmp_path_factory.mktemp("small"), *SMALL)
