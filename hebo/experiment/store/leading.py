"""Leading quantity of a run: the number by which runs of a task are compared, after each of its trials.

Smaller is better, always:

* one objective: the best so far of what is minimized (see `hebo.outcomes`);
* several objectives: minus the hypervolume of the front so far, at a reference point;
* a task with contexts: the mean over the contexts met so far of that of each context, as values of different
  contexts cannot be compared. Where the least value of each context is known, it is subtracted: what is left
  is the mean simple regret.

A trial that failed, that breaks a constraint or that is not at the target fidelity changes nothing. A context
without a success has no best value, and neither has the mean; a front without points has the hypervolume 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from hebo.outcomes import Objective

Row = Mapping[str, Any]

CONTEXT_OPTIMUM = "context_optimum"
"""The column of information in which a task says the least value in the context of a trial."""


@dataclass(frozen=True)
class Seen:
    """What the leading quantity depends on of a trial.

    Attributes:
        values: Objective -> what is minimized of it; None where the trial does not compete.
        context: The context, as `context_of` writes it; "" where the task has none.
        scored: The same that is scored in place of what was measured, which decides what is best.
    """

    values: Row | None
    context: str = ""
    scored: Row | None = None


@dataclass(frozen=True)
class Leading:
    """How runs of a task are compared.

    Attributes:
        objectives: Their names.
        reference: Corner of the hypervolume of several objectives, minimized.
        optima: Context -> its least value, where that is subtracted.
    """

    objectives: tuple[str, ...]
    reference: tuple[float, ...] = ()
    optima: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_hypervolume(self) -> bool:
        """Whether the quantity is minus a hypervolume."""
        return len(self.objectives) > 1

    def curve(self, trials: Iterable[Seen]) -> list[float]:
        """Return the quantity after each trial of a run; NaN where a context has no success."""
        standing = Standing(self.objectives, self.reference)
        return [standing.add(one).value(self.optima) for one in trials]


class Standing:
    """Where a run stands after the trials added so far.

    Args:
        objectives: Their names.
        reference: Corner of the hypervolume of several objectives.
    """

    def __init__(self, objectives: Sequence[str], reference: Sequence[float] = ()) -> None:
        self._objectives, self._reference = objectives, reference
        self._reached: dict[str, _Front | _Best] = {}

    def add(self, trial: Seen) -> Self:
        """Add a trial."""
        mine = self._reached.setdefault(trial.context, self._empty())
        if trial.values is not None:
            mine.add(self._row(trial.values), self._row(trial.scored or trial.values))
        return self

    def value(self, optima: Mapping[str, float]) -> float:
        """Return the leading quantity, NaN before the first trial; see `Leading.optima`."""
        found = [state.value - optima.get(context, 0.0) for context, state in self._reached.items()]
        return math.fsum(found) / len(found) if found else math.nan

    def _empty(self) -> _Front | _Best:
        return _Front(self._reference) if len(self._objectives) > 1 else _Best()

    def _row(self, values: Row) -> list[float]:
        return [_number(values.get(name)) for name in self._objectives]


class _Best:
    """The smallest measured value, and the scored value of its trial."""

    def __init__(self) -> None:
        self._measured, self.value = math.inf, math.nan

    def add(self, measured: list[float], scored: list[float]) -> None:
        """Add a trial."""
        if measured[0] < self._measured:
            self._measured, self.value = measured[0], scored[0]


class _Front:
    """The trials that no other one dominates, and minus the hypervolume of their scored values."""

    def __init__(self, reference: Sequence[float]) -> None:
        self._reference, self.value = reference, 0.0
        self._rows: list[tuple[list[float], list[float]]] = []

    def add(self, measured: list[float], scored: list[float]) -> None:
        """Add a trial; its values are finite, or it is none of the front."""
        from hebo.pareto import front, hypervolume

        if not all(map(math.isfinite, measured)):
            return
        rows = [*self._rows, (measured, scored)]
        kept = front([one for one, _ in rows])
        if kept[-1]:
            self._rows = [row for row, is_kept in zip(rows, kept, strict=True) if is_kept]
            self.value = 0.0 - hypervolume([one for _, one in self._rows], self._reference)


def context_of(params: Row, names: Sequence[str]) -> str:
    """Return the context of a point as a text, such as `temp=20, machine=B`; "" where there is none."""
    return ", ".join(f"{name}={_text(params.get(name))}" for name in names)


def optimum_in(extras: Row | None, objective: Objective) -> float | None:
    """Return what is minimized at the best of the context of a trial, as it reports; None if it does not."""
    value = _number((extras or {}).get(CONTEXT_OPTIMUM))
    return float(objective.minimized(value)) if math.isfinite(value) else None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def _text(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)
