"""Conformance of a recommender: feasible distinct points, a function of seed and history alone."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import torch

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.random import make_generator, seeded
from hebo.testing.models import allows
from hebo.testing.spaces import SPACES


def check_recommender(recipe: Recommender, *spaces: DesignSpace) -> None:
    """Check a recommender on spaces; those that it cannot search it must refuse with a remedy.

    Args:
        recipe: Quick, and done with its initial points after a few asks.
        spaces: Where; none takes one of every sort (`hebo.testing.spaces.SPACES`).

    Raises:
        AssertionError: With what was expected.
    """
    taken = [space for space in spaces or SPACES.values() if allows(partial(recipe.build, space, seed=0))]
    assert taken, f"{type(recipe).__name__} takes none of the spaces"
    for space in taken:
        _check_points(recipe, space)
        _check_repeats(recipe, space)


def play(optimizer: Optimizer, n_rounds: int = 4, batch: int = 2) -> pd.DataFrame:
    """Ask and tell, or compare, with one failure on the way; return all suggestions."""
    asked = []
    for number in range(n_rounds):
        x = optimizer.ask(batch)
        values: list[Any] = [float(number + row) % 3 for row in range(batch)]
        values[0] = None if number == 1 else values[0]
        _answer(optimizer, x, values)
        asked.append(x)
    return pd.concat(asked, ignore_index=True)


def _answer(optimizer: Optimizer, x: pd.DataFrame, values: list[Any]) -> None:
    """Tell values; to a recommender that learns from comparisons their order, a failure last."""
    if optimizer.max_objectives:
        optimizer.tell(x, values)
        return
    order = sorted(range(len(values)), key=lambda row: (values[row] is None, values[row]))
    optimizer.prefer(x.iloc[order[:-1]], x.iloc[order[1:]])


def _check_points(recipe: Recommender, space: DesignSpace) -> None:
    """Points lie in the space, and none is suggested twice while there are new ones."""
    optimizer = recipe.build(space, seed=0)
    asked = play(optimizer)
    name, points = type(recipe).__name__, space.encode(asked)
    assert list(asked.columns) == space.names, "one column per parameter"
    assert bool(space.contains(points).all()), f"{name} suggests feasible points"
    if (space.cardinality or 1000) >= len(points):
        assert len(torch.unique(points, dim=0)) == len(points), f"{name} suggests no point twice"
    _check_recommendation(optimizer, name)


def _check_recommendation(optimizer: Optimizer, name: str) -> None:
    """What is recommended lies in the space, and looking changes nothing."""
    state, found = optimizer.state_dict(), optimizer.recommendation()
    assert optimizer.state_dict() == state, f"{name} recommends without a change of state"
    point = optimizer.space.encode(found.point)
    assert bool(optimizer.space.contains(point).all()), f"{name} recommends a feasible point"
    if found.mean is None or found.low is None or found.high is None:
        is_best = found.point.equals(optimizer.best_x) or not optimizer.max_objectives
        assert is_best, f"{name} has no model and recommends the best point told"
    else:
        assert found.low <= found.mean <= found.high, f"{name} predicts an interval around the mean"


def _check_repeats(recipe: Recommender, space: DesignSpace) -> None:
    """Points depend on seed and history; global random streams do not matter, and a state is all there is."""
    runs = []
    for stream in (0, 1):
        with seeded(make_generator("global", stream)):
            runs.append(play(recipe.build(space, seed=1)))
    name = type(recipe).__name__
    assert runs[0].equals(runs[1]), f"{name}: same seed, same points"
    assert not runs[0].equals(play(recipe.build(space, seed=2))), f"{name}: another seed, other points"
    original, loaded = recipe.build(space, seed=1), recipe.build(space, seed=9)
    play(original, n_rounds=3)
    loaded.load_state_dict(original.state_dict())
    assert loaded.ask(2).equals(original.ask(2)), f"{name} goes on alike from a saved state"
