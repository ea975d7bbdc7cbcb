"""Contexts of a task: the values that its context parameters have from ask to ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pandas as pd
from numpy.random import Generator
from pydantic import model_validator

from hebo.errors import ConfigError, HeboError, did_you_mean
from hebo.random import make_generator
from tasks.base import Columns
from tasks.wrappers.base import Wrapper


class InContexts(Wrapper):
    """A task with context parameters, and what these are in each ask: a fixed cycle, or drawn at random.

    All optimizers meet the same contexts in the same order. All points of a batch have the same one.

    Args:
        contexts: Values of all context parameters, one mapping after the other, from the first one again
            after the last. One that is named twice comes twice as often.
        random: Draw the contexts instead, each from the distribution of its parameter, together with points
            that keep the input constraints; other ones for each seed.
    """

    example: ClassVar[dict[str, Any]] = {
        "task": {"type": "related_contexts", "task": "branin"},
        "contexts": [{"context": "c0"}, {"context": "c1"}],
    }

    contexts: tuple[dict[str, Any], ...] = ()
    random: bool = False

    @model_validator(mode="after")
    def _check(self) -> InContexts:
        if not self.names:
            raise ConfigError(
                f"{self.task.name} has no context parameter; give one the `role: context`, or leave out "
                "the wrapper."
            )
        if bool(self.contexts) == self.random:
            raise ConfigError(
                "give `contexts: [{...}, {...}]`, a cycle of values, or `random: true`, and not both; the "
                f"context parameters are {', '.join(self.names)}."
            )
        for place, one in enumerate(self.contexts):
            self._check_one(place, one)
        return self

    @property
    def names(self) -> list[str]:
        """The context parameters."""
        return [name for name, role in self.task.space.roles.items() if role == "context"]

    def context(self, iteration: int, *, seed: int) -> Mapping[str, Any]:
        """Return the values of an ask; see `Task.context`."""
        if self.contexts:
            return dict(self.contexts[iteration % len(self.contexts)])
        generator = make_generator("context", seed, iteration)
        drawn = self.space.decode(self.space.sample(1, generator=generator, method="random"))
        (point,) = drawn.to_dict("records")
        return {name: point[name] for name in self.names}

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        return self.task._columns(frame, rng)

    def _check_one(self, place: int, values: Mapping[str, Any]) -> None:
        """Refuse a context with an unknown or a missing name, or a value that its parameter cannot have."""
        for name in values:
            if name not in self.names:
                raise ConfigError(
                    f"contexts[{place}]: '{name}' is not a context parameter.{did_you_mean(name, self.names)}"
                )
        for name in self.names:
            if name not in values:
                raise ConfigError(f"contexts[{place}]: '{name}' is missing; say its value.")
        try:
            self.task.space.fix({**self.task.space.targets, **values})
        except HeboError as error:
            raise ConfigError(f"contexts[{place}]: {error}") from error
