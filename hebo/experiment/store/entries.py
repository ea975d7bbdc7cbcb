"""Entries of an experiment: the runs and tasks that are to be registered in a store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hebo.errors import StoreError
from hebo.outcomes import Objective, Outcomes

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
        reference_point: Corner of hypervolumes, one value per objective as measured; None where the task
            states none.
        front_hypervolume: That of its true Pareto front there; None where it is not known.
        outcomes: Goals, units and limits of what is measured; None in stores that were written before there
            were any: what is measured is minimized, and kept where it is 0 or less.
    """

    has_costs: bool = False
    reference_point: tuple[float, ...] | None = None
    front_hypervolume: float | None = None
    outcomes: Outcomes | None = None

    def to_json(self) -> dict[str, Any]:
        """Return them as plain values."""
        return {
            "has_costs": self.has_costs,
            "reference_point": self.reference_point,
            "front_hypervolume": self.front_hypervolume,
            "outcomes": None if self.outcomes is None else self.outcomes.model_dump(mode="json"),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any], objectives: Sequence[str]) -> Facts:
        """Read what `to_json` wrote; an older store has written nothing, or less.

        Raises:
            StoreError: If a value is of another kind.
        """
        n_objectives = len(objectives)
        corner, volume = found.get("reference_point"), found.get("front_hypervolume")
        is_corner = isinstance(corner, list) and len(corner) == n_objectives and all(map(_is_number, corner))
        if (corner is not None and not is_corner) or (volume is not None and not _is_number(volume)):
            raise StoreError(f"a row is damaged, the facts of a task are {dict(found)!r:.80}.")
        outcomes = _outcomes_in(found, objectives)
        return cls(found.get("has_costs") is True, tuple(corner) if corner else None, volume, outcomes)


@dataclass(frozen=True)
class NewProblem:
    """A task to be registered: its design space as JSON, its objectives, its known or best known optimum."""

    task: str
    space: Any
    objectives: tuple[str, ...]
    optimum: float | None
    best_known: float | None = None
    facts: Facts = Facts()

    @property
    def outcomes(self) -> Outcomes:
        """Goals, units and limits of what it measures."""
        return outcomes_in(self.facts, self.objectives)


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


def outcomes_in(facts: Facts, objectives: Sequence[str]) -> Outcomes:
    """Return goals, units and limits of what a task measures; minimized where the facts do not say."""
    return _minimized(objectives) if facts.outcomes is None else facts.outcomes


def initial_trials_in(config: Mapping[str, Any], default: int = 0) -> Any:
    """Return the points told before the first ask in a stored configuration; older stores say `told`."""
    return config.get("initial_trials", config.get("told", default))


def _outcomes_in(found: Mapping[str, Any], objectives: Sequence[str]) -> Outcomes:
    """Return the outcomes of a stored task; those of an older store are minimized."""
    stored = found.get("outcomes")
    try:
        outcomes = _minimized(objectives) if stored is None else Outcomes.model_validate(stored)
    except ValueError as error:
        raise StoreError(f"a row is damaged, the outcomes of a task are {stored!r:.80}.") from error
    if outcomes.objective_names != tuple(objectives):
        raise StoreError(f"a row is damaged, the outcomes of a task are {stored!r:.80}.")
    return outcomes


def _minimized(names: Sequence[str]) -> Outcomes:
    """Return minimized objectives of any names: those of an older store are shown as they are."""
    objectives = [Objective.model_construct(name=name) for name in names]
    return Outcomes.model_construct(objectives=tuple(objectives), constraints=())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
