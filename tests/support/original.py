"""A space and a cost as the tests of the original package have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from hebo.design_space.design_space import DesignSpace


def mixed() -> DesignSpace:
    return DesignSpace().parse(
        [
            {"name": "x0", "type": "num", "lb": -3, "ub": 7},
            {"name": "n", "type": "int", "lb": 0, "ub": 7},
            {"name": "x1", "type": "cat", "categories": ["a", "b", "c"]},
        ]
    )


def cost(frame: pd.DataFrame) -> np.ndarray[Any, Any]:
    numbers = frame[["x0", "n"]].astype(float).to_numpy()
    return (numbers**2).sum(axis=1, keepdims=True)
