"""Texts of the page of one problem: values with their units, limits, times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hebo.experiment.report.text import number
from hebo.outcomes import Constraint, Objective, Outcomes

NOTHING = "–"

Quantity = Objective | Constraint
"""What is measured."""


def quantities(outcomes: Outcomes) -> list[Quantity]:
    """Return all that is measured, the objectives first."""
    return [*outcomes.objectives, *outcomes.constraints]


def cell(value: Any, *, n_digits: int = 5) -> str:
    """Return a value of a parameter or a quantity in few digits; a dash for none."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return NOTHING
    if isinstance(value, float):
        return number(value, n_digits=n_digits)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def with_unit(value: Any, unit: str, *, n_digits: int = 5) -> str:
    """Return a value with its unit; a dash for none."""
    text = cell(value, n_digits=n_digits)
    return text if not unit or text == NOTHING else f"{text} {unit}"


def values_text(values: Mapping[str, Any], outcomes: Outcomes | None) -> str:
    """Return named values on one line; those of outcomes have their units."""
    if outcomes is None:
        return ", ".join(f"{name} = {cell(one)}" for name, one in values.items() if one is not None)
    known = [(one.name, one.unit) for one in quantities(outcomes)]
    return ", ".join(
        f"{name} {with_unit(values[name], unit)}" for name, unit in known if values.get(name) is not None
    )


def goal_text(objective: Objective) -> str:
    """Return what is wanted of an objective."""
    if objective.target is not None:
        return f"target {with_unit(objective.target, objective.unit)}"
    return f"{objective.goal}d, {objective.better}"


def limit_text(constraint: Constraint) -> str:
    """Return the limits of a constraint with their unit: `at most 5 %`."""
    low, high = (
        None if one is None else with_unit(one, constraint.unit) for one in (constraint.lb, constraint.ub)
    )
    if low is not None and high is not None:
        return f"between {low} and {high}"
    return f"at most {high}" if low is None else f"at least {low}"


def seconds_text(seconds: float) -> str:
    """Return a duration: `0.32 s`, `12 min`, `3.5 h`."""
    if not np.isfinite(seconds):
        return NOTHING
    size, unit = unit_of(seconds)
    return f"{number(seconds / size, n_digits=3)} {unit}"


def unit_of(seconds: float) -> tuple[float, str]:
    """Return the unit in which a duration is a short number: its seconds and its name."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return size, unit
    return 1.0, "s"


def counted(n: int, word: str) -> str:
    """Return a number with a word in its number: `1 trial`, `3 trials`."""
    return f"{n} {word}{'' if n == 1 else 's'}"
