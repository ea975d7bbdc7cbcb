"""Answers of own objectives: a number, or a mapping of numbers, as measured values."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from typing import Any

from hebo.errors import EvaluationError, did_you_mean
from hebo.outcomes import Outcomes

_MOST_SHOWN = 80


def measured_in(answer: object, outcomes: Outcomes, source: str) -> dict[str, Any]:
    """Return name -> float of all that is measured, then further values of a mapping as they are.

    NaN stands for a value that is not there: None, NaN or an infinity.

    Args:
        answer: A number where there is one objective and no constraint, or a mapping.
        outcomes: What is to be there.
        source: Who answered, for messages.

    Raises:
        EvaluationError: If the answer is something else, or a value is missing or no real number.
    """
    if not isinstance(answer, Mapping):
        if len(outcomes.names) > 1:
            raise EvaluationError(f"{source} {shown(answer)}; expected {expected(outcomes)}")
        return {outcomes.names[0]: number_of(answer, source, f"; expected {expected(outcomes)}")}
    named = {str(name): one for name, one in answer.items()}
    for name in outcomes.names:
        if name not in named:
            hint = did_you_mean(name, named) if named else " It is empty."
            raise EvaluationError(
                f"{source} a mapping without '{name}'; expected {expected(outcomes)}.{hint}"
            )
    rest = "; expected a real number, or None where there is no value"
    values = {name: number_of(named[name], source, f" for '{name}'{rest}") for name in outcomes.names}
    return values | {name: one for name, one in named.items() if name not in values}


def expected(outcomes: Outcomes) -> str:
    """Return what an answer has to be, in words."""
    names = ", ".join(f"'{name}'" for name in outcomes.names)
    one = "a number, or " if len(outcomes.names) == 1 else ""
    return f"{one}a mapping with {names}"


def number_of(value: object, before: str, after: str) -> float:
    """Return a real number as a float, None and what is not finite as NaN.

    Scalars of NumPy and tensors count, as do arrays of one element.

    Args:
        value: Anything.
        before: What stands before the value in a message.
        after: What stands behind it.

    Raises:
        EvaluationError: If it is none: a boolean, a text, a complex number, several numbers.
    """
    if value is None:
        return math.nan
    plain = _scalar(value)
    if isinstance(plain, bool) or not isinstance(plain, numbers.Real):
        raise EvaluationError(f"{before} {shown(value)}{after}")
    try:
        found = float(plain)
    except OverflowError:
        raise EvaluationError(f"{before} a number too large for a float{after}") from None
    return found if math.isfinite(found) else math.nan


def shown(value: object) -> str:
    """Return a value in words: its type, and its beginning or its shape."""
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and shape:
        return f"a {type(value).__name__} of the shape {tuple(shape)}"
    text = " ".join(repr(value).split())
    return f"{text[:_MOST_SHOWN]}{'...' * (len(text) > _MOST_SHOWN)} ({type(value).__name__})"


def _scalar(value: Any) -> object:
    """Return the one number in a scalar or an array of NumPy, PyTorch and alike; other values as they are."""
    item = getattr(value, "item", None)
    if not callable(item) or isinstance(value, type):
        return value
    try:
        return item()
    except (TypeError, ValueError, RuntimeError):  # of several elements
        return value
