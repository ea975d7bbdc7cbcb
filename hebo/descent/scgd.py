"""Stochastic compositional gradient descent, plain (SCGD) and accelerated by extrapolation (ASCGD)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from torch import Tensor

from hebo.descent.checks import check_number
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.projections import Projection
from hebo.descent.schedules import power_decay


class SCGD(CompositionalOptimizer):
    """Stochastic compositional gradient descent (Wang, Fang and Liu, 1411.3803, algorithm 1).

    ```
    x <- Proj[x - a_t G],   y <- (1 - b_t) y + b_t g(x),   a_t = lr / t^lr_power,   b_t = beta / t^beta_power
    ```

    The tracker is updated at the new `x`, as in CompBO's code.

    Args:
        params: One tensor, `r x d` or `r x q x d`.
        lr: Step size at `t = 1`.
        lr_power: Its decay.
        beta: Weight of a new inner value at `t = 1`.
        beta_power: Its decay.
        projection: See `CompositionalOptimizer`.
        maximize: Climb in place of descending.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        *,
        lr_power: float = 0.75,
        beta: float = 0.99,
        beta_power: float = 0.5,
        projection: Projection | None = None,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "lr_power": lr_power, "beta": beta, "beta_power": beta_power}
        super().__init__(params, settings, projection=projection, maximize=maximize)

    def _check(self, group: dict[str, Any]) -> None:
        name = type(self).__name__
        check_number(name, "lr", group["lr"], above=0.0, most=math.inf)
        check_number(name, "lr_power", group["lr_power"], least=0.0, most=math.inf)
        check_number(name, "beta", group["beta"], above=0.0, most=1.0)
        check_number(name, "beta_power", group["beta_power"], least=0.0, most=math.inf)

    def _move(
        self, x: Tensor, group: dict[str, Any], state: dict[str, Any], gradient: Callable[[], Tensor]
    ) -> tuple[Tensor, float]:
        t = state["step"]
        a_t = power_decay(t, start=group["lr"], power=group["lr_power"])
        b_t = power_decay(t, start=group["beta"], power=group["beta_power"])
        before = x.clone()
        x.copy_(self._project(x - a_t * gradient()))
        return self._tracked_at(before, x, b_t), b_t

    def _tracked_at(self, before: Tensor, after: Tensor, weight: float) -> Tensor:
        return after


class ASCGD(SCGD):
    """Accelerated SCGD, by extrapolation (Wang, Fang and Liu, 1411.3803, algorithm 2).

    ```
    x_{t+1} = Proj[x_t - a_t G],   z = (1 - 1 / b_t) x_t + x_{t+1} / b_t,   y <- (1 - b_t) y + b_t g(z)
    ```

    For a linear `g` this keeps `y` at `g(x_{t+1})` but for noise. The inner function is evaluated outside
    of the feasible set where the extrapolation leaves it.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 0.1,
        *,
        lr_power: float = 0.71,
        beta: float = 0.99,
        beta_power: float = 0.56,
        projection: Projection | None = None,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            lr_power=lr_power,
            beta=beta,
            beta_power=beta_power,
            projection=projection,
            maximize=maximize,
        )

    def _tracked_at(self, before: Tensor, after: Tensor, weight: float) -> Tensor:
        return extrapolated(before, after, weight)


def extrapolated(before: Tensor, after: Tensor, weight: float) -> Tensor:
    """Return `(1 - 1 / weight) before + after / weight`."""
    return before + (after - before) / weight
