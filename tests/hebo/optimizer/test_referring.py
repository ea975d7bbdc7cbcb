"""Tests of `hebo.optimizer.referring`: the reference point stated, kept, used and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.hypervolume import LogEHVI
from hebo.acquisitions.per_cost import PerCost
from hebo.acquisitions.prior_guided import PriorGuided
from hebo.acquisitions.scalarized import Scalarized
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.information import Information
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import HEBORecipe, bayes_opt
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
SEARCH = RandomSubset(n_points=300)


def fresh() -> Optimizer:
    return bayes_opt(
        surrogate=WarpedGP(),
        acquisition=LogEHVI(),
        acq_optimizer=SEARCH,
        output_transform=Standardize(),
        n_initial=3,
    ).build(SPACE, seed=0)


def values(x: pd.DataFrame) -> pd.DataFrame:
    """Both ends of the front are good in one objective, and as bad as can be in the other one."""
    return pd.DataFrame({"loss": x["a"] ** 2 + x["b"], "price": (1 - x["a"]) ** 2 + x["b"]}, index=x.index)


def run(optimizer: Optimizer, n: int) -> pd.DataFrame:
    for _ in range(n):
        x = optimizer.ask()
        optimizer.tell(x, values(x))
    return optimizer.history


def test_it_is_stated_by_place_or_by_name_changed_and_taken_back() -> None:
    optimizer = fresh()
    assert optimizer.reference_point is None
    optimizer.set_reference_point([2, 3.5])
    assert optimizer.reference_point == (2.0, 3.5)
    run(optimizer, 1)
    optimizer.set_reference_point({"price": 1.0, "loss": 0.5})
    assert optimizer.reference_point == (0.5, 1.0)
    assert optimizer.data.reference is not None
    assert optimizer.data.reference.tolist() == [-0.5, -1.0]
    optimizer.set_reference_point(None)
    assert optimizer.reference_point is None


def test_what_is_worse_than_it_is_not_looked_for() -> None:
    inferred, stated = fresh(), fresh()
    stated.set_reference_point([0.5, 0.5])
    shares = [
        ((run(optimizer, 20).iloc[8:][["objective_0", "objective_1"]] < 0.5).all(axis=1)).mean()
        for optimizer in (inferred, stated)
    ]
    assert shares[1] > shares[0]
    assert shares[1] > 0.5


def test_it_is_part_of_the_state_and_of_the_points() -> None:
    first, saved, replayed = fresh(), fresh(), fresh()
    first.set_reference_point([0.5, 0.6])
    replayed.set_reference_point([0.5, 0.6])
    rounds = []
    for _ in range(5):
        x = first.ask()
        first.tell(x, values(x))
        rounds.append((x, values(x)))
    saved.load_state_dict(json.loads(json.dumps(first.state_dict())))
    replayed.restore(rounds)
    assert saved.reference_point == (0.5, 0.6)
    expected = first.ask()
    pd.testing.assert_frame_equal(saved.ask(), expected)
    pd.testing.assert_frame_equal(replayed.ask(), expected)


@pytest.mark.parametrize(
    ("point", "problem"),
    [
        ([1.0], "needs two or more objectives"),
        (1.0, "needs two or more objectives"),
        ([1.0, float("nan")], "not finite"),
        ([1.0, float("inf")], "not finite"),
        (["a", "b"], "not a list of numbers"),
        ([[1.0, 2.0]], "not a list of numbers"),
        ([1.0, 2.0, 3.0], "3 values, 2 objectives were told"),
        ({"loss": 1.0}, r"names \['loss'\]; told: \['loss', 'price'\]"),
        ({"loss": 1.0, "cost": 2.0}, "told"),
    ],
)
def test_points_that_cannot_be_are_refused_and_the_old_one_stays(point: Any, problem: str) -> None:
    optimizer = fresh()
    optimizer.set_reference_point([4.0, 5.0])
    run(optimizer, 1)
    with pytest.raises(DataError, match=problem):
        optimizer.set_reference_point(point)
    assert optimizer.reference_point == (4.0, 5.0)


def test_names_are_refused_before_a_table_has_told_them() -> None:
    with pytest.raises(DataError, match="no named table was told yet"):
        fresh().set_reference_point({"loss": 1.0, "price": 1.0})


def test_values_of_more_or_fewer_objectives_are_refused_and_nothing_is_recorded() -> None:
    optimizer = fresh()
    optimizer.set_reference_point([1.0, 1.0])
    x = optimizer.ask()
    for told in ([[1.0]], [[1.0, 2.0, 3.0]]):
        with pytest.raises(DataError, match="the stated reference point has 2 values"):
            optimizer.tell(x, told)
    assert not len(optimizer.history)


def test_a_state_whose_reference_point_is_that_of_other_objectives_is_refused() -> None:
    optimizer = fresh()
    run(optimizer, 1)
    with pytest.raises(DataError, match="its reference point has 3 values for 2 objective"):
        optimizer.load_state_dict({**optimizer.state_dict(), "reference_point": [1.0, 1.0, 1.0]})


@pytest.mark.parametrize(
    "recipe",
    [
        RandomSearch(),
        HEBORecipe(acquisition=LogEHVI(reference="far")),
        bayes_opt(
            surrogate=WarpedGP(),
            acquisition=Scalarized(),
            acq_optimizer=SEARCH,
            output_transform=Standardize(),
        ),
    ],
)
def test_optimizers_that_make_no_use_of_one_refuse_it(recipe: Any) -> None:
    optimizer = recipe.build(SPACE, seed=0)
    assert Information.REFERENCE not in optimizer.takes
    with pytest.raises(IncompatibleError, match="makes no use of a reference point; leave it out, or"):
        optimizer.set_reference_point([1.0, 1.0])
    taking = fresh()
    taking.set_reference_point([1.0, 1.0])
    with pytest.raises(IncompatibleError, match="makes no use of a reference point"):
        optimizer.load_state_dict(taking.state_dict())


def test_the_default_takes_one_with_contexts_too() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "b", "type": "num", "lb": 0, "ub": 1},
            {"name": "day", "type": "cat", "categories": ["u", "v"], "role": "context"},
        ]
    )
    optimizer = HEBORecipe(acq_optimizer=SEARCH, n_initial=3).build(space, seed=0)
    optimizer.set_reference_point([0.7, 0.7])
    for place in range(6):
        x = optimizer.ask(fixed={"day": "uv"[place % 2]})
        optimizer.tell(x, values(x))
    assert len(optimizer.history) == 6


@pytest.mark.parametrize(
    "around",
    [lambda of: PriorGuided(of=of, prior={"a": {"center": 0.5, "spread": 0.1}}), lambda of: PerCost(of=of)],
)
def test_an_acquisition_around_another_one_takes_what_that_takes(around: Callable[[Any], Any]) -> None:
    assert around(LogEHVI()).takes == {Information.REFERENCE}
    assert not around(LogEHVI(reference="near")).takes
    optimizer = HEBORecipe(acquisition=around(LogEHVI()), acq_optimizer=SEARCH).build(SPACE, seed=0)
    optimizer.set_reference_point([1.0, 1.0])
    assert optimizer.reference_point == (1.0, 1.0)
