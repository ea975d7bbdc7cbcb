"""Related contexts: copies of a task with an offset each, and best points moved apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, model_validator

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from tasks.base import CONTEXT_OPTIMUM, Columns, Task
from tasks.wrappers.base import Wrapper
from tasks.wrappers.shifted import Shifted


class RelatedContexts(Wrapper):
    """A task in several contexts that are alike: `f(x, c) = f(s_c(x)) + offset_c`.

    The parameter `context` with the values `c0`, `c1`, ... is given from outside; `in_contexts` says how. In
    context `c0` the map `s` is the identity, in each other one it moves the best points inside the box (see
    `Shifted`), so that the best value of each context is known: that of the task plus the offset. Each
    evaluation reports it in the column `context_optimum`.

    Args:
        offsets: One number per context, in the units of the first objective, which it is added to.
        size: Largest move of a best point between contexts, as a part of a variable's range; 0 for none.
        shift_seed: Fixes the moves.
    """

    offsets: tuple[float, ...] = Field((0.0, 5.0), min_length=2)
    size: float = Field(0.0, ge=0, lt=0.5)
    shift_seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _check_names(self) -> RelatedContexts:
        if "context" in self.task.space.names or self.task.space.roles:
            raise ConfigError(
                f"related_contexts adds a parameter `context`, and {self.task.name} has one of that "
                "name or of a role already; wrap another task."
            )
        self._refuse_targets("an offset changes which points are the best")
        return self

    @property
    def contexts(self) -> list[str]:
        """The names of the contexts."""
        return [f"c{place}" for place in range(len(self.offsets))]

    def parameters(self) -> list[dict[str, Any]]:
        """Return those of the task, and the context."""
        context = {"name": "context", "type": "cat", "categories": self.contexts, "role": "context"}
        return [*self.task.parameters(), context]

    def input_constraints(self) -> list[dict[str, Any]]:
        """Return those of the task."""
        return self.task.input_constraints()

    @cached_property
    def space(self) -> DesignSpace:
        """That of the task with the context."""
        return DesignSpace().parse(self.parameters(), constraints=self.input_constraints())

    @property
    def optimum(self) -> float | None:
        """None: it depends on the context; see `optimum_in`."""
        return None

    @property
    def best_known(self) -> float | None:
        """None: it depends on the context."""
        return None

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        """None: that of the task, moved by the offset, is another one in each context."""
        return None

    @property
    def front_hypervolume(self) -> float | None:
        """None: hypervolumes of contexts have no reference point in common."""
        return None

    def optimum_in(self, context: Mapping[str, Any]) -> float | None:
        """Return the best value in a context, as `{"context": "c1"}`; None where the task has none."""
        offset = self.offsets[self.contexts.index(context["context"])]
        return None if self.task.optimum is None else self.task.optimum + offset

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """Known best points in each context."""
        found = {name: self.of(name).minimizers for name in self.contexts}
        tables = [one.assign(context=name) for name, one in found.items() if one is not None]
        return pd.concat(tables, ignore_index=True) if len(tables) == len(found) else None

    def initial_points(self, n: int, *, seed: int | None = None) -> pd.DataFrame | None:
        """Return those of the task, in the contexts in turn."""
        points = self.task.initial_points(n, seed=seed)
        if points is None:
            return None
        return points.assign(context=[self.contexts[row % len(self.contexts)] for row in range(len(points))])

    def of(self, context: str) -> Task:
        """Return the task of a context, without its offset, in the space without `context`."""
        place = self.contexts.index(context)
        if not place or not self.size:
            return self.task
        return Shifted(task=self.task, size=self.size, shift_seed=self.shift_seed + place)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        found: list[pd.DataFrame] = []
        for name in self.contexts:
            rows = frame[frame["context"] == name]
            if len(rows):
                columns = self.of(name)._columns(rows.drop(columns="context"), rng)
                found.append(self._placed(pd.DataFrame(columns, index=rows.index), name))
        table = pd.concat(found).loc[frame.index]
        return {str(name): table[name].to_numpy() for name in table.columns}

    def _placed(self, table: pd.DataFrame, context: str) -> pd.DataFrame:
        """Return values with the offset of a context, and its best value."""
        optimum = self.optimum_in({"context": context})
        offset = self.offsets[self.contexts.index(context)]
        known = np.full(len(table), np.nan if optimum is None else optimum)
        shifted = {
            name: table[name] + offset for name in (self.objectives[0], "noiseless") if name in table.columns
        }
        return table.assign(**shifted, **{CONTEXT_OPTIMUM: known})
