"""Tests of `hebo.recommenders.at_perturbations` in the loop: evaluations around the designs."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pandas import DataFrame
from pydantic import ValidationError

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.improvement import LogEI
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.recommenders.at_perturbations import AtPerturbations
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.recommenders import check_recommender
from hebo.transforms.power import Standardize

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "k", "type": "int", "lb": 0, "ub": 9},
        {"name": "c", "type": "cat", "categories": ["u", "v"]},
    ]
)
SHIFTS = [{"a": -0.1}, {"a": 0.1}, {"k": 1}, {"k": -1}]


def loop(**settings: Any) -> AtPerturbations:
    return AtPerturbations(
        of=BayesOptRecipe(
            surrogate=Perturbed(of=WarpedGP(), **(settings or {"perturbations": SHIFTS})),
            acquisition=LogEI(),
            acq_optimizer=NSGA2(population=20, n_generations=4),
            output_transform=Standardize(),
            n_initial=4,
        )
    )


def cost(points: DataFrame) -> Any:
    return (points["a"] - 0.4) ** 2 + 0.01 * (points["k"] - 4) ** 2 + (points["c"] == "u")


@pytest.mark.parametrize("batch", [1, 8])
def test_points_are_new_and_of_the_space(batch: int) -> None:
    optimizer, asked = loop().build(SPACE, seed=0), []
    for _ in range(16 // batch):
        points = optimizer.ask(batch)
        values = cost(points)
        values.iloc[0] = None if len(asked) == 1 else values.iloc[0]
        optimizer.tell(points, values)
        asked.append(points)
    assert not pd.concat(asked).duplicated().any()
    assert SPACE.contains(SPACE.encode(pd.concat(asked, ignore_index=True))).all()


def test_a_pinned_parameter_is_not_moved() -> None:
    optimizer = loop().build(SPACE, seed=0)
    points = optimizer.ask(6)
    optimizer.tell(points, cost(points))
    assert set(optimizer.ask(3, fixed={"a": 0.25})["a"]) == {0.25}


def test_the_contract_of_recommenders_is_kept() -> None:
    check_recommender(loop(input_sd={"a": 0.1}, n_perturbations=4), SPACE)


def test_what_says_nothing_about_perturbations_is_refused() -> None:
    plain = loop().of.model_copy(update={"surrogate": WarpedGP()})
    others: list[Recommender] = [RandomSearch(), plain]
    for other in others:
        with pytest.raises(ValidationError, match="says nothing about perturbations; use bayes_opt_loop"):
            AtPerturbations(of=other)
