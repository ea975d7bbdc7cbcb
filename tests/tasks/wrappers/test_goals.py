"""Wrappers around a task that is maximized, against the same task that is minimized."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator
from pydantic import ValidationError

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task
from tasks.wrappers.base import Wrapper
from tasks.wrappers.cached import Cached
from tasks.wrappers.costed import Costed
from tasks.wrappers.differentiated import Differentiated
from tasks.wrappers.failing import Failing
from tasks.wrappers.heteroscedastic import Heteroscedastic
from tasks.wrappers.hidden_utility import HiddenUtility
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.outliers import Outliers
from tasks.wrappers.plateau import Clipped, Quantized
from tasks.wrappers.related_contexts import RelatedContexts
from tasks.wrappers.shifted import Shifted
from tasks.wrappers.timed import Timed


class Hill(Task):
    """`height = 3 - (x - 1)^2`, maximized, or its negative `depth`, minimized, or a `height` near 2."""

    goal: str = "maximize"

    @property
    def outcomes(self) -> Outcomes:
        if self.goal == "target":
            return outcomes_of({"name": "height", "target": 2.0})
        return outcomes_of({"height": "maximize"} if self.goal == "maximize" else "depth")

    @property
    def optimum(self) -> float | None:
        return {"maximize": 3.0, "minimize": -3.0}.get(self.goal)

    @property
    def minimizers(self) -> pd.DataFrame:
        return pd.DataFrame({"x": [1.0]})

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": -2.0, "ub": 4.0}]

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        height = 3.0 - (frame["x"].to_numpy() - 1.0) ** 2
        return {"depth": -height} if self.goal == "minimize" else {"height": height}


POINTS = pd.DataFrame({"x": [-1.5, 0.3, 1.0, 1.1, 2.0, 3.7]})

# Wrapper, its settings, and those that differ for the task that is minimized: in the units of the objective.
MIRRORED: list[tuple[type[Wrapper], dict[str, Any], dict[str, Any]]] = [
    (Cached, {}, {}),
    (Clipped, {"low": -1.0, "high": 2.5}, {"low": -2.5, "high": 1.0}),
    (Costed, {"costs": (2.0,)}, {}),
    (Failing, {"probability": 0.5}, {}),
    (Failing, {"region": {"x": (0.0, 2.0)}}, {}),
    (Heteroscedastic, {"low": 0.1, "high": 1.0}, {}),
    (HiddenUtility, {"error_rate": 0.25}, {}),
    (Noisy, {"sd": 0.3, "relative_sd": 0.1}, {}),
    (Outliers, {"scale": 2.0, "probability": 0.5}, {}),
    (Outliers, {"scale": 2.0, "probability": 0.5, "side": "both"}, {}),
    (Quantized, {"step": 0.4, "base": 0.1}, {"base": -0.1}),
    (Shifted, {}, {}),
    (Timed, {"seconds": 0.0}, {}),
]


def both(cls: type[Wrapper], settings: dict[str, Any], changed: dict[str, Any]) -> tuple[Wrapper, Wrapper]:
    maximized = cls.model_validate({"task": Hill(), **settings})
    return maximized, cls.model_validate({"task": Hill(goal="minimize"), **settings, **changed})


@pytest.mark.parametrize(("cls", "settings", "changed"), MIRRORED)
def test_what_is_minimized_is_the_same_for_either_goal(
    cls: type[Wrapper], settings: dict[str, Any], changed: dict[str, Any]
) -> None:
    maximized, minimized = both(cls, settings, changed)
    heights, depths = (task.evaluate(POINTS, seed=4) for task in (maximized, minimized))
    assert (-heights["height"]).equals(depths["depth"])
    if "noiseless" in depths:
        assert (-heights["noiseless"]).equals(depths["noiseless"])
    for known, other in ((one.optimum, two.optimum) for one, two in ((maximized, minimized),)):
        assert (known is None) == (other is None)
        assert known is None or other is None or -known == pytest.approx(other, abs=1e-12)
    assert maximized.minimizers is not None
    assert maximized.minimizers.equals(minimized.minimizers)


def test_derivatives_are_those_of_the_measured_value() -> None:
    heights = Differentiated(task=Hill()).evaluate(POINTS)
    assert heights["gradient_x"].to_numpy() == pytest.approx(-2.0 * (POINTS["x"].to_numpy() - 1.0), abs=1e-4)


def test_the_higher_value_is_preferred_where_it_is_maximized() -> None:
    better, worse = HiddenUtility(task=Hill()).compare(POINTS)
    assert better["x"].tolist() == [1.0, 1.1, 0.3, 2.0, -1.5]
    assert worse["x"].tolist() == [1.1, 0.3, 2.0, -1.5, 3.7]
    near, _ = HiddenUtility(task=Hill(goal="target")).compare(POINTS.iloc[[0, 2, 4]])
    assert near["x"].tolist() == [2.0, 1.0]


def test_an_outlier_of_a_maximized_objective_is_lower() -> None:
    found = Outliers(task=Hill(), scale=2.0, probability=1.0).evaluate(POINTS)
    assert (found["height"] < found["noiseless"]).all()


def test_steps_round_to_the_better_value() -> None:
    task = Quantized(task=Hill(), step=0.5)
    assert task.evaluate(pd.DataFrame({"x": [1.0, 1.5, 2.0]}))["height"].tolist() == [3.0, 3.0, 2.0]
    assert task.optimum == 3.0


def test_contexts_add_their_offset_to_the_measured_value_and_to_the_optimum() -> None:
    task = RelatedContexts(task=Hill(), offsets=(0.0, -4.0), size=0.2)
    best = task.minimizers
    assert best is not None
    found = task.evaluate(best)
    np.testing.assert_allclose(found["height"], [3.0, -1.0])
    assert found["context_optimum"].tolist() == [3.0, -1.0]


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (Clipped, {"high": 1.0}),
        (Outliers, {"scale": 1.0}),
        (Quantized, {"step": 0.1}),
        (RelatedContexts, {}),
    ],
)
def test_a_target_is_refused_where_the_best_points_would_change(
    cls: type[Wrapper], settings: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError, match="the objective 'height' of Hill has a target, and "):
        cls.model_validate({"task": Hill(goal="target"), **settings})


@pytest.mark.parametrize("cls", [Noisy, Shifted, Cached])
def test_other_wrappers_take_a_target(cls: type[Wrapper]) -> None:
    task = cls.model_validate({"task": Hill(goal="target")})
    assert task.outcomes == Hill(goal="target").outcomes
    assert task.evaluate(POINTS)["height"].notna().all()


class Priced(Hill):
    """What is minimized has the name of the costs of evaluations."""

    @property
    def outcomes(self) -> Outcomes:
        return outcomes_of("cost")


def test_costs_of_evaluations_do_not_overwrite_an_objective() -> None:
    with pytest.raises(ValidationError, match="Priced measures 'cost' itself"):
        Costed(task=Priced(), costs=(1.0,))
