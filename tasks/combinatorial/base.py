"""What combinatorial problems share: variables with a few values each, seen as codes."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from tasks.base import Task

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

_BLOCK = 2**21
"""How many float64 numbers (16 MiB) an array inside `function` may have."""


class Coded(Task):
    """A function of `d` variables with the same few values, computed from codes `0, 1, ...`.

    The variables are `x1` to `xd`: booleans (code 1 is True), or categories numbered in their order.
    Points are handed to `function` in blocks, so that memory does not grow with the number of points.
    """

    @property
    @abstractmethod
    def dimension(self) -> int:
        """The number of variables, `d`."""

    @property
    def categories(self) -> tuple[str, ...] | None:
        """The values of each variable, in the order of their codes; None for booleans."""
        return None

    @property
    def numbers_per_point(self) -> int:
        """The size of the largest array in `function`, divided by the number of points."""
        return self.dimension

    @abstractmethod
    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""

    @property
    def names(self) -> list[str]:
        """The names of the variables: `x1`, `x2`, ..."""
        return [f"x{j + 1}" for j in range(self.dimension)]

    def parameters(self) -> list[dict[str, Any]]:
        """Return booleans, or nominal variables if there are `categories`."""
        if self.categories is None:
            return [{"name": name, "type": "bool"} for name in self.names]
        return [{"name": name, "type": "cat", "categories": list(self.categories)} for name in self.names]

    def to_codes(self, frame: pd.DataFrame) -> Codes:
        """Return the codes, `n x d`, of points in natural units."""
        if self.categories is None:
            return frame[self.names].to_numpy(dtype=bool).astype(np.int64)
        positions = {category: code for code, category in enumerate(self.categories)}
        columns = [frame[name].map(positions).to_numpy(dtype=np.int64) for name in self.names]
        return np.stack(columns, axis=1)

    def to_frame(self, codes: Codes) -> pd.DataFrame:
        """Return points in natural units, one row per row of the `n x d` codes."""
        if self.categories is None:
            return pd.DataFrame(codes.astype(bool), columns=self.names)
        return pd.DataFrame(np.array(self.categories, dtype=object)[codes], columns=self.names)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        # A table's columns are contiguous, but sums over a row must not depend on the number of rows.
        codes = np.ascontiguousarray(self.to_codes(frame))
        size = max(1, _BLOCK // self.numbers_per_point)
        blocks = [self.function(codes[start : start + size]) for start in range(0, len(codes), size)]
        return np.concatenate(blocks)
