"""Tests of `hebo.recommenders.by_objectives`, and of the loop with several objectives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.hypervolume import LogEHVI
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.multi_mace import MultiMACE
from hebo.acquisitions.scalarized import Scalarized
from hebo.base import Acquisition
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe, bayes_opt
from hebo.recommenders.by_objectives import ByObjectives
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize
from mcbo.presets import CombinatorialRecipe

SEARCH = NSGA2(population=16, n_generations=1, screened=32, polish=2)
SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": 0, "ub": 1},
        {"name": "b", "type": "num", "lb": 0, "ub": 1},
        {"name": "kind", "type": "cat", "categories": ["x", "y", "z"]},
    ]
)
QUICK = HEBORecipe(acq_optimizer=SEARCH, n_initial=5)


def measure(x: pd.DataFrame) -> pd.DataFrame:
    """Two conflicting costs; kind z is worse in both."""
    bad = (x["kind"] == "z") * 0.5
    return pd.DataFrame({"near": x["a"] ** 2 + x["b"] + bad, "far": (x["a"] - 1) ** 2 + x["b"] + bad})


def play(optimizer: Optimizer, n: int, q: int = 1) -> Optimizer:
    for _ in range(n):
        x = optimizer.ask(q)
        optimizer.tell(x, measure(x))
    return optimizer


def test_hebo_takes_one_objective_or_several() -> None:
    one, several = HEBORecipe().of.one, HEBORecipe().of.several
    assert one.max_objectives == 1
    assert HEBORecipe().max_objectives == several.max_objectives > 5
    assert not isinstance(HEBORecipe(acquisition=LogEI()).of, ByObjectives)


@pytest.mark.parametrize("acquisition", [LogEHVI(), MultiMACE(), MultiMACE(scalarized=True), Scalarized()])
def test_two_objectives_are_traded_off(acquisition: Acquisition) -> None:
    recipe = bayes_opt(
        surrogate=WarpedGP(),
        acquisition=acquisition,
        acq_optimizer=SEARCH,
        output_transform=Standardize(),
        n_initial=5,
    )
    front = play(recipe.build(SPACE, seed=0), 14).front
    assert list(front.columns) == ["a", "b", "kind", "near", "far"]
    assert len(front) >= 2
    assert front["near"].is_monotonic_increasing == (-front["far"]).is_monotonic_increasing


def test_the_front_holds_what_no_other_point_dominates() -> None:
    optimizer = play(QUICK.build(SPACE, seed=1), 10)
    front = optimizer.front[["near", "far"]].to_numpy()
    every = optimizer.history[["objective_0", "objective_1"]].to_numpy()
    beaten = [bool(((every <= y).all(1) & (every < y).any(1)).any()) for y in every]
    assert len(front) == len(every) - sum(beaten)
    with pytest.raises(
        DataError, match="there are 2 objectives, and no single best point; choose one from `front`"
    ):
        optimizer.best()


def test_batches_are_distinct_and_failures_and_constraints_are_taken() -> None:
    optimizer = QUICK.build(SPACE, seed=2)
    for turn in range(3):
        x = optimizer.ask(8)
        assert len(x.drop_duplicates()) == 8
        y = measure(x)
        y.iloc[turn] = np.nan
        optimizer.tell(x, y, constraints=x["a"] - 0.8)
    assert len(optimizer.y) == 21
    assert (optimizer.front["a"] <= 0.8).all()


def test_points_are_those_of_the_seed_also_after_a_resume() -> None:
    first = play(QUICK.build(SPACE, seed=3), 8)
    again = QUICK.build(SPACE, seed=3)
    again.load_state_dict(first.state_dict())
    pd.testing.assert_frame_equal(first.ask(2), again.ask(2))


def test_before_any_point_is_feasible_violations_are_reduced() -> None:
    optimizer = QUICK.build(SPACE, seed=4)
    for _ in range(10):
        x = optimizer.ask()
        optimizer.tell(x, measure(x), constraints=x["b"] + 1.0)
    with pytest.raises(DataError, match="no feasible point yet"):
        _ = optimizer.front


def test_a_constant_objective_does_not_stop_the_other() -> None:
    optimizer = QUICK.build(SPACE, seed=5)
    for _ in range(9):
        x = optimizer.ask()
        optimizer.tell(x, measure(x).assign(far=1.0))
    assert len(optimizer.front) >= 1


def test_the_model_of_several_objectives_has_an_output_for_each() -> None:
    optimizer = play(QUICK.build(SPACE, seed=6), 7)
    assert optimizer.fit_model().num_outputs == 2


def test_combinatorial_compositions_take_several_objectives() -> None:
    space = DesignSpace().parse(
        [{"name": f"l{i}", "type": "cat", "categories": ["a", "b", "c"]} for i in range(6)]
    )
    optimizer = CombinatorialRecipe(acquisition=LogEHVI(), n_initial=6).build(space, seed=0)
    for _ in range(9):
        x = optimizer.ask()
        count = (x == "a").sum(axis=1), (x == "b").sum(axis=1)
        optimizer.tell(x, np.stack([-np.asarray(one, float) for one in count], axis=1))
    assert len(optimizer.front) >= 2
