from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.sphere import Sphere
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.outliers import Outliers


def points(n: int) -> pd.DataFrame:
    return pd.DataFrame({"x1": np.full(n, 2.0)})


def test_the_given_share_is_contaminated_and_the_rest_is_exact() -> None:
    table = Outliers(task=Sphere(dim=1), probability=0.2, scale=5.0).evaluate(points(600))
    assert (table["y"] != 4.0).mean() == pytest.approx(0.2, abs=0.07)
    assert table["noiseless"].tolist() == [4.0] * 600


def test_errors_go_up_only_unless_both_sides_are_asked_for() -> None:
    up = Outliers(task=Sphere(dim=1), probability=1.0, scale=5.0).evaluate(points(200))["y"]
    both = Outliers(task=Sphere(dim=1), probability=1.0, scale=5.0, side="both").evaluate(points(200))["y"]
    assert (up > 4.0).all()
    assert 0.3 < (both > 4.0).mean() < 0.7
    assert np.allclose(np.abs(both - 4.0), up - 4.0)


def test_half_of_the_errors_are_beyond_the_median_of_student_with_two_degrees() -> None:
    errors = Outliers(task=Sphere(dim=1), probability=1.0, scale=5.0).evaluate(points(800))["y"] - 4.0
    assert (errors > 5.0 * np.sqrt(2.0 / 3.0)).mean() == pytest.approx(0.5, abs=0.08)


def test_the_noiseless_value_of_a_noisy_task_is_kept() -> None:
    task = Outliers(task=Noisy(task=Sphere(dim=1), sd=1.0), probability=1.0, scale=5.0)
    assert task.evaluate(points(3))["noiseless"].tolist() == [4.0] * 3
    assert task.is_noisy
    assert task.optimum == 0.0


@pytest.mark.parametrize("settings", [{"probability": 1.5, "scale": 1.0}, {"scale": 0.0}, {}])
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match=r"probability|scale"):
        Outliers.model_validate({"task": Sphere(), **settings})
