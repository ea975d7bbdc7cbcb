from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import EvaluationError
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.failing import Failing


def line(n: int) -> pd.DataFrame:
    return pd.DataFrame({"x1": np.linspace(-5.0, 5.0, n)})


def test_points_inside_the_region_fail_with_the_reason_and_others_do_not() -> None:
    table = Failing(task=Sphere(dim=1), region={"x1": (1.0, 3.0)}).evaluate(line(11))
    failed = table["y"].isna()
    assert np.flatnonzero(failed).tolist() == [6, 7, 8]
    assert table["error"][failed].str.contains("region").all()
    assert table["error"][~failed].isna().all()
    assert table["y"][10] == 25.0


def test_a_region_of_two_parameters_is_their_intersection() -> None:
    task = Failing(task=Branin(), region={"x1": (0.0, 5.0), "x2": (0.0, 5.0)})
    corners = pd.DataFrame({"x1": [1.0, 1.0, -1.0], "x2": [1.0, 9.0, 1.0]})
    assert task.evaluate(corners)["y"].isna().tolist() == [True, False, False]


def test_a_region_may_bound_an_integer() -> None:
    task = Failing(task=Sphere(dim=1, n_integer=1), region={"x1": (0, 3)})
    points = task.space.decode(task.space.encode(pd.DataFrame({"x1": [3, 4]})))
    assert task.evaluate(points)["y"].isna().tolist() == [True, False]


def test_failures_by_chance_have_the_given_rate_and_repeat_under_the_seed() -> None:
    task = Failing(task=Sphere(dim=1), probability=0.3)
    failed = task.evaluate(line(600), seed=1)["y"].isna()
    assert failed.mean() == pytest.approx(0.3, abs=0.08)
    assert failed.tolist() == task.evaluate(line(600), seed=1)["y"].isna().tolist()
    assert failed.tolist() != task.evaluate(line(600), seed=2)["y"].isna().tolist()


def test_probability_zero_and_one_are_never_and_always() -> None:
    assert Failing(task=Sphere(dim=1)).evaluate(line(50))["y"].notna().all()
    assert Failing(task=Sphere(dim=1), probability=1).evaluate(line(50))["y"].isna().all()


def test_mode_raise_raises_instead() -> None:
    task = Failing(task=Sphere(dim=1), region={"x1": (1.0, 3.0)}, mode="raise")
    with pytest.raises(EvaluationError, match=r"failing region .*x1"):
        task.evaluate(line(11))
    assert task.evaluate(line(6)[:3])["y"].notna().all()


def test_reasons_of_an_inner_failure_are_kept() -> None:
    inner = Failing(task=Sphere(dim=1), region={"x1": (-5.0, -4.0)})
    table = Failing(task=inner, region={"x1": (4.0, 5.0)}).evaluate(line(3))
    assert table["error"].dtype == object
    assert table["y"].isna().tolist() == [True, False, True]
    assert "-5.0" in table["error"][0]
    assert table["error"][1] is None
    assert "4.0" in table["error"][2]


def test_the_optimum_is_unknown_once_its_minimizers_fail() -> None:
    assert Failing(task=Sphere(), region={"x1": (-1.0, 1.0)}).optimum is None
    assert Failing(task=Sphere(), region={"x1": (1.0, 2.0)}).optimum == 0.0
    assert Failing(task=Sphere(), probability=1.0).optimum is None
    some = Failing(task=Branin(), region={"x1": (-5.0, 0.0)})
    assert some.optimum == Branin().optimum
    assert some.minimizers is not None
    assert len(some.minimizers) == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"region": {"x3": (0, 1)}}, "region: 'x3' is no parameter. Known: x1, x2"),
        ({"region": {"x2": (0, 1)}}, "'x2' is not a number, so has no bounds"),
        ({"region": {"x1": (2, 1)}}, r"region of 'x1': 2.0 is above 1.0; swap them"),
        ({"probability": 1.5}, "probability"),
        ({"mode": "crash"}, "mode"),
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Failing.model_validate({"task": Sphere(n_nominal=1), **settings})
