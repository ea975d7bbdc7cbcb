"""What a call of `minimize`, `maximize` or `Study.optimize` has found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hebo.errors import DataError
from hebo.experiment.store.frames import rows_of

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.optimizer.optimizer import Optimizer


class Studied(Protocol):
    """What a study knows of itself; see `hebo.study.study.Study`."""

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of the best feasible trial."""

    @property
    def best_value(self) -> float:
        """Its measured value."""

    @property
    def trials(self) -> DataFrame:
        """All trials."""

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, told of all trials."""

    def report(self, path: str | Path | None = None) -> Path:
        """Write a page with the results."""


@dataclass(frozen=True)
class StudyResult:
    """The outcome of a study so far.

    Attributes:
        study: The study itself, for more trials.
        stopped_by: Why it ended before it had all its trials; None if it has them.
    """

    study: Studied
    stopped_by: str | None = None

    @property
    def best(self) -> dict[str, Any]:
        """The parameters of the best feasible trial; see `Study.best`."""
        return self.study.best

    @property
    def best_value(self) -> float:
        """Its measured value."""
        return self.study.best_value

    @property
    def recommended(self) -> dict[str, Any]:
        """The parameters that the model thinks best; see `Optimizer.recommend`.

        With noise these are mostly better than `best`, which may have been lucky.
        """
        (found,) = rows_of(self.study.optimizer.recommend())
        return found

    @property
    def front(self) -> DataFrame:
        """The Pareto front of several objectives; see `Optimizer.front`."""
        return self.study.optimizer.front

    @property
    def trials(self) -> DataFrame:
        """All trials, a row each."""
        return self.study.trials

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, for predictions and what its model learnt."""
        return self.study.optimizer

    def report(self, path: str | Path | None = None) -> Path:
        """Write a page with the results, and return its path; see `Study.report`."""
        return self.study.report(path)

    def __repr__(self) -> str:
        counts = self.trials["status"].value_counts()
        shown = ", ".join(f"{count} {status}" for status, count in counts.items())
        try:
            found = f"best={self.best!r}, best_value={self.best_value:.6g}"
        except DataError as error:
            found = str(error)
        return f"StudyResult({found}; trials: {shown or 'none'})"
