"""Tests of HEBO as a whole: it optimizes, repeats itself, and never repeats a point."""

from __future__ import annotations

import json
import math
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.improvement import LogEI
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBO, HEBORecipe
from hebo.presets import bayes_opt
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

SQUARE = DesignSpace().parse(
    [{"name": "x", "type": "num", "lb": -5, "ub": 10}, {"name": "y", "type": "num", "lb": 0, "ub": 15}]
)
QUICK = HEBORecipe(acq_optimizer=NSGA2(n_generations=20))


def branin(frame: pd.DataFrame) -> Any:
    x, y = frame["x"].to_numpy(float), frame["y"].to_numpy(float)
    bent = y - 5.1 * x**2 / (4 * math.pi**2) + 5 * x / math.pi - 6
    return bent**2 + 10 * (1 - 1 / (8 * math.pi)) * np.cos(x) + 10


def run(optimizer: Optimizer, n_rounds: int, batch: int = 1) -> Optimizer:
    for _ in range(n_rounds):
        asked = optimizer.ask(batch)
        optimizer.tell(asked, branin(asked))
    return optimizer


def test_branin_is_solved_in_thirty_evaluations() -> None:
    # Ten times the worst of eight seeds; half of all random searches of this length end above 1.2.
    assert run(HEBO(SQUARE, scramble_seed=0, recipe=QUICK), 30).best_y - 0.397887 < 0.12


def test_batches_of_eight_are_distinct_and_solve_branin() -> None:
    optimizer = run(HEBO(SQUARE, scramble_seed=0, recipe=QUICK), 6, batch=8)
    assert len(optimizer.X.drop_duplicates()) == 48
    assert optimizer.best_y - 0.397887 < 0.1  # the worst of eight seeds ends at 0.0075


def test_any_composition_of_parts_runs() -> None:
    recipe = bayes_opt(
        surrogate=WarpedGP(warp=False, smoothness=1.5, n_starts=2),
        acquisition=LogEI(),
        acq_optimizer=RandomSubset(n_points=512),
        output_transform=Standardize(),
        n_initial=4,
    )
    optimizer = run(recipe.build(SQUARE, seed=0), 6, batch=3)
    assert len(optimizer.X.drop_duplicates()) == 18
    assert optimizer.best_y < 5.0


def test_the_first_points_are_sobol_points() -> None:
    optimizer = HEBO(SQUARE, scramble_seed=4, rand_sample=8)
    asked = optimizer.ask(8)
    halves = {(row.x > 2.5, row.y > 7.5) for row in asked.itertuples()}
    assert len(halves) == 4


def test_asking_again_before_telling_gives_new_points() -> None:
    optimizer = run(HEBO(SQUARE, scramble_seed=0, recipe=QUICK), 4)
    asked = pd.concat([optimizer.ask(2), optimizer.ask(2)])
    assert len(asked.drop_duplicates()) == 4
    assert len(optimizer.pending) == 4


def test_a_finite_space_is_exhausted_before_anything_repeats() -> None:
    space = DesignSpace().parse(
        [
            {"name": "k", "type": "int", "lb": 0, "ub": 3},
            {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
        ]
    )
    optimizer = HEBO(space, scramble_seed=0, recipe=QUICK)
    for _ in range(12):
        asked = optimizer.ask(1)
        optimizer.tell(asked, asked["k"].astype(float))
    assert len(optimizer.X.drop_duplicates()) == 12
    assert len(optimizer.ask(1)) == 1


def test_fixed_inputs_hold_while_the_rest_is_optimized() -> None:
    optimizer = run(HEBO(SQUARE, scramble_seed=0, recipe=QUICK), 10)
    asked = optimizer.suggest(3, fix_input={"x": 2.0})
    assert asked["x"].tolist() == [2.0] * 3
    assert asked["y"].nunique() == 3


def test_a_region_that_always_fails_is_left_for_its_border() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
    best, n_far = [], 0
    for seed in range(3):
        optimizer = HEBO(space, scramble_seed=seed, recipe=QUICK)
        for _ in range(24):
            asked = optimizer.ask(1)
            a, b = asked.iloc[0]
            failed = a > 0.5  # the lowest values, towards (0.9, 0.5), would lie here
            optimizer.tell(asked, [np.nan if failed else (a - 0.9) ** 2 + (b - 0.5) ** 2])
        best.append(optimizer.best_y)
        n_far += int((optimizer.history["a"].iloc[12:] > 0.75).sum())
    assert median(best) < 0.2  # 0.16 on the border
    assert n_far < 12  # of 36, four of which are usual; with no thought of failures, most would lie there


@pytest.mark.parametrize("half", [5, pytest.param(20, marks=pytest.mark.slow)])
def test_saving_and_loading_half_way_changes_nothing(half: int) -> None:
    straight = run(HEBO(SQUARE, scramble_seed=7, recipe=QUICK), 2 * half)
    first = run(HEBO(SQUARE, scramble_seed=7, recipe=QUICK), half)
    second = HEBO(SQUARE, recipe=QUICK)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    pd.testing.assert_frame_equal(run(second, half).X, straight.X)


def test_the_fitted_model_can_be_inspected() -> None:
    optimizer = run(HEBO(SQUARE, scramble_seed=0, recipe=QUICK), 10)
    model = optimizer.fit_model()
    data = optimizer.data
    with torch.no_grad():
        mean = model.posterior(data.x.unsqueeze(-2)).mean.squeeze()
    ranks = torch.stack([mean, data.y.squeeze()]).argsort(1).argsort(1).double()
    assert torch.corrcoef(ranks)[0, 1].item() > 0.9  # whatever the scale on which values are modeled


def test_what_fits_no_model_has_none() -> None:
    optimizer = run(RandomSearch().build(SQUARE, seed=0), 3)
    with pytest.raises(IncompatibleError, match="RandomSearch fits no model; use HEBO"):
        optimizer.fit_model()


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ValueError, match="torch has no device 'abacus' here; use 'cpu'"):
        HEBORecipe(device="abacus")


def test_rand_sample_sets_the_number_of_initial_points_with_a_floor_of_two() -> None:
    loops = [HEBO(SQUARE, rand_sample=n).recommender.of.one.of.members[0] for n in (None, 1, 10)]
    assert [loop.n_initial for loop in loops] == [None, 2, 10]


def test_without_rand_sample_there_is_one_point_more_than_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    n_told: list[int] = []
    fit = WarpedGP.fit

    def spy(self: WarpedGP, data: Data, *args: Any, **others: Any) -> Any:
        n_told.append(len(data.x))
        return fit(self, data, *args, **others)

    monkeypatch.setattr(WarpedGP, "fit", spy)
    run(HEBO(SQUARE, scramble_seed=0, recipe=QUICK), 4)
    assert n_told == [3]


def test_a_recipe_says_all_that_the_other_arguments_would() -> None:
    for others in ({"rand_sample": 5}, {"model_name": "rf"}):
        with pytest.raises(ConfigError, match=r"HEBO takes a recipe, or .* n_initial=\.\.\."):
            HEBO(SQUARE, recipe=QUICK, **others)


@pytest.mark.slow
@pytest.mark.parametrize(("batch", "n_rounds"), [(1, 40), (8, 16)])
def test_the_same_seed_gives_the_same_points(batch: int, n_rounds: int) -> None:
    first = run(HEBO(SQUARE, scramble_seed=1), n_rounds, batch)
    torch.manual_seed(123)
    second = run(HEBO(SQUARE, scramble_seed=1), n_rounds, batch)
    pd.testing.assert_frame_equal(first.X, second.X)
    assert len(first.X.drop_duplicates()) == batch * n_rounds
