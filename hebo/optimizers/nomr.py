"""`NoMR_BO`: one optimizer until a value is reached, then another, as the original package calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.abstract_optimizer import AbstractOptimizer
from hebo.optimizers.bo import BO
from hebo.optimizers.hebo import HEBO

Stage = AbstractOptimizer | Optimizer


class NoMR_BO(AbstractOptimizer):
    """Asks `opt1` until a value of `eta` has been observed, then `opt2`; both learn every value.

    Args:
        space: Where to search.
        eta: The value; None: reached by the first one.
        opt1: First stage; None: `HEBO(space)`.
        opt2: Second stage, which exploits; None: `BO` with a narrow confidence bound.
    """

    support_combinatorial: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        eta: float | None = None,
        opt1: Stage | None = None,
        opt2: Stage | None = None,
    ) -> None:
        super().__init__(space)
        self.eta = float("inf") if eta is None else eta
        self.opt1: Stage = HEBO(space) if opt1 is None else opt1
        self.opt2: Stage = BO(space, acq_conf={"kappa": 0.6}) if opt2 is None else opt2
        self._lowest = float("nan")

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Return points of the stage that is reached."""
        is_reached = self._lowest <= self.eta  # not before the first success
        return (self.opt2 if is_reached else self.opt1).suggest(n_suggestions, fix_input)

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Tell both stages."""
        for stage in (self.opt1, self.opt2):
            stage.observe(X, y)
        values = np.asarray(y, dtype=float)
        self._lowest = float(np.fmin.reduce(values[np.isfinite(values)], initial=self._lowest))

    @property
    def best_x(self) -> DataFrame:
        """The best point, as a frame with one row."""
        return self._better().best_x

    @property
    def best_y(self) -> float:
        """The lowest value."""
        return float(self._better().best_y)

    def _better(self) -> Stage:
        return self.opt1 if self.opt1.best_y < self.opt2.best_y else self.opt2
