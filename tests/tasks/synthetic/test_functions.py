"""Each function: values worked by hand, its known minimum, and BoTorch's implementation where there is one."""

from __future__ import annotations

from importlib import import_module
from math import cos, e, exp, pi, sin, sqrt
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from tasks.catalog import PARTS
from tasks.synthetic.ackley import Ackley
from tasks.synthetic.base import Synthetic
from tasks.synthetic.branin import Branin
from tasks.synthetic.dixon_price import DixonPrice
from tasks.synthetic.gramacy_lee import GramacyLee
from tasks.synthetic.griewank import Griewank
from tasks.synthetic.hartmann import Hartmann3, Hartmann6
from tasks.synthetic.levy import Levy
from tasks.synthetic.michalewicz import Michalewicz
from tasks.synthetic.rastrigin import Rastrigin
from tasks.synthetic.rosenbrock import Rosenbrock
from tasks.synthetic.schwefel import Schwefel
from tasks.synthetic.sphere import Sphere
from tasks.synthetic.styblinski_tang import StyblinskiTang
from tasks.synthetic.zakharov import Zakharov

TARGETS = [target for target, _ in PARTS["task"].values() if target.startswith("tasks.synthetic")]
FOUND = [getattr(import_module(target.partition(":")[0]), target.partition(":")[2]) for target in TARGETS]
CLASSES: list[type[Synthetic]] = [cls for cls in FOUND if issubclass(cls, Synthetic)]
FIXED = (Branin, Hartmann3, Hartmann6)
TASKS = [cls() for cls in CLASSES if cls in FIXED] + [
    cls(dim=dim) for cls in CLASSES if cls not in FIXED for dim in (2, 5, 20)
]


def label(task: Synthetic) -> str:
    return f"{type(task).__name__}-{task.n_variables}"


@pytest.mark.parametrize(
    ("task", "point", "value"),
    [
        (Branin(), [0.0, 0.0], 36 + 10 * (1 - 1 / (8 * pi)) + 10),
        (Sphere(dim=3), [1.0, 2.0, -3.0], 14.0),
        (Ackley(dim=2), [1.0, 1.0], -20 * exp(-0.2) + 20),
        (Ackley(dim=1), [0.5], -20 * exp(-0.1) - exp(-1) + 20 + e),
        (Rosenbrock(dim=3), [0.0, 0.0, 0.0], 2.0),
        (Rosenbrock(dim=2), [2.0, 3.0], 101.0),
        (Levy(dim=2), [5.0, 1.0], 1 + 10 * sin(1) ** 2),
        (Levy(dim=1), [3.0], 1 + 0.25),
        (GramacyLee(dim=2), [1.0, 2.0], 0 + 1),
        (GramacyLee(dim=1), [0.55], -1 / 1.1 + 0.45**4),
        (Griewank(dim=2), [pi, 0.0], pi**2 / 4000 + 2),
        (Griewank(dim=2), [0.0, pi], pi**2 / 4000 - cos(pi / sqrt(2)) + 1),
        (Rastrigin(dim=2), [1.0, 0.5], 1 + 0.25 + 20),
        (StyblinskiTang(dim=2), [1.0, 2.0], (1 - 16 + 5) / 2 + (16 - 64 + 10) / 2),
        (Zakharov(dim=2), [1.0, 1.0], 2 + 1.5**2 + 1.5**4),
        (DixonPrice(dim=3), [1.0, 1.0, 2.0], 0 + 2 * 1 + 3 * 49),
        (Schwefel(dim=1), [(pi / 2) ** 2], 418.9828872724337 - (pi / 2) ** 2),
        (Michalewicz(dim=2), [pi / 2, pi / 2], -(sin(pi / 4) ** 20) - sin(pi / 2) ** 20),
        (Michalewicz(dim=1, steepness=1), [pi / 2], -0.5),
    ],
    ids=lambda one: label(one) if isinstance(one, Synthetic) else "",
)
def test_values_worked_by_hand(task: Synthetic, point: list[float], value: float) -> None:
    assert task.function(np.array([point]))[0] == pytest.approx(value, abs=1e-10)


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_the_value_at_each_known_minimizer_is_the_optimum(task: Synthetic) -> None:
    values = task.evaluate(task.minimizers)["y"]
    assert len(values) >= 1
    assert np.abs(values - task.optimum).max() <= 1e-6


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_the_minimizer_is_stationary(task: Synthetic) -> None:
    x = task.locations()[0]
    step = 1e-4 * (task.box()[:, 1] - task.box()[:, 0])
    around = np.concatenate([x + np.diag(step), x - np.diag(step)])
    assert (task.function(around) >= task.optimum - 1e-12 * abs(task.optimum) - 1e-12).all()


@pytest.mark.parametrize("n_discrete", [0, 1])
@pytest.mark.parametrize("task", TASKS, ids=label)
def test_no_sampled_point_is_below_the_optimum(task: Synthetic, n_discrete: int) -> None:
    task = task.model_validate({**task.model_dump(), "n_integer": n_discrete, "n_nominal": n_discrete})
    x = task.space.sample(2000, generator=torch.Generator().manual_seed(0))
    values = task.evaluate(task.space.decode(x))["y"]
    assert values.min() >= task.optimum - 1e-9


@pytest.mark.parametrize("task", TASKS, ids=label)
def test_discretizing_keeps_the_optimum(task: Synthetic) -> None:
    discrete = task.model_validate(
        {**task.model_dump(), "n_integer": 1, "n_nominal": task.n_variables - 1, "levels": 7}
    )
    assert discrete.optimum == task.optimum
    assert discrete.evaluate(discrete.minimizers)["y"][0] == pytest.approx(task.optimum, abs=1e-6)


@pytest.mark.parametrize(
    ("task", "name", "settings"),
    [
        (Branin(), "Branin", {}),
        (Hartmann3(), "Hartmann", {"dim": 3}),
        (Hartmann6(), "Hartmann", {"dim": 6}),
        (Ackley(dim=4), "Ackley", {"dim": 4}),
        (Rosenbrock(dim=4), "Rosenbrock", {"dim": 4}),
        (Levy(dim=4), "Levy", {"dim": 4}),
        (Griewank(dim=4), "Griewank", {"dim": 4}),
        (Rastrigin(dim=4), "Rastrigin", {"dim": 4}),
        (StyblinskiTang(dim=4), "StyblinskiTang", {"dim": 4}),
        (Michalewicz(dim=5), "Michalewicz", {"dim": 5}),
        (DixonPrice(dim=4), "DixonPrice", {"dim": 4}),
    ],
    ids=lambda one: label(one) if isinstance(one, Synthetic) else "",
)
def test_values_agree_with_botorch(task: Synthetic, name: str, settings: dict[str, Any]) -> None:
    from botorch.test_functions import synthetic

    theirs = getattr(synthetic, name)(**settings)
    box = task.box()
    x = box[:, 0] + np.random.default_rng(0).random((50, task.n_variables)) * (box[:, 1] - box[:, 0])
    expected = theirs._evaluate_true(torch.from_numpy(x)).numpy()
    # BoTorch keeps Hartmann's coefficients in single precision.
    assert np.allclose(task.function(x), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("dim", "value"), [(2, -1.8013034), (5, -4.687658), (10, -9.66015)])
def test_the_minimum_of_michalewicz_is_the_tabulated_one(dim: int, value: float) -> None:
    assert Michalewicz(dim=dim).optimum == pytest.approx(value, abs=2e-6)


@pytest.mark.parametrize("i", [1, 2, 3, 7, 40])
def test_each_term_of_michalewicz_is_minimized_globally(i: int) -> None:
    x = np.linspace(0, pi, 200_001)
    terms = -np.sin(x) * np.sin(i * x**2 / pi) ** 20
    location = Michalewicz(dim=i).locations()[0, -1]
    reached = -sin(location) * sin(i * location**2 / pi) ** 20
    assert reached <= terms.min()
    assert reached == pytest.approx(terms.min(), abs=1e-4)


def test_the_minima_of_hartmann_are_the_published_ones() -> None:
    assert Hartmann3().optimum == pytest.approx(-3.86278, abs=1e-5)
    assert Hartmann6().optimum == pytest.approx(-3.32236801141551, abs=1e-12)


@pytest.mark.parametrize("cls", [Rosenbrock, DixonPrice])
def test_chained_functions_need_two_variables(cls: type[Synthetic]) -> None:
    with pytest.raises(ValidationError, match="dim"):
        cls(dim=1)


def test_dixon_price_of_many_variables_does_not_overflow() -> None:
    task = DixonPrice(dim=2000)
    assert task.function(task.locations()) == pytest.approx([0.0, 0.0], abs=1e-9)
