"""Names that the original package gives to ask and tell."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace


class OriginalNames(ABC):
    """`suggest` and `observe` for what can `ask` and `tell`."""

    space: DesignSpace

    @abstractmethod
    def ask(self, n: int = 1, *, fixed: Mapping[str, Any] | None = None) -> DataFrame:
        """Suggest points."""

    @abstractmethod
    def tell(
        self, x: DataFrame, y: Any, *, constraints: Any = None, evaluated_at: DataFrame | None = None
    ) -> None:
        """Record the values of evaluated points."""

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Call `ask`."""
        return self.ask(n_suggestions, fixed=fix_input)

    def observe(self, X: DataFrame, y: Any, *, constraints: Any = None) -> None:
        """Call `tell`; as in the original package, columns that are no parameter are ignored."""
        known = set(self.space.names)
        points = X.loc[:, [name in known for name in X.columns]] if isinstance(X, DataFrame) else X
        self.tell(points, y, constraints=constraints)

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Call `observe` by the name that subclasses of the original package define."""
        self.observe(X, y)
