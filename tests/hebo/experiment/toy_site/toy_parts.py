"""Parts that misbehave on purpose, for tests of the runner."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Mapping
from typing import Any, Literal

import deeds
import numpy as np
import torch
from pandas import DataFrame
from pydantic import Field
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.recommenders.random import RandomSearch
from hebo.request import Request
from tasks.base import Task

Corner = Literal["fine", "raise", "nan", "crash", "sleep", "stuck", "stubborn", "memory", "exit"]

LONG = 600.0  # seconds that no test waits for


class Toy(Task):
    """`x**2 + noise`, with something else where `x > 0.5`, which is a quarter of the points."""

    corner: Corner = "fine"
    seconds: float = 0.0
    noise: float = 0.0

    @property
    def is_noisy(self) -> bool:
        return self.noise > 0

    @property
    def optimum(self) -> float | None:
        return 0.0

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "x", "type": "num", "lb": -1.0, "ub": 1.0},
            {"name": "n", "type": "int", "lb": 1, "ub": 8},
            {"name": "c", "type": "cat", "categories": ["a", [1, 2], 3]},
        ]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> DataFrame:
        time.sleep(self.seconds)
        x = frame["x"].to_numpy()
        if x[0] > 0.5:
            _misbehave(self.corner)
        y = x**2 + self.noise * rng.standard_normal(len(x))
        if self.corner == "nan":
            y = np.where(x > 0.5, np.nan, y)
        return DataFrame({"y": y, "note": ["seen"] * len(x)})


class Cheap(Task):
    """A bowl that two cheaper levels show far too low."""

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "x", "type": "num", "lb": -1.0, "ub": 1.0},
            {"name": "s", "type": "ordinal", "levels": [1, 2, 4], "role": "fidelity"},
        ]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> DataFrame:
        level = frame["s"].to_numpy(dtype=float)
        return DataFrame({"y": frame["x"].to_numpy() ** 2 - 6.0 * (level < 4)})


class Moving(Task):
    """A bowl whose left half cannot be reached: an experiment there ends at zero."""

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": name, "type": "num", "lb": -1.0, "ub": 1.0} for name in "xz"]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> DataFrame:
        x, z = frame["x"].to_numpy(), frame["z"].to_numpy()
        moved = [{"x": 0.0} if one < 0 else None for one in x]
        return DataFrame({"y": (np.maximum(x, 0) - 0.3) ** 2 + z**2, "moved": moved})


class TwoObjectives(Task):
    """Two bowls."""

    corner: tuple[float, ...] | None = None

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        return self.corner

    @property
    def objectives(self) -> tuple[str, ...]:
        return ("left", "right")

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": -1.0, "ub": 1.0}]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> Any:
        x = frame["x"].to_numpy()
        return np.stack([(x + 1) ** 2, (x - 1) ** 2], axis=1)


class Weather(Task):
    """A bowl whose place depends on a temperature that is given; its least value is the temperature."""

    def parameters(self) -> list[dict[str, Any]]:
        return [
            {"name": "x", "type": "num", "lb": -1.0, "ub": 1.0},
            {"name": "temp", "type": "num", "lb": 0.0, "ub": 30.0, "role": "context"},
        ]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> DataFrame:
        temp = frame["temp"].to_numpy()
        return DataFrame({"y": (frame["x"].to_numpy() - temp / 30) ** 2 + temp, "context_optimum": temp})


class LostContext(Task):
    """A bowl that gives a context of another space."""

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": -1.0, "ub": 1.0}]

    def context(self, iteration: int, *, seed: int) -> dict[str, Any]:
        return {"place": "here"}

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> Any:
        return frame["x"].to_numpy() ** 2


class Listening(RandomSearch):
    """Asks for points whose first two values count the costs and the variances it was told."""

    def recommend(self, request: Request) -> Tensor:
        data, x = request.data, super().recommend(request)
        told = [0 if one is None else int(one.isfinite().sum()) for one in (data.costs, data.y_var)]
        x[:, :2] = torch.tensor(told, dtype=x.dtype)
        return x


class Breaking(RandomSearch):
    """Random search whose third ask goes wrong."""

    how: Literal["raise", "die"] = "raise"

    def recommend(self, request: Request) -> Tensor:
        if request.iteration == 2 and self.how == "raise":
            raise ValueError("the third ask fails")
        if request.iteration == 2:
            os._exit(3)
        return super().recommend(request)


class Nested(OptimizerRecipe):
    """Holds other parts, in the ways a field can."""

    inner: OptimizerRecipe = RandomSearch()
    others: tuple[OptimizerRecipe, ...] = ()
    by_name: Mapping[str, OptimizerRecipe] = Field(default_factory=dict)
    maybe: OptimizerRecipe | None = None
    kappa: float = 1.0

    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        return self.inner.build(space, seed=seed)


def _misbehave(corner: Corner) -> None:
    if corner == "raise":
        raise ValueError("the corner\nis closed")
    if corner == "memory":
        raise MemoryError
    if corner == "exit":
        sys.exit("leaving")
    if corner == "crash":
        os._exit(9)
    if corner == "sleep":
        time.sleep(LONG)
    if corner == "stubborn":
        _sleep_through_errors()
    if corner == "stuck":
        sum(itertools.repeat(1, 10**11))  # minutes inside C: no Python code of the process can run


def _sleep_through_errors() -> None:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        try:
            time.sleep(LONG)
        except Exception:
            continue


class Wild(Task):
    """`x**2`, and a deed that no objective should do where `x > 0.5`."""

    deed: str
    seconds: float = 0.0

    def parameters(self) -> list[dict[str, Any]]:
        return [{"name": "x", "type": "num", "lb": -1.0, "ub": 1.0}]

    def _evaluate(self, frame: DataFrame, rng: np.random.Generator) -> DataFrame:
        time.sleep(self.seconds)
        x = frame["x"].to_numpy()
        if x[0] > 0.5:
            getattr(deeds, self.deed)()
        return DataFrame({"y": x**2})
