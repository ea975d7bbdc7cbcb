from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from tasks.hpo.hpo import HPO
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.heteroscedastic import Heteroscedastic


def points(value: float, n: int) -> pd.DataFrame:
    return pd.DataFrame({"x1": np.full(n, value)})


def test_the_spread_goes_from_one_end_to_the_other_as_a_power() -> None:
    task = Heteroscedastic(task=Sphere(dim=1), low=0.1, high=10.0)
    low, high = Sphere(dim=1).interval
    ends = pd.DataFrame({"x1": [low, (low + high) / 2, high]})
    assert task.spread(ends) == pytest.approx([0.1, 1.0, 10.0])


def test_a_log_scale_counts_its_position_in_logarithms() -> None:
    svm = HPO(model="svm", dataset="iris", metric="acc")
    task = Heteroscedastic(task=svm, low=1.0, high=4.0, along="gamma")
    middle = pd.DataFrame({"C": [1.0], "gamma": [np.sqrt(1e-7)], "tol": [1e-3]})
    assert task.spread(middle) == pytest.approx([2.0])


def test_measurements_have_that_spread_around_the_noiseless_value() -> None:
    task = Heteroscedastic(task=Sphere(dim=1), low=0.5, high=0.5)
    table = task.evaluate(points(2.0, 800))
    assert table["noiseless"].tolist() == [4.0] * 800
    assert table["y"].std() == pytest.approx(0.5, rel=0.1)
    assert table["y"].mean() == pytest.approx(4.0, abs=4 * 0.5 / np.sqrt(800))
    pd.testing.assert_frame_equal(table, task.evaluate(points(2.0, 800)))


@pytest.mark.parametrize(
    ("task", "along", "words"),
    [
        (Sphere(dim=2), "x3", "along: 'x3' is no parameter"),
        (Sphere(dim=2, n_nominal=1), "x2", "not 'x2', which is a number"),
        (Sphere(dim=2, n_nominal=2), None, "no parameter is a number"),
    ],
)
def test_a_variable_without_a_position_is_refused(task: Sphere, along: str | None, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Heteroscedastic(task=task, low=0.1, high=1.0, along=along)


def test_the_size_of_the_noise_is_reported_where_it_is_wanted() -> None:
    task = Heteroscedastic(task=Sphere(dim=1), low=0.1, high=10.0, reports_sd=True)
    frame = pd.DataFrame({"x1": [-5.12, 0.0, 5.12]})
    assert task.evaluate(frame)["y_sd"].tolist() == pytest.approx([0.1, 1.0, 10.0])
