"""`CMAES`: the evolution strategy of pycma by the name and arguments of the original package."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import import_module
from typing import Any, ClassVar

from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.abstract_optimizer import AbstractOptimizer


class CMAES(AbstractOptimizer):
    """A covariance matrix adaptation evolution strategy, suggesting a generation at a time.

    The strategy is pycma's (the extra `peers`), see `hebo.peers.cma_es`; the original package has
    its own.

    Args:
        space: Where to search.
        pop_size: Number of parents: half of the children, which is what pycma takes.
        child_size: Points of a generation; None: `4 + 3 log d` for `d` parameters.
        **algo_conf: Nothing: learning rates and restarts are those of pycma.

    Attributes:
        optimizer: The optimizer behind it.

    Raises:
        ConfigError: If a setting has no counterpart here.
        MissingExtraError: If pycma is not installed.
    """

    support_parallel_opt: ClassVar[bool] = True
    support_combinatorial: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        pop_size: int | None = None,
        child_size: int | None = None,
        **algo_conf: Any,
    ) -> None:
        super().__init__(space)
        usual = int(4 + 3 * math.log(space.num_paras))
        self.child_size = usual if child_size is None else child_size
        self.pop_size = self.child_size // 2
        if algo_conf:
            raise ConfigError(
                f"'{next(iter(algo_conf))}' has no counterpart here, learning rates and restarts are those "
                "of pycma; leave it out"
            )
        if pop_size not in (None, self.pop_size):
            raise ConfigError(
                f"pop_size={pop_size!r}: pycma takes half of the children as parents, {self.pop_size}; leave "
                "it out, or set child_size"
            )
        # By name, as the catalog finds it: the peers import this package.
        recipe = import_module("hebo.peers.cma_es").CMAES(popsize=self.child_size)
        self.optimizer: Optimizer = recipe.build(space)

    def suggest(
        self, n_suggestions: int | None = None, fix_input: Mapping[str, Any] | None = None
    ) -> DataFrame:
        """Return a generation.

        Raises:
            DataError: If another number of points is asked for.
            IncompatibleError: If parameters are pinned.
        """
        if n_suggestions not in (None, self.child_size):
            raise DataError(
                f"a generation has {self.child_size} points, not {n_suggestions}; leave n_suggestions out, "
                "or set child_size"
            )
        if fix_input:
            raise IncompatibleError("CMAES cannot pin parameters; use HEBO, or leave them out of the space")
        return self.optimizer.ask(self.child_size)

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Learn the values of points; a generation is learnt from when all of it is known."""
        self.optimizer.observe(X, y)

    @property
    def best_x(self) -> DataFrame:
        """The best point observed, as a frame with one row."""
        return self.optimizer.best_x

    @property
    def best_y(self) -> float:
        """Its value."""
        return self.optimizer.best_y
