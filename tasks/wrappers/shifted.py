"""Moving the optimum inside the box, against optimizers that favor its centre."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hebo.errors import IncompatibleError
from tasks.base import Columns
from tasks.wrappers.base import Wrapper

Array = NDArray[np.float64]


class Shifted(Wrapper):
    """A task seen through a continuous, increasing change of each numeric variable.

    On the variable's own scale (logarithms for a log scale) scaled to `[0, 1]`, the point `1/2 + s` of the
    new task is the point `1/2` of the old one, with straight lines from there to both ends. The box is
    mapped onto itself, so that the values, and the optimum among them, stay; only their locations move.
    Each `s` is drawn evenly from `[-size, size]`. Variables that take finitely many values do not move.

    Args:
        size: Largest move of the centre, as a part of the variable's range.
        shift_seed: Fixes the moves.
    """

    size: float = Field(0.25, ge=0, lt=0.5)
    shift_seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _check_space(self) -> Shifted:
        if not self._moving:
            raise IncompatibleError(
                f"Shifted moves numeric variables, but {self.task.name} has none; leave out the wrapper."
            )
        return self

    @cached_property
    def _moving(self) -> list[int]:
        """The encoded columns that take infinitely many values."""
        return [j for j in range(self.space.n_dims) if j not in self.space.discrete_dims]

    @cached_property
    def _centres(self) -> Array:
        """Where the old centre is in the new task, as parts of the range, one per moved column."""
        rng = np.random.default_rng(self.shift_seed)
        return 0.5 + rng.uniform(-self.size, self.size, len(self._moving))

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """Those of the task, moved."""
        known = self.task.minimizers
        if known is None:
            return None
        return self._move(known, source=np.full(len(self._moving), 0.5), target=self._centres)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        old = self._move(frame, source=self._centres, target=np.full(len(self._moving), 0.5))
        return self.task._columns(old, rng)

    def _move(self, frame: pd.DataFrame, *, source: Array, target: Array) -> pd.DataFrame:
        """Return points where the parts `source` of the ranges have become `target`."""
        x = self.space.encode(frame).numpy().copy()
        low, high = self.space.bounds.numpy()[:, self._moving]
        part = (x[:, self._moving] - low) / (high - low)
        moved = np.where(
            part <= source, part / source * target, 1.0 - (1.0 - part) / (1.0 - source) * (1.0 - target)
        )
        x[:, self._moving] = np.clip(low + moved * (high - low), low, high)
        return self.space.decode(torch.from_numpy(x)).set_axis(frame.index, axis=0)
