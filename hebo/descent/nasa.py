"""Nested averaged stochastic approximation (NASA)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from hebo.descent.checks import check_number
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.projections import Projection
from hebo.descent.schedules import power_decay


class NASA(CompositionalOptimizer):
    """Nested averaged stochastic approximation (Ghadimi, Ruszczynski and Wang, 1812.01094).

    ```
    u = Proj[x - m / beta],   x <- x + tau_t (u - x),   tau_t = 1 / (a t^power)
    m <- (1 - a tau_t) m + a tau_t G,   y <- (1 - b tau_t) y + b tau_t g(x)
    ```

    `G` and `g` are taken at the new `x`. The averages of gradients start at 0, so the first step stays
    where it is.

    Args:
        params: One tensor, `r x d` or `r x q x d`.
        a: Averages gradients; at least 1, or the first steps would leave the feasible set.
        b: Averages inner values; at most `a`.
        beta: Inverse of the length of steps.
        power: Decay of `tau`.
        projection: See `CompositionalOptimizer`.
        maximize: Climb in place of descending.
    """

    def __init__(
        self,
        params: Any,
        *,
        a: float = 1.0,
        b: float = 1.0,
        beta: float = 1.0,
        power: float = 0.6,
        projection: Projection | None = None,
        maximize: bool = False,
    ) -> None:
        settings = {"a": a, "b": b, "beta": beta, "power": power}
        super().__init__(params, settings, projection=projection, maximize=maximize)

    def _check(self, group: dict[str, Any]) -> None:
        check_number("NASA", "a", group["a"], least=1.0, most=math.inf)
        check_number("NASA", "b", group["b"], above=0.0, most=group["a"])
        check_number("NASA", "beta", group["beta"], above=0.0, most=math.inf)
        check_number("NASA", "power", group["power"], least=0.0, most=math.inf)

    def _move(
        self, x: Tensor, group: dict[str, Any], state: dict[str, Any], gradient: Callable[[], Tensor]
    ) -> tuple[Tensor, float]:
        mean = state.setdefault("exp_avg", torch.zeros_like(x))
        tau = power_decay(state["step"], start=1.0 / group["a"], power=group["power"])
        x.lerp_(self._project(x - mean / group["beta"]), tau)
        mean.lerp_(gradient(), group["a"] * tau)
        return x, group["b"] * tau
