"""Tests of `hebo.acq_optimizers.differential_evolution`: one call a generation, and strategies."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError
from searches import NUMERIC, bowl
from torch import Tensor

from hebo.acq_optimizers.differential_evolution import DifferentialEvolution
from hebo.random import make_generator

STRATEGIES = get_args(DifferentialEvolution.model_fields["strategy"].annotation)


def test_a_generation_is_valued_in_one_call() -> None:
    sizes: list[int] = []

    def noted(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return bowl(x)

    search = DifferentialEvolution(n_raw=32, n_restarts=1, population=24, n_generations=4)
    search.maximize(noted, NUMERIC, generator=make_generator(0))
    assert sizes[0] == 32
    assert sizes[1:6] == 5 * [24]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_climbs(strategy: str) -> None:
    search = DifferentialEvolution(strategy=strategy, n_generations=150)  # type: ignore[arg-type]
    found = search.maximize(bowl, NUMERIC, generator=make_generator(0))
    assert bowl(found.x[:1]).item() > -0.1


def test_an_unknown_strategy_and_a_tiny_population_are_refused() -> None:
    with pytest.raises(ValidationError, match="best1bin"):
        DifferentialEvolution(strategy="best1")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="greater than or equal to 6"):
        DifferentialEvolution(population=5)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_takes_the_least_population(strategy: str) -> None:
    few = {"strategy": strategy, "population": 6, "n_raw": 4, "n_restarts": 1, "n_generations": 2}
    found = DifferentialEvolution(**few).maximize(bowl, NUMERIC, generator=make_generator(0))  # type: ignore[arg-type]
    assert NUMERIC.contains(found.x).all()
