from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from hebo.experiment.cli import main
from hebo.experiment.store import results
from hebo.experiment.store.results import RUN_COLUMNS, TRIAL_COLUMNS, Results


@pytest.fixture
def stored(monkeypatch):
    """Two optimizers, one task, two rounds of one trial; `load_results` finds them."""
    runs, trials = [], []
    for name, values in {"hebo": [3.0, 1.0], "random_search": [4.0, 2.0]}.items():
        runs.append(
            [
                name,
                name,
                "wine",
                0,
                "finished",
                2,
                1,
                np.nan,
                np.nan,
                np.nan,
                {"optimizer": {"type": name}},
                None,
            ]
        )
        for number, value in enumerate(values):
            row = dict.fromkeys(TRIAL_COLUMNS) | {
                "run_id": name,
                "number": number,
                "round": number,
                "competes": True,
            }
            trials.append(row | {"status": "ok", "values": {"y": value}, "extras": {"error": None}})
    found = Results(
        runs=pd.DataFrame(runs, columns=list(RUN_COLUMNS)),
        trials=pd.DataFrame(trials, columns=list(TRIAL_COLUMNS)),
        spaces={"wine": {"parameters": []}},
        objectives={"wine": ("y",)},
        name="made up",
    )
    monkeypatch.setattr(results, "load_results", lambda source: found)


@pytest.mark.usefixtures("stored")
def test_score_prints_means_and_tasks():
    answer = CliRunner().invoke(main, ["score", "anywhere"])
    assert answer.exit_code == 0
    lines = [" ".join(line.split()) for line in answer.output.splitlines()]
    # best 1, median random point 2: random search ends at 2 (loss 1), hebo at 1 (loss 0).
    assert "hebo 100.000 100.000 100.000 1" in lines
    assert "wine 100.000 0.000" in lines


@pytest.mark.usefixtures("stored")
def test_score_of_an_unknown_metric_is_one_line_and_code_1():
    answer = CliRunner().invoke(main, ["score", "anywhere", "--metric", "generalization"])
    assert answer.exit_code == 1
    assert "no extra 'generalization'" in answer.output
