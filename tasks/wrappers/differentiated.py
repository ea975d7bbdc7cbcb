"""Derivatives of the objective: what an adjoint solver or automatic differentiation would report."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hebo.design_space.parameters.numeric import Numeric
from hebo.errors import ConfigError
from tasks.base import Columns
from tasks.wrappers.base import Wrapper


class Differentiated(Wrapper):
    """A task that reports derivatives of its objective, in the columns `gradient_<parameter>`.

    They are central differences by the real-valued parameters, in natural units, with evaluations of the task
    that do not count as trials. At a bound the difference is one-sided. Put noise around it, not inside: the
    difference of two noisy values is noise. `costed`, `noisy` and `heteroscedastic` pass derivatives on;
    other wrappers do not, so put those inside.

    Args:
        step: Of the differences, as a part of the range of the encoded column.
    """

    step: float = Field(1e-6, gt=0, le=0.01)

    @model_validator(mode="after")
    def _can_be_differentiated(self) -> Differentiated:
        if len(self.objectives) > 1:
            raise ConfigError(
                f"{self.task.name} has several objectives, and derivatives are told of one; choose another."
            )
        if self.task.is_noisy:
            raise ConfigError(
                f"{self.task.name} is noisy, and differences of noisy values are noise; wrap the noise "
                "around `differentiated`."
            )
        if not self.gradient_of:
            raise ConfigError(f"{self.task.name} has no real-valued parameter; choose another task.")
        return self

    @property
    def gradient_of(self) -> tuple[str, ...]:
        """All real-valued parameters."""
        return tuple(
            name
            for name, one in self.space.parameters.items()
            if isinstance(one, Numeric) and one.cardinality is None
        )

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        found = self.task._columns(frame, rng)
        slopes = {f"gradient_{name}": self._slopes(frame, name, rng) for name in self.gradient_of}
        return {**found, **slopes}

    def _slopes(self, frame: pd.DataFrame, name: str, rng: Generator) -> NDArray[np.float64]:
        """Return the derivatives by one parameter, `n`; NaN where it is inactive or a neighbor fails."""
        low, high = self._moved(frame, name, -1), self._moved(frame, name, 1)
        rise = [self.task._columns(one, rng)[self.objectives[0]] for one in (low, high)]
        run = [one[name].to_numpy(dtype=float) for one in (low, high)]
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = (rise[1] - rise[0]) / (run[1] - run[0])
        return np.where(np.isfinite(slopes), slopes, np.nan)

    def _moved(self, frame: pd.DataFrame, name: str, side: int) -> pd.DataFrame:
        """Return the points with one parameter a step lower or higher on its scale, within its bounds."""
        x, column = self.space.encode(frame).clone(), self.space.columns[name].start
        lower, upper = self.space.bounds[:, column].tolist()
        x[:, column] = (x[:, column] + side * self.step * (upper - lower)).clamp(lower, upper)
        return frame.assign(**{name: self.space.decode(x)[name].to_numpy()})
