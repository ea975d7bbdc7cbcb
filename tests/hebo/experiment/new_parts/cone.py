"""A cone: the distance from a point."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from tasks.base import Task


class Cone(Task):
    """`|x - (1, 1)|` on `[-5, 5]^2`."""

    def parameters(self) -> list[dict[str, Any]]:
        """Return two numbers."""
        return [{"name": name, "type": "num", "lb": -5.0, "ub": 5.0} for name in ("x0", "x1")]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> NDArray[np.float64]:
        return np.hypot(frame["x0"].to_numpy() - 1.0, frame["x1"].to_numpy() - 1.0)
