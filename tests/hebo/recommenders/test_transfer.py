"""Tests of `hebo.recommenders.transfer` and of the preset around it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.acq_optimizers.random import RandomSubset
from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe, HEBOTransfer
from hebo.recommenders.sobol import Sobol
from hebo.recommenders.transfer import Transfer
from hebo.transforms.power import Standardize

DEFINITION = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"]
SPACE = DesignSpace().parse(DEFINITION)
FIRST = pd.DataFrame({"a": [0.1, 0.2, 0.3], "b": [0.5, 0.5, 0.5]})
SECOND = pd.DataFrame({"a": [0.8, 0.9], "b": [0.7, 0.7]})


def told(n_best: int = 1) -> Optimizer:
    optimizer = Transfer(of=Sobol(), n_best=n_best).build(SPACE, seed=0)
    optimizer.learn_from(FIRST, [3.0, 1.0, 2.0])
    optimizer.learn_from(SECOND, [5.0, 4.0])
    return optimizer


def test_the_best_point_of_each_task_comes_first() -> None:
    optimizer = told()
    asked = [optimizer.ask() for _ in range(3)]
    assert [frame["a"].item() for frame in asked[:2]] == [0.2, 0.9]
    assert asked[2]["a"].item() not in {0.2, 0.9}


def test_a_batch_has_them_before_the_points_of_the_other_recommender() -> None:
    asked = told(n_best=2).ask(6)
    assert asked["a"].tolist()[:4] == [0.2, 0.9, 0.3, 0.8]
    assert not asked.duplicated().any()


def test_of_many_tasks_a_portfolio_of_so_many_points_comes_first() -> None:
    optimizer = Transfer(of=Sobol(), max_points=2).build(SPACE, seed=0)
    grid = pd.DataFrame({"a": [0.1 * place for place in range(11)], "b": 0.5})
    for optimum in (0.1, 0.2, 0.3, 0.9):
        optimizer.learn_from(grid, (grid["a"] - optimum) ** 2)
    asked = [optimizer.ask()["a"].item() for _ in range(3)]
    assert asked[:2] == pytest.approx([0.2, 0.9])
    assert asked[2] not in asked[:2]


def test_fewer_tasks_than_points_are_served_in_turn() -> None:
    optimizer = Transfer(of=Sobol(), max_points=3).build(SPACE, seed=0)
    optimizer.learn_from(SECOND, [5.0, 4.0])
    optimizer.learn_from(FIRST, [3.0, 1.0, 2.0])
    assert optimizer.ask(2)["a"].tolist() == [0.9, 0.2]


def test_points_that_are_known_already_take_their_places() -> None:
    optimizer = told()
    optimizer.tell(FIRST.iloc[:2], [1.0, 2.0])
    assert optimizer.ask()["a"].item() not in {0.2, 0.9}


def test_a_task_of_which_all_failed_but_one_gives_that_one() -> None:
    optimizer = Transfer(of=Sobol(), n_best=3).build(SPACE, seed=0)
    optimizer.learn_from(FIRST, [float("nan"), float("nan"), 2.0])
    assert optimizer.ask(3)["a"].tolist()[0] == 0.3


def test_without_related_tasks_the_other_recommender_chooses() -> None:
    asked = Transfer(of=Sobol()).build(SPACE, seed=0).ask(3)
    pd.testing.assert_frame_equal(asked, Sobol().build(SPACE, seed=0).ask(3))


def test_the_best_points_are_moved_to_the_context_of_the_ask() -> None:
    context = {"name": "m", "type": "cat", "categories": ["u", "v"], "role": "context"}
    optimizer = Transfer(of=Sobol()).build(DesignSpace().parse([*DEFINITION, context]), seed=0)
    optimizer.learn_from(FIRST.assign(m="u"), [3.0, 1.0, 2.0])
    asked = optimizer.ask(fixed={"m": "v"})
    assert asked.to_dict("records") == [{"a": 0.2, "b": 0.5, "m": "v"}]


def test_a_recommender_that_would_ignore_related_tasks_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"makes no use of related tasks; .*multitask_gp"):
        Transfer(of=HEBORecipe())


def loss(x: pd.DataFrame) -> pd.Series:
    return 10 * (x["a"] - 0.7) ** 2 + (x["b"] - 0.3) ** 2


def test_the_preset_finds_at_once_what_an_earlier_run_had_nearly_found() -> None:
    earlier = Sobol().build(SPACE, seed=1).ask(30)
    recipe = HEBOTransfer(acq_optimizer=RandomSubset(n_points=400), output_transform=Standardize())
    optimizer = recipe.build(SPACE, seed=0)
    optimizer.learn_from(earlier, 5.0 + 3.0 * loss(earlier))
    for n in (1, 1, 1, 3):
        x = optimizer.ask(n)
        optimizer.tell(x, loss(x))
    assert optimizer.best_y < 0.02  # 1 % of random points are that good


def test_the_preset_takes_the_settings_of_hebo() -> None:
    recipe = HEBOTransfer(n_initial=7)
    assert recipe.of.of.one.of.members[0].n_initial == 7


WIDE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abcdef"])


def points_of(
    recipe: Recommender, earlier: Callable[[pd.DataFrame], pd.Series] | None, n: int
) -> pd.DataFrame:
    """Points asked for one by one, after an earlier run with values of its own."""
    optimizer = recipe.build(WIDE, seed=0)
    if earlier is not None:
        x = Sobol().build(WIDE, seed=1).ask(40)
        optimizer.learn_from(x, earlier(x))
    asked = []
    for _ in range(n):
        asked.append(optimizer.ask())
        optimizer.tell(asked[-1], loss(asked[-1]))
    return pd.concat(asked, ignore_index=True)


def noise(x: pd.DataFrame) -> pd.Series:
    return 1e4 * x["a"] % 1  # of which no observation tells anything about another


CHEAP = {"acq_optimizer": RandomSubset(n_points=50), "output_transform": Standardize()}


def test_three_points_are_enough_for_a_model_where_a_task_is_related() -> None:
    alone = points_of(HEBORecipe(**CHEAP), None, 4)
    asked = points_of(HEBOTransfer(**CHEAP), loss, 4)
    pd.testing.assert_frame_equal(asked[1:3], alone[1:3])
    assert (asked.iloc[3] != alone.iloc[3]).all()


def test_where_a_task_is_unrelated_the_initial_design_goes_on_as_without_it() -> None:
    alone = points_of(HEBORecipe(**CHEAP), None, 7)
    asked = points_of(HEBOTransfer(**CHEAP), noise, 7)
    pd.testing.assert_frame_equal(asked[1:], alone[1:])


def test_a_number_of_initial_points_that_is_stated_holds_with_related_tasks_too() -> None:
    alone = points_of(HEBORecipe(**CHEAP), None, 5)
    asked = points_of(HEBOTransfer(n_initial=5, **CHEAP), loss, 5)
    pd.testing.assert_frame_equal(asked[1:], alone[1:])


def test_without_related_tasks_the_preset_is_hebo() -> None:
    asked, alone = (points_of(recipe, None, 9) for recipe in (HEBOTransfer(**CHEAP), HEBORecipe(**CHEAP)))
    pd.testing.assert_frame_equal(asked, alone)
