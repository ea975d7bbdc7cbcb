"""Entries of an experiment: the runs and tasks that are to be registered in a store."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from hebo.errors import StoreError

Related = tuple[Mapping[str, Any], ...]
"""The related tasks that a run learns from, as the state of an optimizer has them."""


@dataclass(frozen=True)
class NewRun:
    """A run to be registered; the columns of `tables.runs` that the YAML decides."""

    run_id: str
    optimizer: str
    task: str
    seed: int
    n_trials: int
    batch_size: int
    config: Mapping[str, Any]
    max_cost: float | None = None


@dataclass(frozen=True)
class Facts:
    """What is known of a task beside its space and its values.

    Attributes:
        has_costs: Whether its evaluations have costs.
        reference_point: Corner of hypervolumes, one value per objective; None where the task states none.
        front_hypervolume: That of its true Pareto front there; None where it is not known.
    """

    has_costs: bool = False
    reference_point: tuple[float, ...] | None = None
    front_hypervolume: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return them as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any], n_objectives: int) -> Facts:
        """Read what `to_json` wrote; an older store has written nothing.

        Raises:
            StoreError: If a value is of another kind.
        """
        corner, volume = found.get("reference_point"), found.get("front_hypervolume")
        is_corner = isinstance(corner, list) and len(corner) == n_objectives and all(map(_is_number, corner))
        if (corner is not None and not is_corner) or (volume is not None and not _is_number(volume)):
            raise StoreError(f"a row is damaged, the facts of a task are {dict(found)!r:.80}.")
        return cls(found.get("has_costs") is True, tuple(corner) if corner else None, volume)


@dataclass(frozen=True)
class NewProblem:
    """A task to be registered: its design space as JSON, its objectives, its known or best known optimum."""

    task: str
    space: Any
    objectives: tuple[str, ...]
    optimum: float | None
    best_known: float | None = None
    facts: Facts = Facts()


@dataclass(frozen=True)
class Entries:
    """All runs, in order, and all tasks of an experiment.

    Attributes:
        runs: The runs.
        problems: The tasks.
        related: Label of a task -> the related tasks that its runs learn from; not kept in a store.
        notes: What people should know of these, a line each.
    """

    runs: tuple[NewRun, ...]
    problems: tuple[NewProblem, ...]
    related: Mapping[str, Related] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def initial_trials_in(config: Mapping[str, Any], default: int = 0) -> Any:
    """Return the points told before the first ask in a stored configuration; older stores say `told`."""
    return config.get("initial_trials", config.get("told", default))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
