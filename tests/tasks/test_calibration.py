"""The calibration script beside the suites: its measures against closed forms, and answers that are kept."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

FOLDER = Path(__file__).parents[2] / "configs" / "benchmarks" / "calibration"
MODULES = ("configurations", "measures", "models", "run")

STAND_IN = """
import json, sys
for number, line in enumerate(sys.stdin):
    request = json.loads(line)
    n = len(request["test_codes"])
    answer = {"failed": "no"} if request["seed"] == 9 else {
        "mean": [float(number + 1)] * n, "variance": [4.0] * n, "cpu_seconds": 0.5}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The modules of the script, which are in no package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield {name: import_module(name) for name in MODULES}
    for name in MODULES:
        sys.modules.pop(name)


def problem(models: Any, seed: int = 0) -> Any:
    space = DesignSpace().parse(
        [
            {"name": "x", "type": "num", "lb": 0, "ub": 2},
            {"name": "c", "type": "cat", "categories": ["a", "b"]},
        ]
    )
    x = torch.tensor([[0.0, 0], [1, 1], [2, 0], [0.5, 1]], dtype=torch.float64)
    y = torch.tensor([[0.0], [1.0], [2.0], [0.4]], dtype=torch.float64)
    return models.Problem(space, x, y, x + torch.tensor([0.0, 0.0]), seed)


def test_right_predictions_cover_nine_in_ten_and_cost_the_entropy(script: dict[str, Any]) -> None:
    y = 3 * torch.randn(40_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    prediction = script["models"].Prediction(torch.zeros_like(y), torch.full_like(y, 9.0), 0.25)
    found = script["measures"].measure(prediction, y)
    assert found["coverage"] == pytest.approx(0.9, abs=0.005)
    assert found["nll"] == pytest.approx(0.5 * math.log(2 * math.pi * math.e * 9), abs=0.01)
    assert found["rmse"] == pytest.approx(3.0, rel=0.01)
    assert found["spearman"] == 0.0
    assert found["cpu_ms"] == 250.0


def test_the_clipped_mean_limits_a_single_point(script: dict[str, Any]) -> None:
    y = torch.tensor([0.0, 100.0], dtype=torch.float64)
    prediction = script["models"].Prediction(torch.zeros(2), torch.ones(2), 0.0)
    found = script["measures"].measure(prediction, y)
    plain = 0.5 * math.log(2 * math.pi)
    assert found["nll"] == pytest.approx(plain + 2500.0)
    assert found["nll_clipped"] == pytest.approx((plain + 10.0) / 2)


def test_differences_are_paired_and_leave_failed_fits_out(script: dict[str, Any]) -> None:
    rows = [
        {"model": model, "task": task, "split": split, "n": 10, "nll": base + split + 10 * (task == "t")}
        for model, base in (("a", 1.5), ("b", 1.0))
        for task in ("s", "t")
        for split in (0, 1)
    ]
    rows[0]["nll"] = math.nan
    table = script["measures"].differences(pd.DataFrame(rows), "b", "nll")
    assert list(table["n"]) == [10, "all"]
    assert table["difference"].tolist() == pytest.approx([0.5, 0.5])
    assert table["lower"].tolist() == pytest.approx([0.5, 0.5])


def test_our_predictions_include_the_noise(script: dict[str, Any]) -> None:
    models = script["models"]
    asked = problem(models)
    found = models.Ours(WarpedGP()).predict(asked)
    generator = make_generator("calibration", asked.seed)
    model = WarpedGP().fit(Data(asked.x, asked.y), asked.space, generator=generator)
    mean, variance = model.marginals(asked.test_x)
    torch.testing.assert_close(found.mean, mean)
    torch.testing.assert_close(found.variance, variance + model.noise_variance)


def test_the_same_question_is_asked_once(script: dict[str, Any], tmp_path: Path) -> None:
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN)
    models, store = script["models"], tmp_path / "answers.jsonl"
    command = [sys.executable, str(program)]
    first = models.Original(command, store).predict(problem(models))
    assert first.mean.tolist() == [-1.0] * 4  # what the original minimises
    again = models.Original(command, store)
    assert again.predict(problem(models)).mean.tolist() == [-1.0] * 4
    assert again.predict(problem(models, seed=1)).variance.tolist() == [4.0] * 4
    assert len(list(map(json.loads, store.read_text().splitlines()))) == 2
    with pytest.raises(models.FitFailed, match="no"):
        again.predict(problem(models, seed=9))
