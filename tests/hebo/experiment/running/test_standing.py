from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pandas import DataFrame

from hebo.experiment.running.standing import RunStanding
from hebo.experiment.store.run_log import Trial
from tasks.base import Task
from tasks.synthetic.branin import Branin
from tasks.synthetic.two_level import BraninTwoLevel
from tasks.wrappers.related_contexts import RelatedContexts


class Pair(Task):
    """Two objectives at a stated reference point, or at none."""

    is_stated: bool = True

    @property
    def objectives(self) -> tuple[str, ...]:
        return ("a", "b")

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        return (1.0, 1.0) if self.is_stated else None

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> Any:
        raise NotImplementedError


def trial(params: dict[str, Any], values: dict[str, float], status: str = "ok", **extras: Any) -> Trial:
    return Trial(0, 0, params, status, dict(values), extras)


def point(**more: Any) -> dict[str, Any]:
    return {"x1": 0.0, "x2": 0.0} | more


def test_the_best_is_the_smallest_value_of_the_trials_that_are_ok() -> None:
    standing = RunStanding(Branin())
    assert standing.best is None
    for value, status in ((3.0, "ok"), (2.0, "ok"), (1.0, "failed"), (0.5, "infeasible")):
        standing.add(trial(point(), {"y": value}, status))
    assert (standing.best, standing.hypervolume) == (2.0, None)


def test_only_the_full_level_counts() -> None:
    standing = RunStanding(BraninTwoLevel())
    standing.add(trial(point(level="cheap"), {"y": 1.0}))
    assert standing.best is None
    standing.add(trial(point(level="full"), {"y": 2.0}))
    assert standing.best == 2.0


def test_contexts_are_averaged_as_regrets_where_these_are_known() -> None:
    task = RelatedContexts(task=Branin())
    standing, known = RunStanding(task), RunStanding(task)
    for name, value, optimum in (("c0", 1.0, 0.0), ("c1", 7.0, 5.0)):
        standing.add(trial(point(context=name), {"y": value}))
        known.add(trial(point(context=name), {"y": value}, context_optimum=optimum))
    assert (standing.best, known.best) == (4.0, 1.5)


def test_several_objectives_have_a_hypervolume_where_a_reference_point_is_stated() -> None:
    stated, unknown = RunStanding(Pair()), RunStanding(Pair(is_stated=False))
    for one in (stated, unknown):
        one.add(trial({"x": 0.0}, {"a": 0.0, "b": 0.5}))
    assert stated.best is None
    assert stated.hypervolume == pytest.approx(0.5)
    assert (unknown.best, unknown.hypervolume) == (None, None)
