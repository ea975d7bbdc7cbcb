"""Tests of `hebo.experiment.campaign.standing`: the incumbents of a campaign, a row for each context."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.campaign.definition import Campaign, Definition
from hebo.experiment.campaign.log import Log
from hebo.experiment.campaign.standing import standings
from hebo.experiment.campaign.state import Found
from hebo.recommenders.random import RandomSearch

NUMBER = {"name": "x", "type": "num", "lb": 0, "ub": 10}
PLAIN = DesignSpace().parse([NUMBER])
MACHINES = DesignSpace().parse(
    [NUMBER, {"name": "machine", "type": "cat", "categories": ["A", "B", "C"], "role": "context"}]
)


@pytest.fixture
def make() -> Any:
    def log(space: DesignSpace, **campaign: Any) -> Log:
        described = Definition(Campaign(name="dye", **campaign), space, RandomSearch(), {}, "random_search")
        return Log(described, Found(None, "dye.db"))

    return log


def test_before_anything_is_told_there_is_none(make: Any) -> None:
    assert standings(make(MACHINES)) == []


def test_a_space_without_contexts_has_one(make: Any) -> None:
    log = make(PLAIN)
    log.optimizer.tell(pd.DataFrame({"x": [1.0, 2.0, 3.0]}), [3, 1, 1])
    (one,) = standings(log)
    assert (one.context, one.n_told) == ({}, 3)
    assert one.best.to_dict("records") == [{"x": 2.0, "y": 1.0}]


def test_each_context_has_its_own_the_one_told_last_at_the_end(make: Any) -> None:
    log = make(MACHINES)
    points = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "machine": ["A", "B", "C", "A"]})
    log.optimizer.tell(points, [5, 6, None, 4])
    found = standings(log)
    assert [(one.context["machine"], one.n_told) for one in found] == [("B", 1), ("C", 1), ("A", 2)]
    assert [one.best["y"].tolist() for one in found] == [[6.0], [], [4.0]]
    assert "no feasible point has been told with {'machine': 'C'}" in found[1].reason


def test_of_several_objectives_it_is_the_front(make: Any) -> None:
    log = make(MACHINES, objectives=("loss", "price"))
    points = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "machine": ["A", "A", "A", "B"]})
    log.optimizer.tell(points, [[1, 3], [3, 1], [3, 3], [0, 0]])
    a, b = standings(log)
    assert a.best[["x", "loss", "price"]].to_numpy().tolist() == [[1, 1, 3], [2, 3, 1]]
    assert b.best["x"].tolist() == [4.0]
