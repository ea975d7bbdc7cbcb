"""What tasks state of the quantities they measure, over the whole catalog."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch
from examples import SETTINGS, names
from pandas import DataFrame

from hebo.experiment.config.parts import build
from tasks.base import Task
from tasks.combinatorial.ackley53 import Ackley53
from tasks.wrappers.base import Wrapper

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    *[("hpo", {"model": "knn", "dataset": "wine", "metric": metric}) for metric in ("acc", "nll")],
    *[("hpo", {"model": "knn", "dataset": "diabetes", "metric": metric}) for metric in ("mae", "mse")],
    ("nk_landscape", {"n": 9, "levels": 3, "neighbors": "adjacent"}),
    ("labs", {"objective": "merit_factor"}),
    ("ehrlich", {"infeasible": "penalty"}),
    ("max_sat", {"planted": True}),
    ("ising", {"regularization": 0.0}),
    *[
        ("logic_synthesis", {"circuit": "adder:4", "length": 2, "objective": objective})
        for objective in ("lut", "level", "min_improvement", "area_delay")
    ],
    *[
        ("aig_rewriting", {"circuit": "adder:4", "length": 2, "objective": objective})
        for objective in ("gates", "depth")
    ],
    ("noisy", {"task": {"type": "two_peaks"}, "sd": 0.1}),
    ("failing", {"task": {"type": "nk_landscape", "n": 8, "neighbors": "adjacent"}}),
    ("quantized", {"task": {"type": "two_peaks"}, "step": 0.1}),
    ("clipped", {"task": {"type": "labs", "n": 8, "objective": "merit_factor"}, "high": 3.0}),
    ("shifted", {"task": {"type": "two_peaks"}}),
    ("outliers", {"task": {"type": "ehrlich"}, "scale": 1.0}),
    ("related_contexts", {"task": {"type": "two_peaks"}}),
]


def task_of(name: str, settings: dict[str, Any]) -> Task:
    made = build("task", {"type": name, **settings})
    assert isinstance(made, Task)
    return made


def every_task() -> list[Any]:
    made = [(name, SETTINGS.get(("task", name), {})) for name in names("task")] + VARIANTS
    return [pytest.param(*one, id=f"{place}-{one[0]}") for place, one in enumerate(made)]


def innermost(task: Task) -> Task:
    return innermost(task.task) if isinstance(task, Wrapper) else task


def spread(task: Task, n: int) -> DataFrame:
    """Points that are functions of their numbers alone: multiples of the golden ratio, modulo one."""
    low, high = task.space.bounds
    places = torch.arange(1, n + 1, dtype=low.dtype)[:, None] * torch.arange(1, len(low) + 1) ** 2
    return task.space.decode(task.space.project(low + (places * 0.6180339887498949 % 1) * (high - low)))


@pytest.mark.parametrize(("name", "settings"), every_task())
def test_names_are_identifiers_of_their_own_and_say_what_is_measured(
    name: str, settings: dict[str, Any]
) -> None:
    task = task_of(name, settings)
    stated = task.outcomes
    assert task.objectives == stated.objective_names
    assert task.constraints == stated.constraint_names
    assert all(re.fullmatch("[a-z][a-z0-9_]*", one) for one in stated.names)
    assert len(set(stated.names)) == len(stated.names)
    assert not set(stated.names) & {*task.space.names, "error", "moved", "noiseless", task.cost_column}
    inside = innermost(task)
    is_function = type(inside).__module__.startswith("tasks.synthetic.") or isinstance(inside, Ackley53)
    is_library = name == "measured_library"  # which has the names of its file
    assert is_function or is_library or "y" not in stated.names


@pytest.mark.parametrize(("name", "settings"), every_task())
def test_what_a_task_says_of_its_best_values_agrees(name: str, settings: dict[str, Any]) -> None:
    task = task_of(name, settings)
    leading = task.outcomes.objectives[0]
    if task.reference_point is not None:
        assert len(task.reference_point) == len(task.objectives)
    if task.optimum is None:
        return
    least = leading.minimized(task.optimum)
    for known in (task.best_known, task._tabled):
        assert known is None or least <= leading.minimized(known) + 1e-9
    if task.minimizers is not None:
        values = task.evaluate(task.minimizers, seed=1)
        found = values["noiseless" if "noiseless" in values else leading.name].dropna()
        np.testing.assert_allclose(leading.minimized(found), least, rtol=1e-9, atol=1e-9)


MINIMIZED: list[tuple[str, dict[str, Any], list[float]]] = [
    (
        "hpo",
        {"model": "knn", "dataset": "iris", "metric": "acc"},
        [-0.9583333333333334, -0.9583333333333334, -0.9416666666666668],
    ),
    (
        "hpo",
        {"model": "knn", "dataset": "wine", "metric": "nll"},
        [0.8240542708880779, 1.738643173116054, 0.8234875189261933],
    ),
    (
        "hpo",
        {"model": "knn", "dataset": "diabetes", "metric": "mae"},
        [45.272781690140846, 45.17322793906295, 46.03668103861263],
    ),
    (
        "hpo",
        {"model": "knn", "dataset": "diabetes", "metric": "mse"},
        [3077.2968077213277, 3250.5977932903543, 3142.7247464834354],
    ),
    ("nk_landscape", {}, [-0.36851347157423997, -0.4936490932639047, -0.5829961486525391]),
    ("labs", {}, [171.0, 443.0, 211.0]),
    ("labs", {"objective": "merit_factor"}, [-2.6315789473684212, -1.0158013544018059, -2.132701421800948]),
    ("ehrlich", {}, [-1.0, -0.75, -1.0]),
    ("ehrlich", {"epistasis": 1.0, "quantization": 2, "n_states": 8}, [0.0, 0.0, -0.375]),
    ("max_sat", {}, [34.0, 37.0, 30.0]),
    ("ising", {}, [3.7994386045828183, 9.563772422116818, 4.457317318747598]),
    ("contamination", {}, [23.59, 24.279999999999998, 23.51]),
    ("pest_control", {}, [18.64, 18.4172, 17.4988]),
    ("travelling_salesman", {}, [9.21073370432206, 10.787582821521061, 10.737014836701835]),
    ("quadratic_assignment", {}, [332346.0, 342766.0, 319452.0]),
    ("pressure_vessel", {}, [165001.5776914743, 19429.850457629716, 246435.75697002735]),
    ("speed_reducer", {}, [4210.544727450377, 3316.320788280926, 5196.071851900288]),
    ("gear_train", {}, [5.471816326530613, 6.258231121281464, 5.7635471698113205]),
    ("feature_selection", {}, [1.2583047627994208, 1.383951506275856, 1.4289157523399039]),
    ("two_peaks", {}, [-0.3844067287020995, -0.025747579783983746, -0.2175574143619254]),
    (
        "antibody_design",
        {"length": 6, "window": 6, "min_contacts": 12, "developable": False, "backend": "numpy"},
        [-52.01, -51.64, -37.71],
    ),
    (
        "noisy",
        {"task": {"type": "nk_landscape"}, "sd": 0.1, "relative_sd": 0.1},
        [-0.3486968188876815, -0.2956824833710315, -0.7056690451538389],
    ),
    (
        "heteroscedastic",
        {"task": {"type": "two_peaks"}, "low": 0.1, "high": 1.0},
        [-0.3243149291830384, 0.20250271334147768, -0.7713800827456094],
    ),
    (
        "outliers",
        {"task": {"type": "nk_landscape"}, "scale": 1.0, "probability": 1.0},
        [0.7360702886525163, -0.28633637007003443, 0.1350698706404312],
    ),
    (
        "outliers",
        {"task": {"type": "nk_landscape"}, "scale": 1.0, "probability": 1.0, "side": "both"},
        [0.7360702886525163, -0.700961816457775, -1.3010621679455094],
    ),
    ("quantized", {"task": {"type": "nk_landscape"}, "step": 0.1}, [-0.4, -0.5, -0.6000000000000001]),
]
"""Task, settings, and what was minimized of it at three points before it stated a goal."""


@pytest.mark.parametrize(("name", "settings", "expected"), MINIMIZED)
def test_what_is_minimized_is_what_it_was_before_goals(
    name: str, settings: dict[str, Any], expected: list[float]
) -> None:
    task = task_of(name, settings)
    leading = task.outcomes.objectives[0]
    points = task.initial_points(3, seed=1)
    values = task.evaluate(spread(task, 3) if points is None else points, seed=3)
    assert leading.minimized(values[leading.name]).tolist() == pytest.approx(expected, rel=1e-9)
