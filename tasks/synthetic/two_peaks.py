"""A sharp peak beside a broad one, lower: which is better depends on noise in the inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task

Array = NDArray[np.float64]


class TwoPeaks(Task):
    """Two Gaussian bumps on `[0, 1]^d`, maximized: one high and narrow, one broad and 0.8 times as high.

    `f(x) = exp(-|x - a|^2 / (2 w^2)) + 0.8 exp(-|x - b|^2 / (2 v^2))` with all coordinates of `a` 0.3 and of
    `b` 0.7, each pulled a little by the other. With normal noise of standard deviation `s` in each
    coordinate, the mean of a bump is a bump of the variance `w^2 + s^2`, lower by the factor `(w^2 / (w^2 +
    s^2))^(d / 2)`. So the best point is near `a`, and with enough noise the best one on average near `b`.
    Noise beyond the box is not cut off in these formulas; at the peaks that makes a difference below 0.001
    for the default noise.

    The column `expected` gives the mean of `f` under the noise.

    Args:
        dim: Number of variables, `d`; of one the bumps would overlap.
        sharp: Width `w` of the high peak.
        broad: Width `v` of the other one.
        input_sd: Standard deviation `s` of the noise; observations have none.
    """

    dim: int = Field(2, ge=2)
    sharp: float = Field(0.08, gt=0, le=0.1)
    broad: float = Field(0.2, gt=0, le=0.25)
    input_sd: float = Field(0.1, ge=0, le=0.1)

    @property
    def outcomes(self) -> Outcomes:
        """The height, maximized."""
        return outcomes_of({"height": "maximize"})

    @property
    def optimum(self) -> float:
        """The value at the high peak."""
        return float(self._values(self._peak(_SHARP_AT, 0.0), 0.0)[0])

    @property
    def minimizers(self) -> pd.DataFrame:
        """The high peak."""
        return pd.DataFrame(self._peak(_SHARP_AT, 0.0), columns=self._names)

    @property
    def robust_optimum(self) -> float:
        """The largest mean of `f` under the noise, at one of the two peaks."""
        return float(self._values(self._robust_peak(), self.input_sd)[0])

    @property
    def robust_minimizers(self) -> pd.DataFrame:
        """The point of the largest mean under the noise."""
        return pd.DataFrame(self._robust_peak(), columns=self._names)

    def expected(self, frame: pd.DataFrame) -> Array:
        """Return the mean of `f` under the noise at points in natural units, `n`."""
        return self._values(frame[self._names].to_numpy(float), self.input_sd)

    @property
    def _names(self) -> list[str]:
        return [f"x{j + 1}" for j in range(self.dim)]

    def parameters(self) -> list[dict[str, Any]]:
        """Return `d` numbers between 0 and 1."""
        return [{"name": name, "type": "num", "lb": 0.0, "ub": 1.0} for name in self._names]

    def _robust_peak(self) -> Array:
        peaks = np.concatenate([self._peak(one, self.input_sd) for one in (_SHARP_AT, _BROAD_AT)])
        return peaks[[self._values(peaks, self.input_sd).argmax()]]

    def _peak(self, start: float, noise: float) -> Array:
        """Return the local maximum near a center, `1 x d`, where the other bump pulls a little.

        A stationary point is the mean of the centers with weights, that of the heights at the point over the
        variances (mean shift).
        """
        x = np.full((1, self.dim), start)
        for _ in range(_N_SHIFTS):
            sharp = _bump(x - _SHARP_AT, self.sharp, noise)[0] / (self.sharp**2 + noise**2)
            broad = _BROAD_HEIGHT * _bump(x - _BROAD_AT, self.broad, noise)[0] / (self.broad**2 + noise**2)
            x = np.full_like(x, (sharp * _SHARP_AT + broad * _BROAD_AT) / (sharp + broad))
        return x

    def _values(self, x: Array, noise: float) -> Array:
        """Return the means at `n x d` points under noise."""
        sharp = _bump(x - _SHARP_AT, self.sharp, noise)
        values: Array = sharp + _BROAD_HEIGHT * _bump(x - _BROAD_AT, self.broad, noise)
        return values

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        x = frame[self._names].to_numpy(float)
        return {"height": self._values(x, 0.0), "expected": self._values(x, self.input_sd)}


_SHARP_AT, _BROAD_AT, _BROAD_HEIGHT = 0.3, 0.7, 0.8
_N_SHIFTS = 200


def _bump(apart: Array, width: float, noise: float) -> Array:
    """Return the mean of a Gaussian bump of height 1 at distances `n x d` from its center."""
    variance = width**2 + noise**2
    height = (width / math.sqrt(variance)) ** apart.shape[1]
    values: Array = height * np.exp(-0.5 * (apart**2).sum(axis=1) / variance)
    return values
