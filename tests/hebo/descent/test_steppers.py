"""Tests of the four compositional steppers and of Adam on their schedules."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import torch
from nested_toy import OPTIMUM, exact, toy
from torch import Tensor
from torch.optim.lr_scheduler import ExponentialLR

from hebo.abilities import NestedExpectation
from hebo.descent.cadam import CADAM, AdamOnSchedules
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.nasa import NASA
from hebo.descent.nested import descend, descend_plug_in
from hebo.descent.projections import Box, Simplex
from hebo.descent.scgd import ASCGD, SCGD
from hebo.descent.schedules import sample_size
from hebo.errors import ConfigError, DataError
from hebo.random import make_generator

Make = Callable[..., CompositionalOptimizer]
STEPPERS: dict[str, Make] = {
    "scgd": partial(SCGD, lr=0.5),
    "ascgd": partial(ASCGD, lr=0.3),
    "nasa": partial(NASA, beta=10.0),
    "cadam": partial(CADAM, lr=0.2, beta=0.1),
}
BOX = Box([-2.0, -2.0], [2.0, 2.0])
every_stepper = pytest.mark.parametrize("make", STEPPERS.values(), ids=STEPPERS)

# A nested function of one variable: g_w(x) = (w x, x^2), f(y) = sin(y1) + y2 / 2, on [-1, 1].
SAMPLES = [0.3, -0.7, 1.9, 0.2, 1.1, -0.4, 0.8, 2.1, -1.2, 0.5, 0.9, 1.4]


def inner(w: float, x: Tensor) -> Tensor:
    return torch.cat([w * x, x.square()], dim=1)


def outer(y: Tensor) -> Tensor:
    return torch.sin(y[:, 0]) + y[:, 1] / 2


def pull(w: float, x: float, y: tuple[float, float]) -> float:
    return w * math.cos(y[0]) + 2 * x * 0.5


def clamp(x: float) -> float:
    return min(1.0, max(-1.0, x))


def mixed(y: tuple[float, float], weight: float, w: float, x: float) -> tuple[float, float]:
    return (1 - weight) * y[0] + weight * w * x, (1 - weight) * y[1] + weight * x * x


def slow_scgd(x: float, *, accelerated: bool) -> Iterator[tuple[float, tuple[float, float]]]:
    lr, lr_power, b, b_power = (0.1, 0.71, 0.99, 0.56) if accelerated else (0.05, 0.75, 0.99, 0.5)
    y = (SAMPLES[0] * x, x * x)
    for t, w in enumerate(SAMPLES, start=1):
        a_t, b_t = lr / t**lr_power, b / t**b_power
        new = clamp(x - a_t * pull(w, x, y))
        z = (1 - 1 / b_t) * x + new / b_t if accelerated else new
        x, y = new, mixed(y, b_t, w, z)
        yield x, y


def slow_nasa(x: float) -> Iterator[tuple[float, tuple[float, float]]]:
    a, b, beta, m = 2.0, 0.5, 3.0, 0.0
    y = (SAMPLES[0] * x, x * x)
    for t, w in enumerate(SAMPLES, start=1):
        tau = 1 / (a * t**0.6)
        x = x + tau * (clamp(x - m / beta) - x)
        m = (1 - a * tau) * m + a * tau * pull(w, x, y)
        y = mixed(y, b * tau, w, x)
        yield x, y


def slow_cadam(x: float) -> Iterator[tuple[float, tuple[float, float]]]:
    c_alpha, beta, mu, c_gamma, m, v = 0.3, 0.25, 0.8, 0.9, 0.0, 0.0
    y = (SAMPLES[0] * x, x * x)
    for t, w in enumerate(SAMPLES, start=1):
        gradient = pull(w, x, y)
        gamma1 = c_gamma * mu**t
        gamma2 = 1 - c_alpha / t ** (2 / 5) * (1 - c_gamma * mu**t) ** 2
        m = gamma1 * m + (1 - gamma1) * gradient
        v = gamma2 * v + (1 - gamma2) * gradient**2
        length = (m / (1 - gamma1)) / ((math.sqrt(v) + 1e-8) / math.sqrt(1 - gamma2))
        new = clamp(x - c_alpha / t ** (1 / 5) * length)
        z = (1 - 1 / beta) * x + new / beta
        x, y = new, mixed(y, beta, w, z)
        yield x, y


@pytest.mark.parametrize(
    ("make", "slow"),
    [
        (partial(SCGD, lr=0.05), partial(slow_scgd, accelerated=False)),
        (ASCGD, partial(slow_scgd, accelerated=True)),
        (partial(NASA, a=2.0, b=0.5, beta=3.0), slow_nasa),
        (partial(CADAM, lr=0.3, beta=0.25, mu=0.8, c_gamma=0.9), slow_cadam),
    ],
    ids=STEPPERS,
)
def test_iterates_and_trackers_are_those_of_the_formulas(make: Make, slow: Callable[[float], Any]) -> None:
    starts = [0.9, -0.8, 0.1]
    x = torch.tensor(starts, dtype=torch.float64).unsqueeze(1)
    stepper = make([x], projection=Box(-1.0, 1.0))
    expected = [list(slow(start)) for start in starts]
    for t, w in enumerate(SAMPLES):
        stepper.step(partial(inner, w), outer)
        assert stepper.tracker is not None
        torch.testing.assert_close(x[:, 0], x.new_tensor([one[t][0] for one in expected]))
        torch.testing.assert_close(stepper.tracker, x.new_tensor([one[t][1] for one in expected]))
    assert stepper.n_steps == len(SAMPLES)


def test_adam_on_schedules_is_c_adam_where_the_outer_function_is_linear() -> None:
    a, b = torch.full((2, 1), 0.7, dtype=torch.float64), torch.full((2, 1), 0.7, dtype=torch.float64)
    b.requires_grad_()
    one, other = CADAM([a], lr=0.2, projection=Box(0, 1)), AdamOnSchedules([b], lr=0.2, projection=Box(0, 1))
    for w in SAMPLES:

        def loss(w: float = w) -> Tensor:
            other.zero_grad()
            value = inner(w, b).sum()
            value.backward()
            return value

        one.step(partial(inner, w), lambda y: y.sum(1))
        assert other.step(loss) is not None
        torch.testing.assert_close(a, b.detach())


def starts(dtype: torch.dtype = torch.float64) -> Tensor:
    """Eight points from which no tracker comes to lie beyond the ridges of `sin(y2)`: samples are up to `2 x`."""
    side = torch.tensor([-0.7, 0.7], dtype=dtype)
    return torch.cat([torch.cartesian_prod(side, side), torch.cartesian_prod(side / 2, side / 2)])


@pytest.mark.parametrize(("name", "gap"), [("scgd", 0.06), ("ascgd", 0.04), ("nasa", 0.16), ("cadam", 0.04)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32], ids=str)
def test_every_restart_reaches_the_maximum_of_the_nested_toy_problem(
    name: str, gap: float, dtype: torch.dtype
) -> None:
    x = starts(dtype)
    assert exact(x).amin() < 0
    stepper = STEPPERS[name]([x], projection=BOX, maximize=True)
    descend(stepper, toy(), 500, generator=make_generator("toy"), sample_sizes=partial(sample_size, scale=2))
    assert exact(x).amin() > 1 - gap
    assert (x - x.new_tensor(OPTIMUM)).abs().amax() < 0.25
    assert x.dtype == dtype
    assert all(one.dtype == dtype for one in stepper.state[x].values() if isinstance(one, Tensor))


@every_stepper
def test_the_best_of_restarts_all_over_the_box_reaches_it(make: Make) -> None:
    side = torch.tensor([-1.8, -0.6, 0.6, 1.8], dtype=torch.float64)
    x = torch.cartesian_prod(side, side)
    descend(make([x], projection=BOX, maximize=True), toy(), 500, generator=make_generator("wide"))
    assert exact(x).amax() > 0.85


def test_the_plug_in_estimate_reaches_it_with_many_samples() -> None:
    x = starts().requires_grad_()
    optimizer = AdamOnSchedules([x], lr=0.2, maximize=True)
    many = partial(sample_size, scale=100, power=0.0)
    n = descend_plug_in(
        optimizer, x, toy(), 300, generator=make_generator(1), sample_sizes=many, projection=BOX
    )
    assert n == 30_000
    assert exact(x.detach()).amin() > 0.9


@every_stepper
def test_a_restored_stepper_makes_the_same_steps(make: Make) -> None:
    problem, generator = toy(), make_generator(3)
    x = starts()
    stepper = make([x], projection=BOX, maximize=True)
    descend(stepper, problem, 12, generator=generator)
    saved, random = copy.deepcopy(stepper.state_dict()), generator.get_state()
    other = x.clone()
    restored = make([other], projection=BOX)
    restored.load_state_dict(saved)
    assert restored.n_steps == 12
    descend(stepper, problem, 12, generator=generator)
    generator.set_state(random)
    descend(restored, problem, 12, generator=generator)
    assert torch.equal(x, other)
    assert torch.equal(stepper.state[x]["tracker"], restored.state[other]["tracker"])


@every_stepper
def test_the_state_is_plain_tensors_and_numbers(make: Make) -> None:
    stepper = make([starts()], projection=BOX)
    descend(stepper, toy(), 2, generator=make_generator(3))
    saved = stepper.state_dict()
    values = [*saved["state"][0].values(), *saved["param_groups"][0].values()]
    assert all(isinstance(one, Tensor | int | float | bool | list) for one in values)
    assert copy.deepcopy(stepper).projection is not None


def test_a_scheduler_of_torch_changes_the_step_size() -> None:
    stepper = CADAM([starts()], lr=0.1)
    scheduler = ExponentialLR(stepper, gamma=0.5)
    descend(stepper, toy(), 1, generator=make_generator(3))
    scheduler.step()
    assert stepper.param_groups[0]["lr"] == pytest.approx(0.05)


@every_stepper
def test_restarts_do_not_disturb_each_other(make: Make) -> None:
    together = starts()
    descend(make([together], projection=BOX), toy(), 20, generator=make_generator(5))
    for row, expected in zip(starts(), together, strict=True):
        alone = row.unsqueeze(0)
        descend(make([alone], projection=BOX), toy(), 20, generator=make_generator(5))
        torch.testing.assert_close(alone[0], expected)


@every_stepper
def test_every_iterate_is_feasible_also_the_start(make: Make) -> None:
    x, problem, generator = torch.full((2, 2), 9.0), toy(), make_generator(6)
    stepper = make([x], projection=BOX)
    for _ in range(20):
        stepper.step(problem.sample(1, generator), problem.outer)
        assert x.abs().amax() <= 2


@pytest.mark.parametrize("make", [CADAM, AdamOnSchedules])
def test_noise_of_different_size_does_not_shift_the_optimum_on_a_simplex(make: Callable[..., Any]) -> None:
    target = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    noise = torch.tensor([1.0, 10.0, 20.0], dtype=torch.float64)
    x = torch.full((200, 3), 1 / 3, dtype=torch.float64)
    stepper = make([x], lr=0.05, projection=Simplex())
    generator = make_generator("noise")
    for _ in range(300):
        w = noise * torch.randn(200, 3, dtype=torch.float64, generator=generator)
        if make is CADAM:
            stepper.step(lambda z, w=w: 5 * (z - target - 1).square() + w * z, lambda y: y.sum(1))  # type: ignore[misc]
        else:
            x.grad = 10 * (x - target - 1) + w
            stepper.step()
    assert (x.mean(0) - target).abs().amax() < 0.1  # 0.15 with the Euclidean projection


@every_stepper
def test_climbing_is_descending_the_negative(make: Make) -> None:
    up, down = starts(), starts()
    climber, descender = make([up], maximize=True), make([down])
    for w in SAMPLES:
        value = climber.step(lambda x, w=w: w * x, lambda y: y.sin().sum(1))  # type: ignore[misc]
        negative = descender.step(lambda x, w=w: w * x, lambda y: -y.sin().sum(1))  # type: ignore[misc]
        torch.testing.assert_close(value, -negative)
    torch.testing.assert_close(up, down)


@every_stepper
def test_batches_of_joint_points_have_one_tracker_each(make: Make) -> None:
    x = torch.ones(3, 2, 2, dtype=torch.float64)
    stepper = make([x])
    stepper.step(lambda z: z.prod(-1), lambda y: y.amax(-1))
    assert stepper.tracker is not None
    assert stepper.tracker.shape == (3, 2)


def test_the_toy_problem_is_a_nested_expectation_without_bias() -> None:
    problem, x = toy(), starts()
    assert isinstance(problem, NestedExpectation)
    mean = problem.sample(40_000, make_generator(7))(x)
    torch.testing.assert_close(mean, x, atol=0.05, rtol=0.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (partial(SCGD, lr=0.0), "SCGD: lr = 0.0; give a finite number, more than 0"),
        (partial(SCGD, beta=1.5), "SCGD: beta = 1.5; give a finite number, more than 0 and at most 1"),
        (partial(ASCGD, lr_power=-0.1), "ASCGD: lr_power = -0.1; give a finite number, at least 0"),
        (partial(NASA, a=0.5), "NASA: a = 0.5; give a finite number, at least 1"),
        (partial(NASA, b=2.0), "NASA: b = 2.0; give a finite number, more than 0 and at most 1"),
        (partial(CADAM, lr=1.5), "CADAM: lr = 1.5; give a finite number, more than 0 and at most 1"),
        (partial(CADAM, mu=1.0), "CADAM: mu = 1.0"),
        (partial(CADAM, beta=0.0), "CADAM: beta = 0.0"),
        (partial(CADAM, c_gamma=math.nan), "CADAM: c_gamma = nan"),
        (partial(AdamOnSchedules, lr="fast"), "AdamOnSchedules: lr = 'fast'"),
    ],
)
def test_settings_out_of_range_are_refused(make: Callable[..., Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make([torch.zeros(1, 2)])


def test_settings_of_a_group_are_checked_too() -> None:
    with pytest.raises(ConfigError, match="CADAM: beta = 2"):
        CADAM([{"params": [torch.zeros(1, 2)], "beta": 2}])


def test_what_is_not_one_batched_tensor_is_refused() -> None:
    with pytest.raises(ConfigError, match="moves one tensor"):
        CADAM([torch.zeros(1, 2), torch.zeros(1, 2)])
    with pytest.raises(DataError, match=r"has the shape \(2,\).*unsqueeze\(0\)"):
        SCGD([torch.zeros(2)])
    with pytest.raises(DataError, match=r"type torch.int64; use float64"):
        NASA([torch.zeros(1, 2, dtype=torch.int64)])


@pytest.mark.parametrize(
    ("inner", "outer", "message"),
    [
        (lambda x: x.sum(), lambda y: y, r"inner function returned the shape \(\)"),
        (lambda x: x[:2], lambda y: y.sum(1), r"one row for each of the 3 restarts"),
        (lambda x: x.double(), lambda y: y.sum(1), r"returned torch.float64 at points of torch.float32"),
        (lambda x: x, lambda y: y, r"outer function returned the shape \(3, 2\).*\(3,\)"),
        (lambda x: x, lambda y: torch.ones(3), "the outer function has no gradient"),
        (lambda x: torch.ones(3, 2), lambda y: y.sum(1), "the inner function has no gradient"),
    ],
)
def test_functions_that_do_not_fit_are_refused(inner: Any, outer: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        CADAM([torch.zeros(3, 2)]).step(inner, outer)


def test_a_tracker_that_changes_its_shape_is_refused() -> None:
    stepper = SCGD([torch.ones(3, 2)])
    stepper.step(lambda x: x, lambda y: y.sum(1))
    with pytest.raises(DataError, match=r"returned the shape \(3, 4\), and the tracker has \(3, 2\)"):
        stepper.step(lambda x: torch.cat([x, x], 1), lambda y: y.sum(1))


def test_samples_that_do_not_fit_are_refused() -> None:
    problem = toy()
    with pytest.raises(ConfigError, match="n = 0; give an integer of at least 1"):
        problem.sample(0, make_generator(0))
    wrong = type(problem)(draw=problem.draw, inner=lambda x, w: x, outer=problem.outer)
    with pytest.raises(DataError, match=r"for 3 restarts and 5 samples; it must return `r x n x m`"):
        wrong.sample(5, make_generator(0))(torch.zeros(3, 2))
    short = type(problem)(
        draw=lambda n, generator: torch.zeros(2, 2), inner=problem.inner, outer=problem.outer
    )
    with pytest.raises(DataError, match="returned 2 samples and 5 were wanted"):
        short.sample(5, make_generator(0))
