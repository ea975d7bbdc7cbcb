"""Every optimizer, on every sort of space."""

from __future__ import annotations

import pandas as pd
import pytest
import torch
from examples import OWN_OPTIMIZERS, SPACES, claimed, example

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.testing.recommenders import check_recommender, play

# Without a fidelity there is nothing to choose for `cost_aware`, and `preferential` is told no values: their
# checks are in `tests/hebo/recommenders/`.
OPTIMIZERS = sorted({*OWN_OPTIMIZERS} - {"cost_aware", "preferential"})
CLAIMED = {name: claimed(name) for name in OPTIMIZERS}
CLAIMS = [(name, sort) for name, sorts in CLAIMED.items() for sort in sorts]


def make(name: str, space: DesignSpace, seed: int = 0) -> Optimizer:
    recipe = example("optimizer", name)
    assert isinstance(recipe, OptimizerRecipe)
    return recipe.build(space, seed=seed)


def home(name: str) -> DesignSpace:
    """The most varied space that an optimizer takes."""
    return SPACES["mixed" if "mixed" in CLAIMED[name] else "categorical"]


@pytest.mark.parametrize(("name", "sort"), CLAIMS)
def test_suggestions_are_feasible_rows_of_the_space(name: str, sort: str) -> None:
    space = SPACES[sort]
    asked = play(make(name, space))
    assert list(asked.columns) == space.names
    assert len(asked) == 8
    assert space.contains(space.encode(asked)).all()


@pytest.mark.parametrize(
    ("name", "sort"), [one for one in CLAIMS if one[1] in ("conditional", "alternatives")]
)
def test_just_the_active_parameters_have_values(name: str, sort: str) -> None:
    space = SPACES[sort]
    asked = play(make(name, space))
    for child, mask in space.conditions.active(space.encode(asked)).items():
        assert asked[child].notna().tolist() == mask.tolist()


@pytest.mark.parametrize("name", [name for name, sorts in CLAIMED.items() if "alternatives" in sorts])
def test_a_pinned_child_of_alternatives_exists_in_every_suggestion(name: str) -> None:
    space = SPACES["alternatives"]
    optimizer = make(name, space)
    play(optimizer, n_rounds=2)
    for _ in range(2):
        asked = optimizer.ask(2, fixed={"k": 3})
        assert asked["k"].tolist() == [3, 3]
        assert (asked[["op1", "op2"]] == "resub").any(axis=1).all()
        assert space.contains(space.encode(asked)).all()
        optimizer.tell(asked, [0.5, 1.5])


@pytest.mark.parametrize(("name", "sort"), CLAIMS)
def test_suggestions_are_distinct(name: str, sort: str) -> None:
    space = SPACES[sort]
    asked = space.encode(play(make(name, space), n_rounds=3))
    if (space.cardinality or 1000) >= 6:
        assert len(torch.unique(asked, dim=0)) == 6


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_recommender_keeps_its_contract(name: str) -> None:
    recipe = example("optimizer", name)
    assert isinstance(recipe, Recommender)
    check_recommender(recipe, home(name))


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_saved_state_and_restored_rounds_continue_alike(name: str) -> None:
    space = home(name)
    original = make(name, space, seed=1)
    rounds = []
    for values in ([1.0, 0.5], [None, 2.0]):
        x = original.ask(2)
        original.tell(x, values)
        rounds.append((x, values))
    loaded, restored = make(name, space, seed=9), make(name, space, seed=1)
    loaded.load_state_dict(original.state_dict())
    restored.restore(rounds)
    expected = original.ask(2)
    pd.testing.assert_frame_equal(loaded.ask(2), expected)
    pd.testing.assert_frame_equal(restored.ask(2), expected)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_pins_hold_and_the_frame_told_is_left_alone(name: str) -> None:
    optimizer = make(name, home(name))
    play(optimizer, n_rounds=2)
    fixed = {"c": [64, 64], "k": 3} if "k" in optimizer.space.names else {"a": "v", "c": "x"}
    asked = optimizer.ask(2, fixed=fixed)
    for parameter, value in fixed.items():
        assert asked[parameter].tolist() == [value, value]
    copy = asked.copy(deep=True)
    optimizer.tell(asked, [1.0, 2.0])
    pd.testing.assert_frame_equal(asked, copy)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_measured_constraints_are_taken_or_refused(name: str) -> None:
    optimizer = make(name, home(name))
    x = optimizer.ask(2)
    try:
        optimizer.tell(x, [1.0, 0.0], constraints=[[-1.0, 0.0], [1.0, 0.0]])
    except IncompatibleError:
        assert len(optimizer.history) == 0
        return
    for number in range(2):
        optimizer.tell(optimizer.ask(2), [0.5, number], constraints=[[-0.5, 1.0], [2.0, -1.0]])
    assert optimizer.best_y == 1.0
    assert len(optimizer.ask(2)) == 2
