"""`HEBO_VectorContextual`: HEBO in one of several named contexts, as the original package calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, did_you_mean
from hebo.optimizers.abstract_optimizer import AbstractOptimizer
from hebo.optimizers.hebo import HEBO


class HEBO_VectorContextual(AbstractOptimizer):
    """Suggests points with the values of the current context; learns from those of all contexts.

    Args:
        space: Where to search, the parameters of contexts included.
        context_dict: Name of a context -> parameter -> value.
        model_name: See `HEBO`.
        rand_sample: See `HEBO`.

    Attributes:
        context: Name of the current context, to be set before a suggestion.
    """

    support_parallel_opt: ClassVar[bool] = True
    support_combinatorial: ClassVar[bool] = True
    support_contextual: ClassVar[bool] = True

    def __init__(
        self,
        space: DesignSpace,
        context_dict: Mapping[Any, Mapping[str, Any]],
        model_name: str = "gp",
        rand_sample: int | None = None,
    ) -> None:
        super().__init__(space)
        for values in context_dict.values():
            space.fix(values)  # refuses names and values that the space does not have
        self.hebo = HEBO(space, model_name, rand_sample)
        self.context_dict = context_dict
        self.context: Any = None

    @property
    def context_vector(self) -> dict[str, Any]:
        """Parameter -> value in the current context.

        Raises:
            DataError: If no context is set, or it is none of `context_dict`.
        """
        if self.context not in self.context_dict:
            known = did_you_mean(self.context, self.context_dict)
            raise DataError(f"There is no context {self.context!r}; set `context` first.{known}")
        return dict(self.context_dict[self.context])

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Return points in the current context; `fix_input` pins other parameters."""
        return self.hebo.suggest(n_suggestions, {**self.context_vector, **(fix_input or {})})

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Learn values of any context."""
        self.hebo.observe(X, y)

    @property
    def best_x(self) -> DataFrame:
        """The best point observed in the current context, as a frame with one row."""
        return self.hebo.X.iloc[[self._best_row()]].reset_index(drop=True)

    @property
    def best_y(self) -> float:
        """Its value."""
        return float(self.hebo.y[self._best_row(), 0])

    def _best_row(self) -> int:
        """Return the row of `hebo.X` with the lowest value in the current context."""
        here, values = self.space.fix(self.context_vector), self.hebo.y[:, 0]
        rows: list[int] = here.contains(self.space.encode(self.hebo.X)).nonzero().flatten().tolist()
        if not rows:
            raise DataError(f"no successful evaluation has been observed in the context {self.context!r}")
        return min(rows, key=lambda row: float(values[row]))
