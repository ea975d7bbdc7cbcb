"""The calibration script beside the suites: predictions of ours, and answers of others that are kept."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from scripts import modules_of

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

MODULES = ("configurations", "models", "run")

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
    with modules_of("calibration", MODULES, monkeypatch) as modules:
        yield modules


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
    assert first.mean.tolist() == [-1.0] * 4  # what the original minimizes
    again = models.Original(command, store)
    assert again.predict(problem(models)).mean.tolist() == [-1.0] * 4
    assert again.predict(problem(models, seed=1)).variance.tolist() == [4.0] * 4
    assert len(list(map(json.loads, store.read_text().splitlines()))) == 2
    with pytest.raises(models.FitFailed, match="no"):
        again.predict(problem(models, seed=9))
