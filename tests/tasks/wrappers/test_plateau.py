from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.failing import Failing
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.plateau import Clipped, Quantized


def line(*values: float) -> pd.DataFrame:
    return pd.DataFrame({"x1": values})


def test_values_fall_to_the_step_below_and_steps_stay() -> None:
    task = Quantized(task=Sphere(dim=1), step=0.25, base=1.0)
    assert task.evaluate(line(0.5, 0.6, 2.0, 1.1))["y"].tolist() == [0.25, 0.25, 4.0, 1.0]


def test_a_value_that_is_a_step_but_for_rounding_stays() -> None:
    assert Quantized(task=Sphere(), step=0.1).flatten(np.array([0.3, 0.1 * 3])) == pytest.approx([0.3, 0.3])


def test_values_beyond_the_ends_are_constant() -> None:
    task = Clipped(task=Sphere(dim=1), low=1.0, high=4.0)
    assert task.evaluate(line(0.0, 1.5, 3.0, 5.0))["y"].tolist() == [1.0, 2.25, 4.0, 4.0]


def test_the_optimum_goes_through_and_minimizers_stay() -> None:
    task = Quantized(task=Branin(), step=1.0)
    assert task.optimum == 0.0
    assert task.evaluate(task.minimizers)["y"].tolist() == [0.0] * 3
    assert Clipped(task=Branin(), low=2.0).optimum == 2.0
    assert Clipped(task=Failing(task=Branin(), probability=1.0), low=2.0).optimum is None


def test_a_noiseless_value_is_flattened_with_the_measured_one() -> None:
    table = Quantized(task=Noisy(task=Sphere(dim=1), sd=0.1), step=1.0).evaluate(line(1.5, 1.5))
    assert table["noiseless"].tolist() == [2.0, 2.0]
    assert set(table["y"]) <= {1.0, 2.0, 3.0}


def test_a_failed_evaluation_stays_one() -> None:
    task = Failing(task=Sphere(dim=1), region={"x1": (0.0, 1.0)})
    assert Clipped(task=task, high=4.0).evaluate(line(0.5, 3.0))["y"].isna().tolist() == [True, False]


def test_the_reference_point_goes_through_and_the_volume_of_the_front_is_not_known() -> None:
    class Known(Sphere):
        @property
        def reference_point(self) -> tuple[float, ...]:
            return (5.0,)

        @property
        def front_hypervolume(self) -> float:
            return 5.0

    task = Clipped(task=Known(), high=4.0)
    assert task.reference_point == (4.0,)
    assert task.front_hypervolume is None
    assert Clipped(task=Sphere(), high=4.0).reference_point is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [({}, "neither `low` nor `high`"), ({"low": 2.0, "high": 1.0}, "low=2.0 is not below high=1.0")],
)
def test_ends_that_cut_nothing_or_everything_are_refused(settings: dict[str, float], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Clipped.model_validate({"task": Sphere(), **settings})
