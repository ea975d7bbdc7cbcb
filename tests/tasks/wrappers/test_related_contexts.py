from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.random import make_generator
from tasks.engineering.pressure_vessel import PressureVessel
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.plateau import Clipped
from tasks.wrappers.related_contexts import RelatedContexts


def points(task: RelatedContexts, n: int = 20) -> pd.DataFrame:
    return task.space.decode(task.space.sample(n, generator=make_generator("points")))


def test_contexts_differ_by_their_offsets() -> None:
    task = RelatedContexts(task=Branin(), offsets=(0.0, 5.0, -2.0))
    frame = points(task)
    plain = Branin().evaluate(frame.drop(columns="context"))["y"]
    offsets = frame["context"].map({"c0": 0.0, "c1": 5.0, "c2": -2.0})
    assert set(frame["context"]) == {"c0", "c1", "c2"}
    np.testing.assert_allclose(task.evaluate(frame)["y"], plain + offsets)


def test_each_evaluation_reports_the_least_value_of_its_context() -> None:
    task = RelatedContexts(task=Branin(), offsets=(1.0, 5.0), size=0.2)
    assert task.minimizers is not None
    found = task.evaluate(task.minimizers)
    np.testing.assert_allclose(found["y"], found["context_optimum"])
    assert task.optimum is None
    assert task.optimum_in({"context": "c1"}) == Branin().optimum + 5.0


def test_minimizers_lie_apart_where_they_shall() -> None:
    task = RelatedContexts(task=Sphere(dim=3), offsets=(0.0, 0.0), size=0.3)
    assert task.minimizers is not None
    here, there = (task.minimizers.loc[[row], ["x1", "x2", "x3"]].to_numpy() for row in (0, 1))
    assert np.abs(here - there).max() > 0.1
    assert task.of("c0") == Sphere(dim=3)


def test_the_row_order_is_that_of_the_points() -> None:
    task = RelatedContexts(task=Branin())
    frame = points(task, 6)
    one_by_one = [task.evaluate(frame.iloc[[row]])["y"].iloc[0] for row in range(6)]
    assert task.evaluate(frame)["y"].tolist() == pytest.approx(one_by_one)


def test_values_without_noise_have_the_offset_as_well() -> None:
    task = RelatedContexts(task=Noisy(task=Branin(), sd=0.5), offsets=(0.0, 5.0))
    assert task.minimizers is not None
    found = task.evaluate(task.minimizers, seed=1)
    np.testing.assert_allclose(found["noiseless"], found["context_optimum"])
    assert not np.allclose(found["y"], found["noiseless"])


def test_constraints_and_their_values_stay() -> None:
    task = RelatedContexts(task=PressureVessel(), offsets=(0.0, 5.0))
    frame = PressureVessel().minimizers.assign(context="c1")
    names = list(PressureVessel().constraints)
    pd.testing.assert_frame_equal(
        task.evaluate(frame)[names], PressureVessel().evaluate(frame.drop(columns="context"))[names]
    )


def test_a_clipped_task_clips_the_least_value_too() -> None:
    task = Clipped(task=RelatedContexts(task=Branin()), low=3.0)
    frame = pd.DataFrame({"x1": [np.pi], "x2": [2.275], "context": ["c0"]})
    assert task.evaluate(frame)["context_optimum"].tolist() == [3.0]


def test_a_task_with_roles_or_a_parameter_of_that_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="adds a parameter `context`"):
        RelatedContexts(task=RelatedContexts(task=Branin()))
    with pytest.raises(ValidationError, match="at least 2 items"):
        RelatedContexts(task=Branin(), offsets=(1.0,))
