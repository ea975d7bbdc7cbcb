"""`Evolution`: pymoo's genetic algorithms on the objectives themselves, as the original package has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from pandas import DataFrame
from pymoo.algorithms.moo.nsga2 import NSGA2
from pymoo.config import Config
from pymoo.core.mixed import (
    MixedVariableDuplicateElimination,
    MixedVariableGA,
    MixedVariableMating,
    MixedVariableSampling,
)
from pymoo.core.problem import Problem
from pymoo.core.variable import Choice, Real
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.optimizers.abstract_optimizer import AbstractOptimizer

Config.warnings["not_compiled"] = False


class Evolution(AbstractOptimizer):
    """Generations of NSGA-II or of a genetic algorithm, one per `suggest`; several objectives are possible.

    Points are rows of encoded columns: numbers cross over and mutate as real numbers and are then moved to
    the nearest point of the space, categories exchange. Values are one table: objectives, then constraints,
    fulfilled where <= 0. A row that is not finite counts as worse than all others.

    Args:
        space: Where to search.
        num_obj: Number of objectives.
        num_constr: Number of measured constraints.
        algo: `nsga2`, or `ga` for one objective.
        verbose: Let pymoo print a line for each generation.
        **algo_conf: Settings of pymoo's class, such as `pop_size`.

    Raises:
        ConfigError: If the algorithm is another one.
        IncompatibleError: If there are several objectives for `ga`.
    """

    support_parallel_opt: ClassVar[bool] = True
    support_constraint: ClassVar[bool] = True
    support_multi_objective: ClassVar[bool] = True
    support_combinatorial: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        num_obj: int = 1,
        num_constr: int = 0,
        algo: str = "nsga2",
        verbose: bool = False,
        **algo_conf: Any,
    ) -> None:
        super().__init__(space)
        if algo not in ("nsga2", "ga"):
            raise ConfigError(f"algo {algo!r} is unknown; use 'nsga2', or 'ga' for one objective")
        if algo == "ga" and num_obj > 1:
            raise IncompatibleError(f"algo 'ga' takes one objective, not {num_obj}; use 'nsga2'")
        self.num_obj, self.num_constr = num_obj, num_constr
        self.algo = MixedVariableGA(**algo_conf) if algo == "ga" else _nsga2(**algo_conf)
        problem = Problem(vars=_variables(space), n_obj=num_obj, n_ieq_constr=num_constr)
        # The global stream is the point: whoever seeds it gets repeatable runs, as of the original.
        seed = int(np.random.randint(2**31))  # noqa: NPY002
        self.algo.setup(problem, termination=("n_gen", float("inf")), verbose=verbose, seed=seed)
        self._generation: Any = None
        self.n_observation = 0

    def suggest(
        self, n_suggestions: int | None = None, fix_input: Mapping[str, Any] | None = None
    ) -> DataFrame:
        """Return the next generation, the same one until it has been observed.

        Raises:
            DataError: If another number of points is asked for.
            IncompatibleError: If parameters are pinned.
        """
        if fix_input:
            raise IncompatibleError(
                "Evolution cannot pin parameters; use HEBO, or leave them out of the space"
            )
        if self._generation is None:
            self._generation = self.algo.ask()
            x = self.space.project(self._rows(self._generation))
            names = [str(column) for column in range(self.space.n_dims)]
            points = [dict(zip(names, _typed(row, self.space), strict=True)) for row in x.tolist()]
            self._generation.set("X", np.array(points, dtype=object))
        if n_suggestions not in (None, len(self._generation)):
            raise DataError(
                f"a generation has {len(self._generation)} points, not {n_suggestions}; leave n_suggestions "
                "out, or set pop_size"
            )
        return self.space.decode(self._rows(self._generation))

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Learn the values of the generation, in the order suggested.

        Raises:
            DataError: If there is no generation to be told, or the table is not about its points.
        """
        if self._generation is None or len(X) != len(self._generation):
            n = 0 if self._generation is None else len(self._generation)
            raise DataError(f"{len(X)} points for a generation of {n}; observe what `suggest` returned")
        if not torch.equal(self.space.encode(X), self.space.encode(self.suggest())):
            raise DataError(
                "the points are not those of the latest generation, in order; observe it as it is"
            )
        values = np.asarray(y, dtype=float).reshape(len(X), -1)
        if values.shape[1] != self.num_obj + self.num_constr:
            raise DataError(
                f"y has {values.shape[1]} columns; expected {self.num_obj} objectives, then "
                f"{self.num_constr} constraints"
            )
        values = np.where(np.isfinite(values).all(axis=1, keepdims=True), values, np.inf)
        self._generation.set("F", values[:, : self.num_obj], "G", values[:, self.num_obj :])
        self.algo.tell(infills=self._generation)
        self._generation = None
        self.n_observation += len(X)

    @property
    def best_x(self) -> DataFrame:
        """The points that no other one beats, the least infeasible while none is feasible."""
        return self.space.decode(self._rows(self._best()))

    @property
    def best_y(self) -> NDArray[np.float64]:
        """Their values: objectives, then constraints."""
        best = self._best()
        return np.hstack([best.get("F"), best.get("G")[:, : self.num_constr]])

    def _best(self) -> Any:
        if self.n_observation == 0:
            raise DataError("no values have been observed yet, so there is no best point")
        return self.algo.opt

    def _rows(self, population: Any) -> Tensor:
        """Return individuals as encoded points, `n x d`."""
        names = [str(column) for column in range(self.space.n_dims)]
        rows = [[float(one[name]) for name in names] for one in population.get("X")]
        return torch.tensor(rows, dtype=torch.float64)


def _nsga2(**settings: Any) -> NSGA2:
    """Return pymoo's NSGA-II with its operators for mixed variables."""
    distinct = MixedVariableDuplicateElimination()
    return NSGA2(
        sampling=MixedVariableSampling(),
        mating=MixedVariableMating(eliminate_duplicates=distinct),
        eliminate_duplicates=distinct,
        **settings,
    )


def _variables(space: DesignSpace) -> dict[str, Any]:
    """Return the encoded columns as pymoo's variables, by their numbers."""
    lower, upper = space.bounds.tolist()
    return {
        str(column): Choice(options=list(range(space.categorical_dims[column])))
        if column in space.categorical_dims
        else Real(bounds=(low, high))
        for column, (low, high) in enumerate(zip(lower, upper, strict=True))
    }


def _typed(row: list[float], space: DesignSpace) -> list[float | int]:
    return [int(value) if column in space.categorical_dims else value for column, value in enumerate(row)]
