"""Tests of `hebo.diagnostics.trust`: what is said of a model that predicts, and of one that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def told(
    function: Callable[[pd.DataFrame], Any], n: int = 50, outcomes: Any = "loss", constraints: Any = ()
) -> Optimizer:
    optimizer = HEBORecipe().build(SPACE, seed=0)
    optimizer.set_outcomes(outcomes, constraints)
    points = SPACE.decode(SPACE.sample(n, generator=torch.Generator().manual_seed(0)))
    optimizer.tell(points, function(points))
    return optimizer


def test_a_function_that_is_predicted_is_to_be_trusted() -> None:
    found = told(lambda x: np.sin(4 * x["a"]) + x["b"]).diagnose()["loss"]
    assert found.r2 > 0.9
    assert found.coverage == pytest.approx(0.9, abs=0.1)
    assert found.verdict.startswith("Trust the model of loss within its intervals: it explains")


def test_pure_noise_is_not() -> None:
    rng = np.random.default_rng(0)
    found = told(lambda x: rng.standard_normal(len(x))).diagnose()
    assert found["loss"].r2 < 0.2
    assert "Do not trust the model of loss" in str(found)


def test_held_out_predictions_stand_beside_measurements_in_their_own_units() -> None:
    optimizer = told(lambda x: 80 - 30 * (x["a"] - 0.5) ** 2 + x["b"], outcomes={"yield": "maximize"})
    found = optimizer.diagnose()["yield"].held_out
    assert list(found) == ["a", "b", "measured", "predicted", "low", "high"]
    assert found["measured"].to_numpy() == pytest.approx(optimizer.history["yield"].to_numpy())
    assert (found["low"] <= found["predicted"]).all()
    assert (found["predicted"] <= found["high"]).all()
    assert np.corrcoef(found["measured"], found["predicted"])[0, 1] > 0.9


def test_each_quantity_has_a_row_and_a_paragraph() -> None:
    optimizer = told(
        lambda x: pd.DataFrame({"cost": x["a"], "pH": 6 + x["b"], "dirt": x["a"] + x["b"]}),
        outcomes={"cost": "minimize", "pH": {"target": 6.5}},
        constraints=[{"name": "dirt", "ub": 1.5}],
    )
    found = optimizer.diagnose()
    assert list(found.table.index) == ["cost", "pH", "dirt"]
    assert list(found.table) == ["n", "r2", "coverage", "width", "noise_share", "noise_sd"]
    for name in found.table.index:
        assert f"Model of {name}" in found.text
        assert f"Noise of {name}" in found.text
    assert found.table["r2"].min() > 0.9


def test_noise_of_replicates_comes_with_its_advice() -> None:
    rng = np.random.default_rng(0)
    optimizer = HEBORecipe().build(SPACE, seed=0)
    points = SPACE.decode(SPACE.sample(25, generator=torch.Generator().manual_seed(0)))
    points = points.loc[points.index.repeat(3)].reset_index(drop=True)
    optimizer.tell(points, points["a"] + 0.5 * rng.standard_normal(75))
    found = optimizer.diagnose()["objective_0"]
    assert found.noise.findings is not None
    assert found.noise.findings.is_by_replicates
    assert found.noise.findings.noise_sd == pytest.approx(0.5, rel=0.4)
    assert found.noise.advice


def test_few_measurements_say_how_many_are_missing() -> None:
    assert "6 measurements are too few to tell whether the model predicts; tell 4 more" in str(
        told(lambda x: x["a"], n=6).diagnose()
    )


@pytest.mark.parametrize(("goal", "side"), [("minimize", "high"), ("maximize", "high")])
def test_noise_that_grows_with_the_value_is_high_where_the_value_is(goal: str, side: str) -> None:
    rng = np.random.default_rng(1)
    optimizer = told(
        lambda x: 10 + 5 * x["a"] + np.where(x["a"] > 0.5, 2.0, 0.05) * rng.standard_normal(len(x)),
        n=120,
        outcomes={"yield": goal},
    )
    found = optimizer.diagnose()["yield"].noise.findings
    assert found is not None
    splits = {one.split for one in found.tests}  # type: ignore[attr-defined]
    assert splits <= {f"the objective is {side}", "a is high"}
