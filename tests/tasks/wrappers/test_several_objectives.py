"""Every wrapper around a task of two objectives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.pareto import front
from hebo.random import make_generator
from tasks.engineering.disc_brake import DiscBrake
from tasks.multi_objective.zdt import ZDT1
from tasks.wrappers.among_candidates import AmongCandidates
from tasks.wrappers.base import Wrapper
from tasks.wrappers.cached import Cached
from tasks.wrappers.failing import Failing
from tasks.wrappers.heteroscedastic import Heteroscedastic
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.outliers import Outliers
from tasks.wrappers.plateau import Clipped, Quantized
from tasks.wrappers.shifted import Shifted
from tasks.wrappers.timed import Timed

TASK = ZDT1(dim=3)
POINTS = TASK.space.decode(TASK.space.sample(6, generator=make_generator(0)))
PLAIN = TASK.evaluate(POINTS)
WRAPPERS: list[tuple[type[Wrapper], dict[str, Any]]] = [
    (Cached, {}),
    (Clipped, {"high": [0.5, None]}),
    (Failing, {"probability": 0.5}),
    (Heteroscedastic, {"low": [0.1, 1.0], "high": 1.0}),
    (Noisy, {"sd": [0.1, 1.0]}),
    (Outliers, {"scale": [0.1, 1.0]}),
    (Quantized, {"step": [0.25, 1.0]}),
    (Shifted, {}),
    (Timed, {"seconds": 0.0}),
]


@pytest.mark.parametrize(("cls", "settings"), WRAPPERS, ids=lambda one: getattr(one, "__name__", ""))
def test_both_objectives_come_through_and_so_does_the_reference_point(
    cls: type[Wrapper], settings: dict[str, Any]
) -> None:
    task = cls.model_validate({"task": TASK, **settings})
    values = task.evaluate(POINTS, seed=2)
    assert list(values.columns[:2]) == ["f1", "f2"]
    assert task.reference_point is not None
    assert len(task.reference_point) == 2
    assert task.front_hypervolume in (None, TASK.front_hypervolume)
    again = cls.model_validate(task.model_dump() | {"task": TASK})
    assert again == task
    pd.testing.assert_frame_equal(values, again.evaluate(POINTS, seed=2))


@pytest.mark.parametrize(
    "task",
    [
        Noisy(task=TASK, sd=(0.1, 10.0)),
        Heteroscedastic(task=TASK, low=(0.1, 10.0), high=(0.1, 10.0)),
        Outliers(task=TASK, probability=1.0, scale=(0.1, 10.0)),
    ],
    ids=lambda task: task.name,
)
def test_each_objective_may_have_noise_of_its_own_size(task: Wrapper) -> None:
    many = pd.concat([POINTS.iloc[:1]] * 400, ignore_index=True)
    values = task.evaluate(many)
    errors = values[["f1", "f2"]].to_numpy() - values[["noiseless", "f2_noiseless"]].to_numpy()
    assert np.median(np.abs(errors[:, 1])) / np.median(np.abs(errors[:, 0])) == pytest.approx(100, rel=0.3)
    assert abs(np.corrcoef(errors.T)[0, 1]) < 0.9  # drawn apart
    assert values[["noiseless", "f2_noiseless"]].iloc[0].tolist() == PLAIN.iloc[0].tolist()


def test_each_objective_may_have_steps_and_ends_of_its_own() -> None:
    stepped = Quantized(task=TASK, step=(0.25, 1.0), base=(0.0, 0.5)).evaluate(POINTS)
    assert stepped["f1"].to_numpy() == pytest.approx(np.floor(PLAIN["f1"] / 0.25) * 0.25)
    assert stepped["f2"].to_numpy() == pytest.approx(np.floor(PLAIN["f2"] - 0.5) + 0.5)
    task = Clipped(task=TASK, low=(0.2, None), high=(None, 3.0))
    clipped = task.evaluate(POINTS)
    assert clipped["f1"].tolist() == PLAIN["f1"].clip(lower=0.2).tolist()
    assert clipped["f2"].tolist() == PLAIN["f2"].clip(upper=3.0).tolist()
    assert task.reference_point == (11.0, 3.0)


def test_a_failure_takes_both_objectives_and_a_failing_region_the_known_front() -> None:
    task = Failing(task=TASK, region={"x1": (0.5, 1.0)})
    values = task.evaluate(POINTS)
    fails = POINTS["x1"] >= 0.5
    assert values[["f1", "f2"]].isna().all(axis=1).tolist() == fails.tolist()
    assert task.front_hypervolume is None
    assert Failing(task=TASK, probability=0.5).front_hypervolume == TASK.front_hypervolume


def test_a_shift_moves_points_and_leaves_the_front() -> None:
    task = Shifted(task=TASK, size=0.3, shift_seed=1)
    many = TASK.space.decode(TASK.space.sample(200, generator=make_generator(1)))
    many.loc[:, ["x2", "x3"]] = 0.0  # the ends of the box stay where they are
    values = task.evaluate(many).to_numpy()
    assert front(values).all()
    assert values[:, 1] == pytest.approx(1 - np.sqrt(values[:, 0]))
    assert not np.allclose(values[:, 0], many["x1"])


def test_candidates_keep_both_objectives_and_have_a_front_of_their_own(tmp_path: Path) -> None:
    POINTS.to_csv(tmp_path / "points.csv", index=False)
    task = AmongCandidates(task=TASK, candidates=str(tmp_path / "points.csv"))
    assert task.evaluate(task.space.decode(task.space.encode(POINTS)))[["f1", "f2"]].shape == (6, 2)
    assert task.reference_point == TASK.reference_point
    assert task.front_hypervolume is None


def test_measured_constraints_stay_beside_several_objectives() -> None:
    task = Noisy(task=DiscBrake(), sd=(0.1, 0.2))
    frame = task.space.decode(task.space.sample(3, generator=make_generator(0)))
    values = task.evaluate(frame)
    assert list(values.columns[:6]) == ["mass", "time", "width", "pressure", "heat", "torque"]
    pd.testing.assert_frame_equal(values[["width", "heat"]], DiscBrake().evaluate(frame)[["width", "heat"]])


@pytest.mark.parametrize(
    ("cls", "settings", "words"),
    [
        (Noisy, {"sd": [0.1]}, r"sd has 1 values for the 2 objective\(s\) \['f1', 'f2'\] of ZDT1; give one"),
        (Noisy, {"sd": [0.1, 0.1, 0.1]}, "sd has 3 values"),
        (Noisy, {"relative_sd": [0.1, -0.1]}, "greater than or equal to 0"),
        (Heteroscedastic, {"low": [], "high": 1.0}, "low has 0 values"),
        (Outliers, {"scale": [1.0, 0.0]}, "greater than 0"),
        (Quantized, {"step": 1.0, "base": [0.0]}, "base has 1 values"),
        (Clipped, {"low": [0.0, 2.0], "high": [1.0, 1.0]}, "low=2.0 is not below high=1.0"),
        (Clipped, {"low": [0.0, 2.0, None]}, "low has 3 values"),
    ],
)
def test_settings_that_do_not_fit_the_objectives_are_refused(
    cls: type[Wrapper], settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        cls.model_validate({"task": TASK, **settings})
