"""What wrappers share: a nested task, passed through wherever the wrapper does not change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, SerializeAsAny, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Objective, Outcomes
from tasks.base import Columns, Task, sd_name

if TYPE_CHECKING:
    from hebo.design_space.design_space import DesignSpace

NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Wrapper(Task):
    """A task that changes another one a little; a subclass writes `_evaluate`.

    Args:
        task: The task to change.

    Attributes:
        PER_OBJECTIVE: Settings in units of the objectives: one number for all, or a list with one for each.
    """

    PER_OBJECTIVE: ClassVar[tuple[str, ...]] = ()

    task: SerializeAsAny[Task]

    @model_validator(mode="after")
    def _check_lengths(self) -> Wrapper:
        for name in self.PER_OBJECTIVE:
            value, objectives = getattr(self, name), list(self.task.objectives)
            if isinstance(value, tuple) and len(value) != len(objectives):
                raise ConfigError(
                    f"{name} has {len(value)} values for the {len(objectives)} objective(s) {objectives} of "
                    f"{self.task.name}; give one for each, or one number for all."
                )
        return self

    def _each(self, setting: str) -> dict[str, Any]:
        """Return objective -> the value of a setting for it."""
        value, names = getattr(self, setting), self.task.objectives
        return dict(zip(names, value if isinstance(value, tuple) else (value,) * len(names), strict=True))

    def _refuse_targets(self, why: str) -> None:
        """Raise ConfigError if an objective of the task has a target."""
        for one in self.task.outcomes.objectives:
            if one.goal == "target":
                raise ConfigError(
                    f"the objective '{one.name}' of {self.task.name} has a target, and {why}; choose a task "
                    "with objectives that are minimized or maximized, or leave out the wrapper"
                )

    @property
    def name(self) -> str:
        """The kind of wrapper around the name of the task."""
        return f"{type(self).__name__.lower()}({self.task.name})"

    @property
    def outcomes(self) -> Outcomes:
        """Those of the task, as measured there."""
        return self.task.outcomes

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

    def context(self, iteration: int, *, seed: int) -> Mapping[str, Any] | None:
        """Return that of the task."""
        return self.task.context(iteration, seed=seed)

    @property
    def cost_column(self) -> str | None:
        """The column of the task."""
        return self.task.cost_column

    @property
    def known_noise(self) -> tuple[str, ...]:
        """Those of the task; a wrapper that adds noise says what is known of the sum."""
        return self.task.known_noise

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


def sign_of(objective: Objective) -> float:
    """Return -1 for an objective that is maximized, else 1.

    Drawn errors are multiplied by it, so that what is minimized of a task has the same ones whether the task
    measures it or its negative.
    """
    return -1.0 if objective.goal == "maximize" else 1.0


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


class NoiseAdding(Wrapper):
    """A wrapper that adds noise of a standard deviation that it knows, and may report.

    Args:
        reports_sd: Report the standard deviation of the noise in the column `<objective>_sd`, for optimizers
            that use known variances.
    """

    reports_sd: bool = False

    @property
    def is_noisy(self) -> bool:
        """True: each evaluation draws its noise."""
        return True

    @property
    def gradient_of(self) -> tuple[str, ...]:
        """Those of the task: the mean of what is measured has its derivatives."""
        return self.task.gradient_of

    @property
    def known_noise(self) -> tuple[str, ...]:
        """The objectives whose whole noise is known, that of the task included."""
        is_known = self.reports_sd and not self.task.is_noisy
        return self.objectives if is_known else self.task.known_noise if self.reports_sd else ()

    def _with_sd(self, columns: Columns, objective: str, sd: NDArray[np.float64]) -> Columns:
        """Return the columns with the standard deviation of the whole noise, where that is known."""
        name = sd_name(objective)
        rest = {key: one for key, one in columns.items() if key != name}
        if objective not in self.known_noise:
            return rest
        return rest | {name: np.hypot(columns.get(name, np.zeros(len(sd))), sd)}
