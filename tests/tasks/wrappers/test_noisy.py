from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.synthetic.sphere import Sphere
from tasks.wrappers.noisy import Noisy


def points(value: float, n: int) -> pd.DataFrame:
    return pd.DataFrame({"x1": np.full(n, value)})


def test_the_noise_has_the_given_spread_around_the_function() -> None:
    table = Noisy(task=Sphere(dim=1), sd=0.5).evaluate(points(2.0, 800))
    assert table["y"].mean() == pytest.approx(4.0, abs=4 * 0.5 / np.sqrt(800))
    assert table["y"].std() == pytest.approx(0.5, rel=0.1)


def test_the_spread_can_grow_with_the_value() -> None:
    task = Noisy(task=Sphere(dim=1), sd=0.5, relative_sd=0.25)
    small, large = task.evaluate(points(0.0, 400)), task.evaluate(points(2.0, 400))
    # Under one seed both see the same standard normal draws, so the ratio is exact.
    ratio = (large["y"] - 4.0) / small["y"]
    assert np.allclose(ratio, (0.5 + 0.25 * 4.0) / 0.5)


def test_the_noiseless_value_is_given_for_reports() -> None:
    table = Noisy(task=Sphere(dim=1)).evaluate(points(2.0, 2))
    assert table["noiseless"].tolist() == [4.0, 4.0]
    twice = Noisy(task=Noisy(task=Sphere(dim=1), sd=5.0)).evaluate(points(2.0, 2))
    assert twice["noiseless"].tolist() == [4.0, 4.0]


def test_noise_is_repeated_under_the_same_seed_only() -> None:
    task = Noisy(task=Sphere(dim=1))
    first = task.evaluate(points(1.0, 3), seed=1)
    pd.testing.assert_frame_equal(first, task.evaluate(points(1.0, 3), seed=1))
    assert (first["y"] != task.evaluate(points(1.0, 3), seed=2)["y"]).all()
    assert first["y"].nunique() == 3


@pytest.mark.parametrize("name", ["sd", "relative_sd"])
def test_a_negative_spread_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match=f"{name}.*\n.*greater than or equal to 0"):
        Noisy.model_validate({"task": Sphere(), name: -0.1})


def test_the_size_of_the_noise_is_reported_where_it_is_wanted() -> None:
    frame = pd.DataFrame({"x1": [0.0, 3.0], "x2": [0.0, 4.0]})
    task = Noisy(task=Sphere(), sd=0.5, relative_sd=0.1, reports_sd=True)
    assert task.known_noise == ("y",)
    assert task.evaluate(frame)["y_sd"].tolist() == pytest.approx([0.5, 3.0])
    silent = Noisy(task=Sphere(), sd=0.5)
    assert silent.known_noise == ()
    assert "y_sd" not in silent.evaluate(frame)


def test_of_noise_on_noise_the_size_is_known_where_both_are() -> None:
    frame = pd.DataFrame({"x1": [0.0], "x2": [0.0]})
    inner = Noisy(task=Sphere(), sd=3.0, reports_sd=True)
    assert Noisy(task=inner, sd=4.0, reports_sd=True).evaluate(frame)["y_sd"].tolist() == pytest.approx([5.0])
    unknown = Noisy(task=Noisy(task=Sphere(), sd=3.0), sd=4.0, reports_sd=True)
    assert unknown.known_noise == ()
    assert "y_sd" not in unknown.evaluate(frame)
    quiet = Noisy(task=inner, sd=4.0)
    assert quiet.known_noise == ()
    assert "y_sd" not in quiet.evaluate(frame)
