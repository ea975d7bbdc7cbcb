"""How a function is called with a point, read from its signature before anything is measured."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Any, Literal

from hebo.errors import ConfigError, did_you_mean

Arguments = Literal["keywords", "dict"]

SEED, REPORT = "seed", "report"
SPECIAL = (SEED, REPORT)
"""Arguments that a function may take beside the parameters."""


@dataclass(frozen=True)
class Call:
    """A way to call a function.

    Attributes:
        function: What is called.
        is_dict: Whether the point is its first argument, as a dict, instead of keyword arguments.
        special: Which of `SPECIAL` it takes.
    """

    function: Callable[..., Any]
    is_dict: bool
    special: frozenset[str]

    def __call__(self, point: Mapping[str, Any], more: Mapping[str, Any]) -> Any:
        """Call the function with a point; `more` has a value for each of `SPECIAL`."""
        chosen = {name: more[name] for name in self.special}
        return self.function(dict(point), **chosen) if self.is_dict else self.function(**point, **chosen)


def call_of(
    function: object, names: Sequence[str], arguments: Arguments | None, *, where: str, function_name: str
) -> Call:
    """Return how a function is called with parameters.

    Without `arguments` a function gets keyword arguments, unless the only argument that it needs is none of
    the parameters, as in `def train(config)`: then it gets a dict.

    Args:
        function: From the user's file.
        names: Of the parameters.
        arguments: `keywords`, `dict`, or None to tell by the signature.
        where: The file, for messages.
        function_name: What the file calls it.

    Raises:
        ConfigError: If it is no function, or cannot be called with these parameters.
    """
    what = f"{where}: `{function_name}`"
    if not callable(function):
        raise ConfigError(f"{what} is no function but {type(function).__name__}; name a function.")
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        kind = "a coroutine" if inspect.iscoroutinefunction(function) else "a generator"
        raise ConfigError(f"{what} is {kind}; name a function that returns its values.")
    signature = _signature(function, what)
    takes = list(signature.parameters.values())
    is_dict = _takes_dict(takes, names) if arguments is None else arguments == "dict"
    special = frozenset(one for one in SPECIAL if one not in names and _by_keyword(takes, one))
    if is_dict:
        _check_dict(takes, special, what)
    else:
        _check_keywords(takes, names, special, f"{what}{signature}")
    return Call(function, is_dict, special)


def _signature(function: Callable[..., Any], what: str) -> Signature:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{what} does not say its arguments ({error}); put a `def` around it.") from error


def _by_keyword(takes: Sequence[Parameter], name: str) -> bool:
    kinds = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    return any(one.name == name and one.kind in kinds for one in takes)


def _needed(takes: Sequence[Parameter]) -> list[Parameter]:
    variadic = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return [one for one in takes if one.default is Parameter.empty and one.kind not in variadic]


def _takes_dict(takes: Sequence[Parameter], names: Sequence[str]) -> bool:
    needed = [one.name for one in _needed(takes) if one.name not in SPECIAL]
    return len(needed) == 1 and not {one.name for one in takes} & set(names)


def _check_dict(takes: Sequence[Parameter], special: frozenset[str], what: str) -> None:
    first = next(iter(takes), None)
    if first is None or first.kind in (Parameter.KEYWORD_ONLY, Parameter.VAR_KEYWORD):
        raise ConfigError(f"{what} takes no dict; give it one argument, or write `arguments: keywords`.")
    for one in _needed(takes[1:]):
        if one.name not in special:
            raise ConfigError(
                f"{what} needs '{one.name}' beside the dict '{first.name}'; give '{one.name}' a default."
            )


def _check_keywords(
    takes: Sequence[Parameter], names: Sequence[str], special: frozenset[str], what: str
) -> None:
    takes_any = any(one.kind is Parameter.VAR_KEYWORD for one in takes)
    for name in names:
        if _by_keyword(takes, name) or (takes_any and all(one.name != name for one in takes)):
            continue
        if not name.isidentifier():
            raise ConfigError(
                f"{what}: the parameter '{name}' of the space is no name of an argument; take a dict, "
                "`def f(config)`, or rename it."
            )
        known = [one.name for one in takes if one.name not in names]
        raise ConfigError(
            f"{what} takes no keyword argument '{name}', a parameter of the space; add it, or take "
            f"`**parameters`.{did_you_mean(name, known) if known else ''}"
        )
    for one in _needed(takes):
        if one.name not in names and one.name not in special:
            raise ConfigError(
                f"{what} needs '{one.name}', which is no parameter of the space; give it a default, or add "
                f"it to `space`.{did_you_mean(one.name, names)}"
            )
