from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.objective.signatures import Call, call_of

NAMES = ("lr", "solver")
POINT = {"lr": 0.1, "solver": "adam"}


def made(function: object, names: tuple[str, ...] = NAMES, arguments: Any = None) -> Call:
    return call_of(function, names, arguments, where="objective.py", function_name="train")


class Trainer:
    def __call__(self, lr: float, solver: str) -> Any:
        return lr, solver


def takes_both(lr: float, solver: str, epochs: int = 3) -> Any:
    return lr, solver


def takes_extra(lr: float, solver: str, extra: int) -> Any:
    return lr, solver


@pytest.mark.parametrize(
    "function",
    [
        takes_both,
        lambda **values: tuple(values.values()),
        lambda lr, **values: (lr, values["solver"]),
        lambda *, solver, lr: (lr, solver),
        lambda lr=1.0, solver="sgd": (lr, solver),
        partial(takes_extra, extra=1),
        Trainer(),
        lambda config: (config["lr"], config["solver"]),
        lambda config, /: (config["lr"], config["solver"]),
        lambda config, epochs=2, **more: (config["lr"], config["solver"]),
    ],
)
def test_a_function_gets_the_point_as_its_signature_says(function: Callable[..., Any]) -> None:
    assert made(function)(POINT, {}) == (0.1, "adam")


def test_seed_and_report_are_given_to_functions_that_take_them() -> None:
    more = {"seed": 7, "report": print}
    assert made(lambda lr, solver, seed: seed)(POINT, more) == 7
    assert made(lambda config, *, seed, report: (config, seed, report))(POINT, more) == (POINT, 7, print)
    assert made(lambda **values: sorted(values))(POINT, more) == ["lr", "solver"]


def test_a_parameter_called_seed_is_a_parameter() -> None:
    assert made(lambda seed: seed, ("seed",))({"seed": 3}, {"seed": 7}) == 3


def test_what_a_function_takes_can_be_said() -> None:
    def ambiguous(lr: Any = None, **values: Any) -> Any:
        return lr, values

    assert made(ambiguous, arguments="dict")(POINT, {}) == (POINT, {})
    assert made(ambiguous, arguments="keywords")(POINT, {}) == (0.1, {"solver": "adam"})


def test_the_dict_belongs_to_the_function() -> None:
    point = dict(POINT)
    made(lambda config: config.clear())(point, {})
    assert point == POINT


async def coroutine(lr: float, solver: str) -> float:
    return 0.0


def generator(lr: float, solver: str) -> Iterator[float]:
    yield 0.0


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [
        (3, None, "is no function but int"),
        (coroutine, None, "is a coroutine; name a function that returns"),
        (generator, None, "is a generator; name a function that returns"),
        (lambda lr: lr, None, "takes no keyword argument 'solver', a parameter of the space; add it"),
        (lambda lr, solvr: lr, None, "takes no keyword argument 'solver', a parameter of the space"),
        (lambda lr, solver, /: lr, None, "takes no keyword argument 'lr'"),
        (lambda lr, solver, depth: lr, None, "needs 'depth', which is no parameter of the space; give it a"),
        (lambda: 0.0, None, "takes no keyword argument 'lr'"),
        (lambda: 0.0, "dict", "takes no dict; give it one argument"),
        (lambda *, config: 0.0, "dict", "takes no dict; give it one argument"),
        (lambda config, depth: 0.0, "dict", "needs 'depth' beside the dict 'config'; give 'depth' a default"),
    ],
)
def test_a_function_that_cannot_take_the_parameters_is_refused(
    function: object, arguments: Any, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        made(function, arguments=arguments)
    assert str(caught.value).startswith("objective.py: `train`")
    assert said in str(caught.value)


def test_a_misspelt_argument_is_named() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'solvr'"):
        made(lambda lr, solvr: lr)


def test_a_parameter_that_is_no_name_of_an_argument_needs_a_dict() -> None:
    names = ("learning rate",)
    assert made(lambda config: config, names)({"learning rate": 1}, {}) == {"learning rate": 1}
    assert made(lambda **values: values, names)({"learning rate": 1}, {}) == {"learning rate": 1}
    with pytest.raises(
        ConfigError, match="'learning rate' of the space is no name of an argument; take a dict"
    ):
        made(lambda lr, solver: lr, names)
