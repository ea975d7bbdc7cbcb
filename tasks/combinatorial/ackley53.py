"""Ackley's function of many booleans and a few numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from hebo.random import derive_seed
from tasks.base import Task
from tasks.synthetic.ackley import Ackley

Array = NDArray[np.float64]


class Ackley53(Task):
    """Ackley's function of 50 booleans and 3 numbers, minimum 0 where all of them are 0.

    `f(z) = -20 exp(-0.2 sqrt(mean_i z_i^2)) - exp(mean_i cos(2 pi z_i)) + 20 + e`, the mean over all
    `d = n_boolean + n_numeric` coordinates. False stands for `z = 0` and True for `z = 1`; the numbers are
    in `[-1, 1]`. So the waves `cos(2 pi z)` tell nothing of the booleans, which raise the funnel alone, by
    how many of them are True (Bliek, Verwer and de Weerdt, "Black-box mixed-variable optimization using a
    surrogate model that satisfies integer constraints", GECCO 2021, arXiv:2006.04508, and the code of their
    MVRSM; Wan et al., "Think global and act local", ICML 2021, arXiv:2102.07188). The codes of both add
    uniform noise up to 1e-6, which is left out here.

    A method that leans to the all-False corner finds this minimum by luck: with a `flip_seed`, a random
    half of the booleans is turned round (Papenmeier, Nardi and Poloczek, "Bounce: reliable
    high-dimensional Bayesian optimization for combinatorial and mixed spaces", NeurIPS 2023).

    Args:
        n_boolean: Number of booleans, `b1`, `b2`, ...
        n_numeric: Number of numeric variables, `x1`, `x2`, ...
        flip_seed: Draws which booleans have `z = 0` at True; none if not given, as in the papers.
    """

    n_boolean: int = Field(50, ge=1)
    n_numeric: int = Field(3, ge=0)
    flip_seed: int | None = Field(None, ge=0)

    def parameters(self) -> list[dict[str, Any]]:
        """Return the booleans, then the numbers."""
        booleans = [{"name": name, "type": "bool"} for name in self._booleans]
        return booleans + [{"name": name, "type": "num", "lb": -1.0, "ub": 1.0} for name in self._numbers]

    @property
    def optimum(self) -> float:
        """Zero."""
        return 0.0

    @property
    def minimizers(self) -> pd.DataFrame:
        """The only minimizer."""
        booleans = pd.DataFrame([self._zeros()], columns=self._booleans)
        return booleans.assign(**dict.fromkeys(self._numbers, 0.0))

    @property
    def _booleans(self) -> list[str]:
        return [f"b{i + 1}" for i in range(self.n_boolean)]

    @property
    def _numbers(self) -> list[str]:
        return [f"x{i + 1}" for i in range(self.n_numeric)]

    def _zeros(self) -> NDArray[np.bool_]:
        """Return the value of each boolean that stands for zero."""
        if self.flip_seed is None:
            return np.zeros(self.n_boolean, dtype=bool)
        rng = np.random.default_rng(derive_seed("ackley53", self.flip_seed))
        return rng.permutation(np.arange(self.n_boolean) < self.n_boolean // 2)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Array:
        booleans = frame[self._booleans].to_numpy(dtype=bool) ^ self._zeros()
        numbers = frame[self._numbers].to_numpy(dtype=np.float64)
        z = np.concatenate([booleans.astype(np.float64), numbers], axis=1)
        return Ackley(dim=z.shape[1]).function(z)
