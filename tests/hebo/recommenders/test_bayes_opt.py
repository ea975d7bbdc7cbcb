"""Tests of `hebo.recommenders.bayes_opt`: measured constraints, from the first point to a saved state."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.marginals import marginals
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.failures.success_probability import SuccessProbability
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBORecipe
from hebo.presets import bayes_opt
from hebo.random import make_generator
from hebo.request import Request
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abc"])
SEARCH = NSGA2(population=40, n_generations=10)
QUICK = HEBORecipe(acq_optimizer=SEARCH)
N_EVALUATIONS = 40


def distance(x: pd.DataFrame) -> pd.Series:
    return ((x - 0.5) ** 2).sum(axis=1)


def two_limits(x: pd.DataFrame) -> np.ndarray[Any, Any]:
    """A cylinder in a corner, in units of 0.01, and half of its length: 2.3 % of the space."""
    radius = ((x["a"] - 0.85) ** 2 + (x["b"] - 0.15) ** 2) ** 0.5
    return np.stack([100 * (radius - 0.12), 0.5 - x["c"]], axis=1)


def play(optimizer: Optimizer, n: int, batch: int, *, y_measured: bool = True) -> list[Any]:
    """Minimize the distance from the middle; return the rounds."""
    rounds: list[Any] = []
    for _ in range(n // batch):
        x = optimizer.ask(batch)
        limits = two_limits(x)
        y = distance(x).where(y_measured | (limits <= 0).all(axis=1))
        optimizer.tell(x, y, constraints=limits)
        rounds.append((x, y, limits))
    return rounds


# The nearest feasible point to the middle: (0.7651, 0.2349, 0.5) on the edge of the cylinder.
OPTIMUM = 2 * (0.85 - 0.12 / 2**0.5 - 0.5) ** 2


def test_the_feasible_share_is_small() -> None:
    x = SPACE.decode(SPACE.sample(4000, generator=make_generator(0)))
    assert (two_limits(x) <= 0).all(axis=1).mean() == pytest.approx(0.0226, abs=0.005)


@pytest.mark.parametrize(
    ("recipe", "batch", "seed"),
    [
        (QUICK, 1, 0),
        (QUICK, 4, 1),
        (HEBORecipe(acquisition=LogEI(), acq_optimizer=SEARCH), 2, 2),
        (HEBORecipe(acquisition=ThompsonSampling(), acq_optimizer=SEARCH), 2, 3),
    ],
)
def test_feasible_points_are_found_and_improved_on(recipe: Recommender, batch: int, seed: int) -> None:
    optimizer = recipe.build(SPACE, seed=seed)
    play(optimizer, N_EVALUATIONS, batch)
    assert (two_limits(optimizer.best_x) <= 0).all()
    assert optimizer.best_y == pytest.approx(distance(optimizer.best_x).item())
    assert OPTIMUM * (1 - 1e-9) <= optimizer.best_y < 1.5 * OPTIMUM  # of random points, none is feasible


@pytest.mark.parametrize("seed", range(4))
def test_from_infeasible_points_alone_a_feasible_one_is_found_soon(seed: int) -> None:
    optimizer = QUICK.build(SPACE, seed=seed)
    x = SPACE.decode(SPACE.sample(60, generator=make_generator(seed, "start")))
    start = x[(two_limits(x) > 0).any(axis=1)].head(5)
    optimizer.tell(start, distance(start), constraints=two_limits(start))
    with pytest.raises(DataError, match="no feasible point yet: none of 5"):
        _ = optimizer.best_x
    play(optimizer, 16, 1)  # random points would take 44 on average
    assert (two_limits(optimizer.best_x) <= 0).all()


def test_objectives_that_exist_only_where_feasible_are_no_obstacle() -> None:
    best = []
    for seed in (3, 4, 5):
        optimizer = QUICK.build(SPACE, seed=seed)
        play(optimizer, N_EVALUATIONS, 2, y_measured=False)
        best.append(optimizer.best_y)
    assert median(best) < 1.5 * OPTIMUM


def test_a_forest_models_constraints_as_well() -> None:
    optimizer = HEBORecipe(surrogate=ExtraTrees(n_trees=20), acq_optimizer=SEARCH).build(SPACE, seed=0)
    play(optimizer, 24, 4)
    assert len(optimizer.data.x) == 24


def test_the_acquisition_is_log_ei_plus_the_log_probabilities_of_the_fitted_models() -> None:
    recipe = HEBORecipe(acquisition=LogEI(margin=0.0), acq_optimizer=SEARCH)
    optimizer = recipe.build(SPACE, seed=0)
    play(optimizer, 16, 4)
    assert optimizer.data.feasible.any()
    data = optimizer.data
    proposal = recipe.of.of.members[0].propose(
        Request(1, data, SPACE, SPACE, iteration=4, n_asked=len(data.x), seed=7)
    )
    stack, objective, limits = proposal.stack, proposal.models.objective, proposal.models.constraints
    assert len(limits) == 2
    x = SPACE.sample(50, generator=make_generator(8)).unsqueeze(-2)
    feasible = stack.data.x[optimizer.data.feasible].unsqueeze(-2)
    threshold = marginals(objective, feasible).mean.max()
    of_objective = marginals(objective, x)
    sigma = of_objective.sd
    u = (of_objective.mean - threshold) / sigma
    standard = torch.distributions.Normal(0.0, 1.0)
    expected = (sigma * (u * standard.cdf(u) + standard.log_prob(u).exp())).log()
    for model in limits:
        slack = marginals(model, x)
        expected = expected + standard.cdf(slack.mean / slack.sd).log()
    found = stack.acquisition(stack.models)(x)[:, 0]
    near = expected > -15  # where the plain formulas have digits left
    assert near.sum() > 3
    torch.testing.assert_close(found[near], expected[near], rtol=1e-6, atol=1e-6)


def test_saved_and_restored_optimizers_go_on_alike() -> None:
    first = QUICK.build(SPACE, seed=3)
    rounds = play(first, 12, 2)
    state = json.loads(json.dumps(first.state_dict()))
    loaded, restored = QUICK.build(SPACE, seed=9), QUICK.build(SPACE, seed=3)
    loaded.load_state_dict(state)
    restored.restore(rounds)
    expected = first.ask(3)
    pd.testing.assert_frame_equal(loaded.ask(3), expected)
    pd.testing.assert_frame_equal(restored.ask(3), expected)
    pd.testing.assert_frame_equal(loaded.history, first.history)


def test_a_constraint_that_always_holds_does_not_stop_the_search() -> None:
    optimizer = QUICK.build(SPACE, seed=0)
    for _ in range(6):
        x = optimizer.ask(2)
        optimizer.tell(x, distance(x), constraints=np.full(2, -1.0))
    assert len(optimizer.history) == 12


@pytest.mark.parametrize("limit", [np.nan, 1.0])
def test_constraints_that_say_nothing_lead_to_exploration(limit: float) -> None:
    optimizer = QUICK.build(SPACE, seed=0)
    for _ in range(4):
        x = optimizer.ask(3)
        optimizer.tell(x, distance(x), constraints=np.full((3, 1), limit))
    with pytest.raises(DataError, match="no "):
        _ = optimizer.best_x


def test_unmeasured_constraints_count_as_failures_to_be_avoided() -> None:
    optimizer = QUICK.build(SPACE, seed=0)
    for _ in range(8):
        x = optimizer.ask(2)
        limits = (x["a"] - 0.7).where(x["b"] < 0.8)
        optimizer.tell(x, distance(x), constraints=limits)
    assert optimizer.data.failed.tolist() == optimizer.history["constraint_0"].isna().tolist()
    assert (optimizer.best_x["a"] <= 0.7).all()


def test_one_objective_only_is_taken_beside_constraints() -> None:
    optimizer = HEBORecipe(acq_optimizer=SEARCH, acquisition=MACE()).build(SPACE, seed=0)
    x = optimizer.ask(1)
    with pytest.raises(IncompatibleError, match="takes 1 objective"):
        optimizer.tell(x, [[1.0, 2.0]], constraints=[0.0])
    assert len(optimizer.history) == 0


def cliff(optimizer: Optimizer, n: int) -> tuple[int, float]:
    """Minimize what falls towards points that fail; return how many failed, and the best value."""
    for _ in range(n):
        x = optimizer.ask()
        optimizer.tell(x, (1.0 - x["a"] + 0.2 * (x["b"] - 0.5) ** 2).where(x["a"] < 0.7))
    return int(optimizer.data.failed.sum()), optimizer.best_y


def test_a_power_of_success_draws_fewer_points_beyond_an_edge() -> None:
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
    parts: dict[str, Any] = {
        "surrogate": WarpedGP(),
        "acquisition": LogEI(),
        "acq_optimizer": SEARCH,
        "output_transform": Standardize(),
    }
    plain, careful = (
        [cliff(one.build(space, seed=seed), 20) for seed in range(3)]
        for one in (bayes_opt(**parts), bayes_opt(**parts, failures=SuccessProbability(power=6.0)))
    )
    assert sum(failures for failures, _ in careful) < sum(failures for failures, _ in plain)
    assert max(best for _, best in careful) < 0.35  # 0.3 on the edge
