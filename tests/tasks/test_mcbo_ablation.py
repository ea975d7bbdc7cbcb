"""The ablation script of the combinatorial presets: the published parts, and the table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
import torch
from scripts import modules_of

from hebo.acquisitions.marginals import NormalMarginals
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator

MODULES = ("published", "run")
SPACE = DesignSpace().parse([{"name": f"x{i}", "type": "cat", "categories": list("ab")} for i in range(4)])


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The modules of the script, which are in no package."""
    with modules_of("mcbo_ablation", MODULES, monkeypatch) as modules:
        yield modules


def test_the_published_correlation_never_falls_below_one_over_e(script: dict[str, Any]) -> None:
    kernel = script["published"].NormalizedOverlap().build(SPACE, range(4), generator=make_generator(0))
    x = torch.tensor([[0.0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 1, 1]], dtype=torch.float64)
    expected = torch.tensor([1.0, math.exp(-1.0), math.exp(-0.5)], dtype=torch.float64)
    torch.testing.assert_close(kernel(x[:1], x).to_dense()[0], expected)


def test_the_published_amplitude_is_not_learned(script: dict[str, Any]) -> None:
    x = SPACE.sample(12, generator=make_generator(0))
    model = (
        script["published"]
        .FixedAmplitudeGP()
        .fit(Data(x, 0.01 * x[:, :1]), SPACE, generator=make_generator(0))
    )
    assert math.isclose(float(model.covariance.signal), math.e)


def test_expected_improvement_is_the_exponential_of_its_logarithm(script: dict[str, Any]) -> None:
    one = torch.ones(1, dtype=torch.float64)
    value = script["published"].ExpectedImprovement().over(NormalMarginals(0.0 * one, one), 0.0 * one)
    assert math.isclose(float(value), 1 / math.sqrt(2 * math.pi))


def test_the_table_compares_with_the_default(script: dict[str, Any]) -> None:
    runs = pd.DataFrame(
        {"task": task, "variant": variant, "seed": seed, "best": seed + (variant == "EI")}
        for task in script["run"].TASKS
        for variant in script["run"].VARIANTS
        for seed in range(3)
    )
    table = script["run"].summary(runs)
    assert table["difference"].tolist() == [0.0, 0.0, 1.0, 0.0]
    assert table.loc["EI", "lower"] == 1.0
