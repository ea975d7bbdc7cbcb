"""Tests of `hebo.acq_optimizers.compositional`: steppers on a nested expectation whose maximum is known."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import torch
from nested_toy import OPTIMUM, exact, toy
from pydantic import ValidationError
from searches import bowl
from torch import Generator, Tensor

from hebo.abilities import Inner
from hebo.acq_optimizers.compositional import STEPPERS, CompositionalSearch
from hebo.acq_optimizers.ranking import evaluate
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, IncompatibleError
from hebo.random import make_generator

NAMES = get_args(CompositionalSearch.model_fields["stepper"].annotation)
SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": -2, "ub": 2} for name in "ab"])
WITH_CATEGORY = DesignSpace().parse(
    [
        *({"name": name, "type": "num", "lb": -2, "ub": 2} for name in "ab"),
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
    ]
)


class Toy:
    """The nested toy problem as an acquisition; a third column, if any, costs 1 unless it is 4."""

    def __init__(self) -> None:
        self.n_drawn: list[int] = []
        self.seen: list[Tensor] = []

    def __call__(self, x: Tensor) -> Tensor:
        x = x.squeeze(-2)
        return (exact(x[:, :2]) - (x[:, 2:] != 4).sum(-1)).unsqueeze(-1)

    def sample(self, n: int, generator: Generator) -> Inner:
        self.n_drawn.append(n)
        inner = toy().sample(n, generator)

        def noted(x: Tensor) -> Tensor:
            self.seen.append(x.detach())
            return inner(x.squeeze(-2)[:, :2])

        return noted

    def outer(self, y: Tensor) -> Tensor:
        return toy().outer(y)


def best(search: CompositionalSearch, acq: Toy, space: DesignSpace = SPACE) -> tuple[Tensor, float]:
    found = search.maximize(acq, space, generator=make_generator(0))
    assert bool(space.contains(found.x).all())
    return found.x[0], evaluate(acq, found.x[:1]).item()


def test_every_stepper_has_defaults() -> None:
    assert set(NAMES) == set(STEPPERS)


@pytest.mark.parametrize("stepper", NAMES)
def test_every_stepper_reaches_the_maximum_of_the_toy_problem(stepper: Any) -> None:
    pool = SPACE.sample(32, generator=make_generator(0))
    assert exact(pool).max().item() < 0.85  # steps must do the rest
    settings = {"beta": 100.0} if stepper == "nasa" else {}  # longer steps jump over the kink
    search = CompositionalSearch(stepper=stepper, settings=settings, n_raw=32, n_restarts=4, n_steps=300)
    x, value = best(search, Toy())
    assert value > 0.9
    torch.testing.assert_close(x, torch.tensor(OPTIMUM, dtype=x.dtype), atol=0.4, rtol=0)


@pytest.mark.parametrize("stepper", NAMES)
def test_the_same_generator_takes_the_same_steps(stepper: Any) -> None:
    search = CompositionalSearch(stepper=stepper, n_steps=10)
    first, again = (search.maximize(Toy(), SPACE, generator=make_generator(1)).x for _ in range(2))
    assert torch.equal(first, again)


def test_steps_and_moves_take_turns() -> None:
    x, value = best(CompositionalSearch(n_restarts=8), Toy(), WITH_CATEGORY)
    assert x[2].item() == 4
    assert value > 0.9


def test_pinned_columns_hold() -> None:
    domain = WITH_CATEGORY.fix({"a": 1.0, "c": "v"})
    found = CompositionalSearch(n_steps=20).maximize(Toy(), domain, generator=make_generator(0))
    assert (found.x[:, 0] == 1.0).all()
    assert (found.x[:, 2] == 1.0).all()


def test_restarts_share_one_tensor_and_inner_points_stay_in_the_box() -> None:
    acq = Toy()
    # C-ADAM extrapolates its steps by 1 / beta, far beyond the box
    search = CompositionalSearch(settings={"lr": 0.5, "beta": 0.01}, n_raw=16, n_restarts=5, n_steps=20)
    search.maximize(acq, SPACE, generator=make_generator(0))
    assert {tuple(one.shape) for one in acq.seen} == {(5, 1, 2)}
    assert max(one.abs().max().item() for one in acq.seen) <= 2.0


def test_sample_sizes_are_fixed_or_grow_up_to_a_limit() -> None:
    fixed, growing = Toy(), Toy()
    few = {"n_raw": 8, "n_restarts": 2, "n_steps": 40}
    CompositionalSearch(sample_size=7, **few).maximize(fixed, SPACE, generator=make_generator(0))
    assert set(fixed.n_drawn) == {7}
    search = CompositionalSearch(sample_size=12, growth=0.8, **few)
    search.maximize(growing, SPACE, generator=make_generator(0))
    steps = growing.n_drawn[::2]  # as many again for the tracker
    assert steps[:4] == [1, 1, 2, 3]
    assert steps == sorted(steps)
    assert steps[31 - 1 :] == [12] * 10


def test_an_acquisition_that_is_no_nested_expectation_is_refused_with_those_that_are() -> None:
    with pytest.raises(
        IncompatibleError, match=r"does not offer a nested expectation of samples; use .*q_ei"
    ):
        CompositionalSearch().maximize(bowl, SPACE, generator=make_generator(0))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"stepper": "scgd", "settings": {"mu": 0.9}}, r"scgd does not take .*'mu'.*hebo.descent"),
        ({"stepper": "cadam", "settings": {"lr": 2.0}}, r"cadam does not take .*lr = 2.0"),
        ({"stepper": "adam"}, "'scgd', 'ascgd', 'nasa' or 'cadam'"),
        ({"growth": 5000.0}, "growth.*\n.*less than or equal to 10"),
    ],
    ids=["unknown", "out of range", "stepper", "growth"],
)
def test_bad_settings_are_refused_with_what_would_work(settings: dict[str, Any], message: str) -> None:
    with pytest.raises((ConfigError, ValidationError), match=message):
        CompositionalSearch(**settings)
