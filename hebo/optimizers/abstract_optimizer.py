"""`AbstractOptimizer`: the base class of the original package, for optimizers written against it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer


class AbstractOptimizer(ABC):
    """Suggests points and observes their values; every `Optimizer` of this package counts as one.

    Args:
        space: Where to search.
        csv_save_path: File that every `observe` adds its points and values to, `.csv` at the end; it is
            begun anew by the first one. None: no file.
    """

    support_parallel_opt: ClassVar[bool] = False
    support_constraint: ClassVar[bool] = False
    support_multi_objective: ClassVar[bool] = False
    support_combinatorial: ClassVar[bool] = False
    support_contextual: ClassVar[bool] = False

    def __init__(self, space: DesignSpace, csv_save_path: str | None = None) -> None:
        self.space = space
        self.csv_save_path = csv_save_path
        if csv_save_path is not None and not csv_save_path.endswith(".csv"):
            self.csv_save_path = f"{csv_save_path}.csv"
        self._is_file_begun = False

    @abstractmethod
    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Return points to evaluate, one row each; `fix_input` holds values that all of them shall have."""

    @abstractmethod
    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Learn the values of evaluated points, `n x m`."""

    def observe(self, X: DataFrame, y: Any) -> None:
        """Learn the values of evaluated points, and add them to the file if there is one."""
        self.observe_new_data(X, y)
        if self.csv_save_path is not None:
            _append(Path(self.csv_save_path), X, y, is_new=not self._is_file_begun)
            self._is_file_begun = True

    @property
    @abstractmethod
    def best_x(self) -> DataFrame:
        """The best points observed."""

    @property
    @abstractmethod
    def best_y(self) -> Any:
        """Their values."""


def _append(path: Path, points: DataFrame, y: Any, *, is_new: bool) -> None:
    values = np.asarray(y, dtype=float).reshape(len(points), -1)
    names = ["y"] if values.shape[1] == 1 else [f"y_{column}" for column in range(values.shape[1])]
    table = points.assign(**dict(zip(names, values.T, strict=True)))
    table.to_csv(path, mode="w" if is_new else "a", header=is_new, index=False)


AbstractOptimizer.register(cast(Any, Optimizer))
