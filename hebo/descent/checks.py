"""Checks of the settings and tensors that steppers are given."""

from __future__ import annotations

import math
from numbers import Integral, Real

from torch import Tensor

from hebo.errors import ConfigError, DataError


def check_number(
    owner: str, name: str, value: object, *, above: float = -math.inf, least: float = -math.inf, most: float
) -> None:
    """Refuse a setting that is not a number with `above < value`, `least <= value <= most`.

    Raises:
        ConfigError: With the value and the range that works.
    """
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        number = float(value)
        if above < number and least <= number <= most:
            return
    lower = f"more than {above:g}" if above > least else f"at least {least:g}"
    upper = "" if math.isinf(most) else f" and at most {most:g}"
    raise ConfigError(f"{owner}: {name} = {value!r}; give a finite number, {lower}{upper}")


def check_count(owner: str, name: str, value: object) -> int:
    """Return a count of at least 1.

    Raises:
        ConfigError: With the value.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ConfigError(f"{owner}: {name} = {value!r}; give an integer of at least 1")
    return int(value)


def check_variable(owner: str, x: Tensor) -> None:
    """Refuse a variable without a leading dimension of restarts, and one that is not of real numbers.

    Raises:
        DataError: With its shape or type, and a remedy.
    """
    if x.ndim < 2:
        raise DataError(
            f"{owner}: the variable has the shape {tuple(x.shape)}; its first dimension counts restarts, "
            "so give `r x d` or `r x q x d` (`x.unsqueeze(0)` for a single start)"
        )
    if not x.is_floating_point():
        raise DataError(f"{owner}: the variable has the type {x.dtype}; use float64 or float32")


def check_inner(owner: str, y: Tensor, x: Tensor) -> None:
    """Refuse inner values that are not those of separate restarts in the type of the variable.

    Raises:
        DataError: With shapes or types, and a remedy.
    """
    if y.ndim < 2 or y.shape[0] != x.shape[0]:
        raise DataError(
            f"{owner}: the inner function returned the shape {tuple(y.shape)} at points {tuple(x.shape)}; "
            f"it must return one row for each of the {x.shape[0]} restarts, `r x m`, the mean over its "
            "samples"
        )
    if y.dtype != x.dtype:
        raise DataError(
            f"{owner}: the inner function returned {y.dtype} at points of {x.dtype}; compute it in the "
            "latter (`w.to(x)` moves samples to type and device of the points)"
        )


def check_outer(owner: str, values: Tensor, y: Tensor) -> None:
    """Refuse outer values that are not one number for each restart.

    Raises:
        DataError: With shapes and a remedy.
    """
    if values.shape != y.shape[:1]:
        raise DataError(
            f"{owner}: the outer function returned the shape {tuple(values.shape)} at inner values "
            f"{tuple(y.shape)}; it must return one value for each restart, ({y.shape[0]},)"
        )
