"""Hidden utility: somebody who says which of two points is better, and errs at times."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from hebo.random import derive_seed
from tasks.base import Columns
from tasks.wrappers.base import Wrapper


class HiddenUtility(Wrapper):
    """A task of whose values only comparisons are known: the better of two by the goal of the objective.

    It stands for a person whose taste is known, so that preferential optimizers can be tested. `evaluate`
    gives the values as they are, for reports of how good a point is.

    Args:
        error_rate: Probability that an answer is the wrong way round.
    """

    error_rate: float = Field(0.0, ge=0, lt=0.5)

    @model_validator(mode="after")
    def _has_one_objective(self) -> Self:
        if len(self.objectives) != 1:
            raise ConfigError(
                f"the task has the objectives {list(self.objectives)}, and a utility is one number; choose a "
                "task of one objective"
            )
        return self

    def compare(self, points: pd.DataFrame, *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Rank points, and return each with the next best one, as `Optimizer.prefer` takes them.

        Each of the `n - 1` answers errs by itself. A point whose evaluation failed is the worst; two such,
        and equal ones, are not compared with each other.

        Args:
            points: `n` rows in natural units.
            seed: Fixes which answers are wrong.

        Returns:
            The better and the worse points, a row for each answer.
        """
        objective = self.outcomes.objectives[0]
        measured = self.evaluate(points, seed=seed)[objective.name]
        values = objective.minimized(measured).fillna(np.inf).to_numpy()
        order = np.argsort(values, kind="stable")
        first, second = order[:-1], order[1:]
        differ = values[first] < values[second]
        first, second = first[differ], second[differ]
        wrong = np.random.default_rng(derive_seed("answers", seed)).random(len(first)) < self.error_rate
        better, worse = np.where(wrong, second, first), np.where(wrong, first, second)
        return points.iloc[better], points.iloc[worse]

    def _evaluate(self, frame: pd.DataFrame, rng: np.random.Generator) -> Columns:
        return self.task._columns(frame, rng)
