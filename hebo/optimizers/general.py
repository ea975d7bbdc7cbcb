"""`GeneralBO` of the original package: several objectives and measured constraints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame, Series

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.acq import LCB
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.abstract_optimizer import AbstractOptimizer
from hebo.optimizers.by_name import surrogate_named
from hebo.presets import bayes_opt
from hebo.transforms.power import Standardize


class GeneralBO(AbstractOptimizer):
    """Lower confidence bounds of all objectives, weighted by the probability that constraints hold.

    Values are told as one table: first the objectives, then the constraints, fulfilled where <= 0. Points are
    drawn from the Pareto front of the bounds.

    Args:
        space: Where to search.
        num_obj: Number of objectives.
        num_constr: Number of measured constraints.
        rand_sample: Number of initial points; None: one more than parameters.
        model_name: See `hebo.optimizers.by_name`; each output has a model of its own.
        model_config: Settings of the models.
        kappa: Width of the confidence bound; None takes HEBO's schedule.
        c_kappa: 0: a constraint counts by the probability that it holds.
        use_noise: False: the bound has no random part (see `HEBO` for one that has).
        evo_pop: Points of a generation of the search.
        evo_iters: Generations of the search; None: those of `NSGA2`, which climbs gradients between them.
        ref_point: None: points are drawn from the front, and not chosen by hypervolume; HEBO does that.

    Attributes:
        optimizer: The optimizer behind it, with `ask`, `tell`, `history`, `state_dict`, ...

    Raises:
        ConfigError: If a name or setting has no counterpart here.
    """

    support_parallel_opt: ClassVar[bool] = True
    support_constraint: ClassVar[bool] = True
    support_multi_objective: ClassVar[bool] = True
    support_combinatorial: ClassVar[bool] = True
    support_contextual: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        num_obj: int = 1,
        num_constr: int = 0,
        rand_sample: int | None = None,
        model_name: str = "multi_task",
        model_config: Mapping[str, Any] | None = None,
        kappa: float | None = 2.0,
        c_kappa: float = 0.0,
        use_noise: bool = False,
        evo_pop: int = 100,
        evo_iters: int | None = None,
        ref_point: NDArray[np.float64] | None = None,
    ) -> None:
        super().__init__(space)
        _check_counts(num_obj, num_constr)
        _refuse(c_kappa != 0, "c_kappa", "constraints are weighted by the probability that they hold")
        _refuse(use_noise, "use_noise", "HEBO's acquisition MACE has a draw of the noise")
        _refuse(
            ref_point is not None,
            "ref_point",
            "points are drawn from the front of the bounds; for the "
            "hypervolume use HEBO and its `set_reference_point`",
        )
        self.num_obj, self.num_constr = num_obj, num_constr
        recipe = bayes_opt(
            surrogate=surrogate_named(model_name, model_config, space),
            acquisition=LCB(kappa=kappa),
            acq_optimizer=_search(evo_pop, evo_iters),
            output_transform=Standardize(),
            n_initial=space.num_paras + 1 if rand_sample is None else max(2, rand_sample),
        )
        self.optimizer: Optimizer = recipe.build(space)

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """See `Optimizer.ask`."""
        return self.optimizer.ask(n_suggestions, fixed=fix_input)

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Learn an `n x (1 + num_constr)` table of values; a row that is not finite is a failure.

        Raises:
            DataError: If a point or value is unusable, or the table has another number of columns.
        """
        has_labels = isinstance(y, (DataFrame, Series))
        table = DataFrame(y if has_labels else np.atleast_1d(np.asarray(y)))
        if table.shape[1] != self.num_obj + self.num_constr:
            raise DataError(
                f"y has {table.shape[1]} columns; expected {self.num_obj + self.num_constr}: {self.num_obj} "
                f"objective(s), then {self.num_constr} constraint(s)"
            )
        parts = table.iloc[:, : self.num_obj], table.iloc[:, self.num_obj :]
        objective, limits = parts if has_labels else (part.to_numpy() for part in parts)
        self.optimizer.observe(X, objective, constraints=limits if self.num_constr else None)

    @property
    def X(self) -> DataFrame:
        """The successfully evaluated points, in the order told."""
        return self.optimizer.X

    @property
    def y(self) -> NDArray[np.float64]:
        """The values of `X`: objectives, then constraints."""
        known = self.optimizer.data.successes()
        values = np.asarray((-known.y).numpy())
        limits = np.asarray(known.constraints.numpy()).reshape(len(values), -1)
        return np.hstack([values, limits]).reshape(-1, self.num_obj + self.num_constr)

    @property
    def best_x(self) -> DataFrame:
        """The points that keep all constraints and that no other one beats; none if none keeps them."""
        return self.X[self.get_pf(self.y, return_optimal=True)]

    @property
    def best_y(self) -> NDArray[np.float64]:
        """The rows of `y` that belong to `best_x`."""
        return self.get_pf(self.y)

    def get_pf(self, y: NDArray[np.float64], return_optimal: bool = False) -> NDArray[Any]:
        """Return the Pareto front of rows of objectives and constraints, or which rows it is.

        Args:
            y: `n x (num_obj + num_constr)` values.
            return_optimal: Return `n` booleans in place of the rows.
        """
        objectives, limits = y[:, : self.num_obj], y[:, self.num_obj :]
        is_feasible = np.all(limits <= 0, axis=1)
        no_worse = np.all(objectives[:, None] <= objectives, axis=2)
        beats = no_worse & ~no_worse.T & is_feasible[:, None]
        is_optimal: NDArray[np.bool_] = is_feasible & ~np.any(beats, axis=0)
        return is_optimal if return_optimal else y[is_optimal]


def _search(population: int, n_generations: int | None) -> NSGA2:
    chosen = {} if n_generations is None else {"n_generations": n_generations}
    return NSGA2(population=population, **chosen)


def _check_counts(num_obj: int, num_constr: int) -> None:
    if num_obj < 1 or num_constr < 0:
        raise ConfigError(
            f"num_obj={num_obj!r}, num_constr={num_constr!r}; give 1 objective or more, 0 constraints or more"
        )


def _refuse(is_given: bool, name: str, reason: str) -> None:
    if is_given:
        raise ConfigError(f"{name} means nothing to GeneralBO here: {reason}; leave it out")
