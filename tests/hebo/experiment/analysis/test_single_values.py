from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hebo.errors import DataError
from hebo.experiment.analysis import bayesmark_table
from hebo.experiment.analysis.single_values import several_objectives, without_single_values

from .test_measures import SPACE, in_turn


def test_tasks_without_single_values_are_named_with_the_reason(make_results: Any) -> None:
    results = make_results({("o", "t", 0): [1.0]}, space=SPACE, params=in_turn)
    assert without_single_values(results) == "t (contexts by place)"
    assert several_objectives(results) == []
    several = replace(results, objectives={"t": ("a", "b")})
    assert without_single_values(several) == "t (objectives a, b)"
    assert several_objectives(several) == ["t"]
    assert without_single_values(make_results({("o", "t", 0): [1.0]})) == ""


def test_bayesmarks_score_is_refused(make_results: Any) -> None:
    results = make_results({("random_search", "t", 0): [1.0]}, space=SPACE, params=in_turn)
    with pytest.raises(
        DataError, match=r"no contexts; these have more: t \(contexts by place\)\. `hebo scores`"
    ):
        bayesmark_table(results)
