"""Tests of `hebo.recommenders.alternating`: who chooses which point."""

from __future__ import annotations

import pandas as pd
import pytest
from torch import Tensor

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.information import Information
from hebo.recommenders.alternating import Alternating
from hebo.recommenders.sobol import Sobol
from hebo.request import Request

SPACE = DesignSpace().parse([{"name": "a", "type": "int", "lb": 0, "ub": 1000}])


class Upward(Recommender):
    """The least new values from a given one on."""

    first: int

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        seen = set(request.data.seen[:, 0].tolist())
        new = [value for value in range(self.first, 1001) if value not in seen][: request.n]
        return request.space.encode(pd.DataFrame({"a": new}))


TWO = Alternating(members=(Upward(first=0), Upward(first=500)))


def test_single_points_come_from_the_members_in_turn() -> None:
    optimizer = TWO.build(SPACE, seed=0)
    assert [int(optimizer.ask()["a"].iloc[0]) for _ in range(4)] == [0, 500, 1, 501]


def test_a_batch_is_divided_and_goes_on_where_the_last_one_ended() -> None:
    optimizer = TWO.build(SPACE, seed=0)
    assert sorted(optimizer.ask(3)["a"]) == [0, 1, 500]
    assert sorted(optimizer.ask(3)["a"]) == [2, 501, 502]


def test_turns_are_kept_after_a_resume() -> None:
    optimizer = TWO.build(SPACE, seed=0)
    optimizer.ask(1)
    again = TWO.build(SPACE, seed=0)
    again.load_state_dict(optimizer.state_dict())
    assert again.ask()["a"].tolist() == [500]


def test_it_takes_what_all_members_take() -> None:
    assert TWO.max_objectives == 1
    assert Information.VARIANCES not in TWO.takes
    assert Information.VARIANCES not in Alternating(members=(Sobol(), Upward(first=0))).takes
    assert Information.VARIANCES in Alternating(members=(Sobol(), Sobol())).takes


def test_a_single_member_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        Alternating(members=(Sobol(),))
