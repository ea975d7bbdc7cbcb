"""Maximum-a-posteriori fit of hyperparameters: L-BFGS-B from several starts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from scipy.optimize import minimize

from hebo.errors import NumericalError
from hebo.surrogates.hyperparameters import Array

# Stands for an impossible setting: the line search needs a number to step back from.
_IMPOSSIBLE = 1e10


class Density(Protocol):
    """A negative log posterior density of `p` hyperparameters."""

    @property
    def bounds(self) -> Sequence[tuple[float, float]]:
        """Ranges of the hyperparameters."""

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value and its gradient, `p`."""


def most_likely(density: Density, starts: Array, *, max_iterations: int) -> Array:
    """Return the best local minimum, `p`, of a negative log posterior.

    Args:
        density: What to minimize.
        starts: `s x p`.
        max_iterations: Of L-BFGS-B from each start.

    Raises:
        NumericalError: If no start has a finite posterior density.
    """
    best_value = math.inf
    best: Array = starts[0]
    for start in starts:
        result = minimize(
            _finite(density),
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=density.bounds,
            # A tenth of a nat between two settings means nothing; neither does a slope of a hundredth.
            options={"maxiter": max_iterations, "maxcor": 20, "ftol": 1e-5, "gtol": 1e-2},
        )
        if np.isfinite(result.fun) and result.fun < best_value:
            best_value, best = float(result.fun), np.asarray(result.x)
    if best_value >= _IMPOSSIBLE:
        raise NumericalError("no start of the hyperparameter fit has a finite density; check the data")
    return best


def _finite(density: Density) -> Callable[[Array], tuple[float, Array]]:
    def value(theta: Array) -> tuple[float, Array]:
        cost, gradient = density(theta)
        return (
            (cost, gradient)
            if math.isfinite(cost) and np.isfinite(gradient).all()
            else (_IMPOSSIBLE, np.zeros_like(theta))
        )

    return value
