"""Every optimizer of another library: feasible points, same seed same points, saving and resuming."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from examples import PEER_OPTIMIZERS, SPACES, example

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError, MissingExtraError
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.peers.session import PeerOptimizer

pytestmark = [pytest.mark.client, pytest.mark.filterwarnings("default")]

PARAMETERS = [
    {"name": "a", "type": "num", "lb": -1.0, "ub": 2.0},
    {"name": "rate", "type": "pow", "lb": 1e-4, "ub": 1.0},
    {"name": "k", "type": "int", "lb": 1, "ub": 9},
    {"name": "width", "type": "int", "lb": 1, "ub": 200, "log": True},
    {"name": "c", "type": "cat", "categories": [1, "a", [64, 64]]},
    {"name": "o", "type": "ordinal", "levels": ["low", "mid", "high"]},
    {"name": "f", "type": "bool"},
    {"name": "step", "type": "num", "lb": 0.0, "ub": 1.0, "step": 0.25},
    {"name": "size", "type": "int_exponent", "lb": 16, "ub": 256, "base": 2},
    {"name": "share", "type": "sigmoid", "lb": 0.01, "ub": 0.9},
    {"name": "fixed", "type": "num", "lb": 3.0, "ub": 3.0},
]
ALL_TYPES = DesignSpace().parse(PARAMETERS)
CONTINUOUS = DesignSpace().parse(
    [{"name": f"x{column}", "type": "num", "lb": -1.0, "ub": 1.0} for column in range(3)]
)


@pytest.fixture(params=[name for name in PEER_OPTIMIZERS if name != "external"])
def recipe(request: pytest.FixtureRequest) -> OptimizerRecipe:
    """Each recipe in turn, where its library is installed."""
    made = example("optimizer", request.param)
    assert isinstance(made, OptimizerRecipe)
    try:
        made.build(SPACES["numeric"], seed=0)
    except MissingExtraError as error:
        pytest.skip(str(error))
    return made


@pytest.fixture(autouse=True)
def _global_streams_stay() -> Iterator[None]:
    before = torch.get_rng_state(), np.random.get_state()[1].tobytes()  # type: ignore[index,union-attr]  # noqa: NPY002
    yield
    after = np.random.get_state()[1].tobytes()  # type: ignore[index,union-attr]  # noqa: NPY002
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == after


def loss(x: pd.DataFrame) -> list[float]:
    return [
        float((row["a"] - 0.5) ** 2 + (np.log10(row["rate"]) + 2) ** 2 + row["k"] / 9 - row["f"])
        for row in x.to_dict("records")
    ]


def play(optimizer: Optimizer, n_rounds: int, batch: int = 1) -> list[tuple[pd.DataFrame, Any]]:
    """Ask and tell, with one failure on the way."""
    rounds = []
    for number in range(n_rounds):
        x = optimizer.ask(batch)
        values: list[Any] = loss(x)
        values[0] = None if number == 1 else values[0]
        optimizer.tell(x, values)
        rounds.append((x, values))
    return rounds


def same(a: Optimizer, b: Optimizer, n: int = 2) -> None:
    pd.testing.assert_frame_equal(a.ask(n), b.ask(n))


@pytest.mark.parametrize("batch", [1, 4])
def test_points_of_every_type_are_feasible_and_resume_gives_the_same(
    recipe: OptimizerRecipe, batch: int
) -> None:
    optimizer = recipe.build(ALL_TYPES, seed=1)
    rounds = play(optimizer, 8 if batch == 1 else 2, batch)
    asked = pd.concat([x for x, _ in rounds])
    assert list(asked.columns) == ALL_TYPES.names
    assert ALL_TYPES.contains(ALL_TYPES.encode(asked)).all()
    assert asked["a"].nunique() > 5
    restored = recipe.build(ALL_TYPES, seed=1)
    restored.restore(rounds)
    loaded = recipe.build(ALL_TYPES, seed=2)
    loaded.load_state_dict(optimizer.state_dict())
    expected = optimizer.ask(2)
    pd.testing.assert_frame_equal(restored.ask(2), expected)
    pd.testing.assert_frame_equal(loaded.ask(2), expected)


def test_a_peer_resumes_with_pending_points(recipe: OptimizerRecipe) -> None:
    optimizer, restored = recipe.build(ALL_TYPES, seed=1), recipe.build(ALL_TYPES, seed=1)
    rounds = play(optimizer, 2, 3)
    waiting = optimizer.ask(2)
    restored.restore([*rounds, (waiting, None)])
    same(optimizer, restored)


def test_another_seed_gives_other_points(recipe: OptimizerRecipe) -> None:
    first = recipe.build(ALL_TYPES, seed=1).ask(3)
    assert not first.equals(recipe.build(ALL_TYPES, seed=2).ask(3))


def test_a_peer_learns_from_points_that_it_did_not_ask_for(recipe: OptimizerRecipe) -> None:
    rng = np.random.default_rng(0)
    told = pd.DataFrame(rng.uniform(-1, 1, (40, 3)), columns=CONTINUOUS.names)
    with_values, without = (recipe.build(CONTINUOUS, seed=0) for _ in range(2))
    assert isinstance(with_values, PeerOptimizer)
    with_values.tell(told, (told**2).sum(axis=1).to_numpy())
    x = with_values.ask(2)
    assert CONTINUOUS.contains(CONTINUOUS.encode(x)).all()
    # The one goes through its first design in any case; in the other such points belong to no generation.
    if with_values.recommender.title not in ("smac", "optuna_nsga2"):
        assert not x.equals(without.ask(2))


def test_a_peer_finds_the_bottom_of_a_bowl(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(CONTINUOUS, seed=0)
    for _ in range(20):
        x = optimizer.ask(1)
        optimizer.tell(x, ((x - 0.3) ** 2).sum(axis=1).to_numpy())
    assert optimizer.best_y < 0.3


def test_all_evaluations_may_fail(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(CONTINUOUS, seed=0)
    for _ in range(7):
        x = optimizer.ask(1)
        optimizer.tell(x, [None])
    assert len(optimizer.ask(1)) == 1


def test_a_forgotten_point_is_no_longer_pending(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(CONTINUOUS, seed=0)
    x = optimizer.ask(2)
    optimizer.forget(x[:1])
    optimizer.tell(x[1:], [1.0])
    assert len(optimizer.ask(1)) == 1
    assert len(optimizer.pending) == 1


@pytest.mark.parametrize("name", ["permutation", "sequence", "conditional", "constrained", "table"])
def test_a_space_that_a_peer_cannot_express_is_refused_by_name(recipe: OptimizerRecipe, name: str) -> None:
    with pytest.raises(IncompatibleError, match="use 'hebo'"):
        recipe.build(SPACES[name], seed=0)


def test_a_peer_cannot_pin_parameters(recipe: OptimizerRecipe) -> None:
    with pytest.raises(IncompatibleError, match="without `fixed`"):
        recipe.build(CONTINUOUS, seed=0).ask(1, fixed={"x0": 0.5})


def test_stored_points_of_another_version_are_refused(recipe: OptimizerRecipe) -> None:
    optimizer = recipe.build(CONTINUOUS, seed=0)
    x = optimizer.ask(1)
    x["x0"] = -x["x0"]
    with pytest.raises(DataError, match="other points in round 0"):
        recipe.build(CONTINUOUS, seed=0).restore([(x, [1.0])])
