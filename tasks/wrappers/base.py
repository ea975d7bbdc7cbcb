"""What wrappers share: a nested task, passed through wherever the wrapper does not change it."""

from __future__ import annotations

from typing import Any

import pandas as pd
from pydantic import SerializeAsAny

from hebo.design_space.design_space import DesignSpace
from tasks.base import Columns, Task


class Wrapper(Task):
    """A task that changes another one a little; a subclass writes `_evaluate`.

    Args:
        task: The task to change.
    """

    task: SerializeAsAny[Task]

    @property
    def name(self) -> str:
        """The kind of wrapper around the name of the task."""
        return f"{type(self).__name__.lower()}({self.task.name})"

    @property
    def objectives(self) -> tuple[str, ...]:
        """Those of the task."""
        return self.task.objectives

    @property
    def constraints(self) -> tuple[str, ...]:
        """Those of the task, as measured there."""
        return self.task.constraints

    @property
    def optimum(self) -> float | None:
        """That of the task."""
        return self.task.optimum

    @property
    def best_known(self) -> float | None:
        """That of the task, unless this one has its own."""
        own = super().best_known
        return self.task.best_known if own is None else own

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        """That of the task."""
        return self.task.reference_point

    @property
    def front_hypervolume(self) -> float | None:
        """That of the task."""
        return self.task.front_hypervolume

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """Those of the task."""
        return self.task.minimizers

    def initial_points(self, n: int, *, seed: int | None = None) -> pd.DataFrame | None:
        """Return those of the task."""
        return self.task.initial_points(n, seed=seed)

    @property
    def notes(self) -> tuple[str, ...]:
        """Those of the task."""
        return self.task.notes

    def require(self) -> None:
        """Check what the task needs."""
        self.task.require()

    @property
    def is_noisy(self) -> bool:
        """Whether the task is."""
        return self.task.is_noisy

    def parameters(self) -> list[dict[str, Any]]:
        """Return those of the task."""
        return self.task.parameters()

    @property
    def space(self) -> DesignSpace:
        """That of the task, constraints included."""
        return self.task.space


def noiseless_name(objectives: tuple[str, ...], objective: str) -> str:
    """Return the column of an objective without noise: `noiseless` for the first, else with its name."""
    return "noiseless" if objective == objectives[0] else f"{objective}_noiseless"


def keep_noiseless(columns: Columns, objectives: tuple[str, ...]) -> Columns:
    """Return the columns with a copy of each objective as it is before noise is added.

    The copies are columns of information that reports score by. Where a noisy task is wrapped again, the
    innermost copy stays: it alone is without any noise.
    """
    copies = {noiseless_name(objectives, one): columns[one] for one in objectives}
    return columns | {name: values for name, values in copies.items() if name not in columns}
