from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import ConfigError
from tasks.engineering.pressure_vessel import PressureVessel
from tasks.logic_synthesis.logic_synthesis import LogicSynthesis
from tasks.synthetic.branin import Branin
from tasks.synthetic.sphere import Sphere
from tasks.wrappers.base import Wrapper
from tasks.wrappers.cached import Cached
from tasks.wrappers.failing import Failing
from tasks.wrappers.noisy import Noisy
from tasks.wrappers.shifted import Shifted
from tasks.wrappers.timed import Timed

WRAPPED = [
    Noisy(task=Branin()),
    Shifted(task=Branin()),
    Cached(task=Branin()),
    Failing(task=Branin()),
    Timed(task=Branin(), seconds=0),
]


@pytest.mark.parametrize("task", WRAPPED, ids=lambda one: type(one).__name__)
def test_a_wrapper_passes_on_what_it_does_not_change(task: Wrapper) -> None:
    assert task.space == Branin().space
    assert task.objectives == ("y",)
    assert task.optimum == Branin().optimum
    assert task.name == f"{type(task).__name__.lower()}(Branin)"


def test_wrappers_nest() -> None:
    task = Noisy(task=Shifted(task=Cached(task=Sphere(dim=3))), sd=0.0)
    assert task.name == "noisy(shifted(cached(Sphere)))"
    assert task.evaluate(task.minimizers)["y"].tolist() == pytest.approx([0.0])


def test_wrapping_a_noisy_task_keeps_it_noisy() -> None:
    assert Shifted(task=Noisy(task=Sphere())).is_noisy
    assert not Shifted(task=Sphere()).is_noisy


@pytest.mark.parametrize("task", WRAPPED, ids=lambda one: type(one).__name__)
def test_a_wrapper_writes_out_all_settings_of_its_task(task: Wrapper) -> None:
    assert task.model_dump()["task"] == Branin().model_dump()


def test_a_wrapper_needs_a_task() -> None:
    with pytest.raises(ValidationError, match="task"):
        Noisy()  # type: ignore[call-arg]


def test_measured_constraints_pass_through_unchanged(tmp_path: Path) -> None:
    plain = PressureVessel()
    frame = plain.minimizers
    expected = plain.evaluate(frame)[list(plain.constraints)]
    for task in (
        Noisy(task=plain, sd=10.0),
        Failing(task=plain),
        Cached(task=plain, path=str(tmp_path / "rows")),
    ):
        assert task.constraints == plain.constraints
        pd.testing.assert_frame_equal(task.evaluate(frame)[list(task.constraints)], expected)


def test_what_a_task_needs_its_wrapper_needs() -> None:
    wrapped = Noisy(task=Cached(task=LogicSynthesis(abc="/no/such/program")), sd=0.0)
    with pytest.raises(ConfigError, match="abc = '/no/such/program' is not a program"):
        wrapped.require()
    Noisy(task=Branin(), sd=0.0).require()
