"""Tests of `hebo.diagnostics.noise`, of its findings and its advice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

import hebo
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.diagnostics.advice import MAX_REPEATS, advice_on, n_repeats
from hebo.diagnostics.findings import Findings
from hebo.diagnostics.noise import MIN_OBSERVATIONS, diagnose, diagnose_data
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.recommenders.random import RandomSearch

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
Deviation = Callable[[np.ndarray], np.ndarray]


def told(n: int, times: int, deviation: float | Deviation, seed: int = 0) -> Data:
    """`n` values of a smooth function, each point `times` times, with noise."""
    rng = np.random.default_rng(seed)
    x = rng.random((n // times, 2)).repeat(times, 0)
    size = deviation(x) if callable(deviation) else deviation
    y = np.sin(4 * x[:, 0]) + x[:, 1] + size * rng.standard_normal(len(x))
    return Data(torch.from_numpy(x), -torch.from_numpy(y).unsqueeze(1))


def findings(data: Data) -> Findings:
    found = diagnose_data(data, SPACE).findings
    assert found is not None
    return found


@pytest.mark.parametrize("n", [0, 1, 6])
def test_too_few_values_say_how_many_are_missing(n: int) -> None:
    found = diagnose_data(told(n, 1, 0.1), SPACE)
    assert found.findings is None
    assert f"tell {MIN_OBSERVATIONS - n} more" in str(found)


def test_values_that_are_all_equal_have_neither_noise_nor_signal() -> None:
    data = told(20, 1, 0.1)
    assert "All 20 values are equal" in str(diagnose_data(data.with_y(torch.ones_like(data.y)), SPACE))


def test_replicates_measure_the_noise() -> None:
    found = findings(told(90, 3, 0.3))
    assert (found.n_replicated, found.n_replicates) == (30, 90)
    assert found.is_by_replicates
    assert found.replicate_sd == pytest.approx(0.3, rel=0.25)
    assert found.noise_sd == pytest.approx(0.3, rel=0.5)
    assert found.noise_share == pytest.approx(0.09 / (0.09 + 0.55), rel=0.6)


def test_without_replicates_the_model_says_how_noisy_values_are() -> None:
    loud, quiet = findings(told(60, 1, 0.4)), findings(told(60, 1, 0.01))
    assert not loud.is_by_replicates
    assert 0.1 < loud.noise_share < 0.5
    assert quiet.noise_share < 0.02
    assert quiet.loo_r2 > 0.95


@pytest.mark.parametrize("times", [1, 3, 10])
def test_noise_that_grows_along_a_parameter_is_found_with_and_without_replicates(times: int) -> None:
    found = [
        diagnose_data(told(90, times, lambda x: 0.03 * np.exp(4 * x[:, 0]), seed), SPACE)
        for seed in (0, 1, 2)
    ]
    assert sum("The noise is not the same everywhere" in str(one) for one in found) >= 2
    assert any("heteroscedastic_gp" in str(one) for one in found)


@pytest.mark.parametrize("times", [1, 3])
def test_constant_noise_is_called_so(times: int) -> None:
    found = [diagnose_data(told(60, times, 0.3, seed), SPACE) for seed in range(5)]
    assert sum("No sign that the noise varies" in str(one) for one in found) >= 4


def test_variances_that_contradict_replicates_are_named() -> None:
    data = told(60, 3, 0.3)
    wrong = diagnose_data(data.with_y(data.y, torch.full_like(data.y, 25.0)), SPACE)
    right = diagnose_data(data.with_y(data.y, torch.full_like(data.y, 0.09)), SPACE)
    assert "the variances told (y_var) say 5; one of them is wrong" in str(wrong)
    assert "one of them is wrong" not in str(right)
    assert "noise as told: standard deviation 0.3" in str(right)


def test_failed_values_are_counted_and_left_out() -> None:
    data = told(30, 1, 0.1)
    y = data.y.clone()
    y[::10] = torch.nan
    found = findings(data.with_y(y))
    assert (found.n, found.n_failed) == (27, 3)
    assert found.lines()[0] == "observations: 27 and 3 failed"


def test_the_mean_of_the_advised_repeats_is_85_percent_signal() -> None:
    for share in (0.1, 0.4, 0.7):
        k = n_repeats(share)
        assert (1 - share) / (1 - share + share / k) >= 0.85
        assert k == 1 or (1 - share) / (1 - share + share / (k - 1)) < 0.85
    assert n_repeats(0.4) == 4
    assert n_repeats(0.0) == 1
    assert n_repeats(1.0) == n_repeats(0.999) == MAX_REPEATS


QUIET = Findings(
    n=40,
    n_failed=0,
    n_replicated=0,
    n_replicates=0,
    replicate_sd=float("nan"),
    noise_share=0.01,
    is_by_replicates=False,
    learned_share=0.01,
    noise_sd=0.1,
    told_sd=float("nan"),
    loo_r2=0.9,
    tests=(),
    raw_tests=(),
)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "repeating points would teach little"),
        ({"noise_share": 0.4}, "Noise explains 40 % of the variance: observe the best point 4 times"),
        ({"noise_share": 0.8}, "single values say little"),
        ({"loo_r2": 0.1}, "leaves 90 % of the variance unexplained, and cannot tell noise from"),
        ({"n_replicated": 2, "n_replicates": 5}, "(3 beyond the first of each point): 2 more would do"),
        (
            {"n_replicated": 9, "n_replicates": 30, "is_by_replicates": True, "learned_share": 0.3},
            "the objective is rougher than the model",
        ),
    ],
)
def test_advice_follows_from_findings(changes: dict[str, float], sentence: str) -> None:
    assert any(sentence in one for one in advice_on(replace(QUIET, **changes)))  # type: ignore[arg-type]


def test_an_optimizer_is_diagnosed_by_what_it_was_told() -> None:
    optimizer = Optimizer(SPACE, RandomSearch(), seed=0)
    assert "0 values are too few" in str(diagnose(optimizer))
    x = optimizer.ask(24)
    optimizer.tell(x, np.sin(4 * x["a"]) + x["b"])
    found = hebo.diagnose(optimizer, name="yield")
    assert str(found).startswith("Noise of yield\nobservations: 24")
    assert found.findings is not None
    assert found.findings.noise_share < 0.05
    with pytest.raises(DataError, match="objective 1 was asked for, and 1 were told"):
        diagnose(optimizer, objective=1)


def test_each_of_several_objectives_has_its_own_diagnosis() -> None:
    optimizer = Optimizer(SPACE, RandomSearch(), seed=0)
    x = optimizer.ask(30)
    noise = np.random.default_rng(0).normal(size=30)
    optimizer.tell(x, np.stack([x["a"] + x["b"], x["a"] + noise], axis=1))
    shares = [diagnose(optimizer, objective=j).findings for j in (0, 1)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[0].largest_share < 0.2 < shares[1].largest_share


def test_noise_alone_is_not_called_a_rough_objective() -> None:
    for seed in range(3):
        data = told(40, 1, 0.1, seed)
        generator = torch.Generator().manual_seed(seed)
        noise = data.with_y(torch.randn(40, 1, generator=generator, dtype=torch.float64))
        text = str(diagnose_data(noise, SPACE))
        assert "only replicates can" in text or "single values say little" in text
        assert "repeating points would teach little" not in text


def test_categories_and_few_parameters_are_no_obstacle() -> None:
    space = DesignSpace().parse([{"name": "c", "type": "cat", "categories": list("uvw")}])
    x = torch.arange(30, dtype=torch.float64).remainder(3).unsqueeze(1)
    y = x + 0.1 * torch.randn(30, 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = diagnose_data(Data(x, y), space).findings
    assert found is not None
    assert found.n_replicated == 3
    assert "replicates of 3 points" in found.tests[0].compared
