"""Steps of numbers: their check, and how many there are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hebo.design_space.values import is_number

if TYPE_CHECKING:
    from hebo.design_space.numeric import Bounded


def check_step(parameter: Bounded, step: Any, *, integer: bool = False) -> float:
    """Return `step` as a plain number.

    Raises:
        SpaceError: If it is not a positive number, is larger than the range, or is lost in rounding.
    """
    if not is_number(step) or not 0 < step < math.inf:
        raise parameter.problem("step", step, "must be a positive number")
    if integer and int(step) != step:
        raise parameter.problem("step", step, "must be an integer; use type 'num' with a step for fractions")
    span = parameter.ub - parameter.lb
    if step > span * (1 + 1e-12):
        raise parameter.problem("step", step, f"is larger than the range {span!r}; make it smaller")
    if span / step > 2**53:
        raise parameter.problem("step", step, f"is lost in rounding beside the range {span!r}; drop it")
    return int(step) if integer else float(step)


def count_steps(lb: float, ub: float, step: float) -> int:
    """Return the number of grid values `lb, lb + step, ...` up to `ub`, forgiving float noise."""
    return math.floor((ub - lb) / step * (1 + 1e-12) + 1e-9) + 1
