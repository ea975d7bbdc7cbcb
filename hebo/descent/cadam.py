"""Compositional Adam (C-ADAM), and Adam with its schedules."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from hebo.descent.checks import check_number
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.projections import Projection
from hebo.descent.scgd import extrapolated
from hebo.descent.schedules import AdamSchedule, adam_schedule, check_adam_schedule


class CADAM(CompositionalOptimizer):
    """Compositional Adam (Tutunov et al., 2002.03755), as in CompBO (2012.08240).

    ```
    m <- gamma1 m + (1 - gamma1) G,   v <- gamma2 v + (1 - gamma2) G^2
    x_{t+1} = Proj[x_t - alpha_t (m / (1 - gamma1)) / ((sqrt(v) + eps) / sqrt(1 - gamma2))]
    z = (1 - 1 / beta) x_t + x_{t+1} / beta,   y <- (1 - beta) y + beta g(z)
    ```

    with the numbers of `adam_schedule`, and `Proj` in the metric of the step: `projection(x, scale)` with the
    inverse of the denominator. `gamma1` vanishes geometrically, so after some twenty steps there is no
    momentum; once `v` has settled, steps are about `lr^1.5 t^(-2/5)` long. The inner function is evaluated
    at `z`, which may be far outside of the feasible set: a step is extrapolated `1 / beta` times.

    Whether the method is the full or the memory-efficient one is a matter of the samples it is given: the
    tracker of the former has a column for each of a fixed set of samples, of the latter for each sample of
    one step.

    Args:
        params: One tensor, `r x d` or `r x q x d`.
        lr: `C_alpha`, at most 1, or `gamma2` would be negative.
        beta: Weight of a new inner value.
        mu: Base of the decay of momentum.
        c_gamma: `C_gamma`, weight of momentum.
        eps: Added to the root of the mean of squared gradients.
        projection: See `CompositionalOptimizer`.
        maximize: Climb in place of descending.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        *,
        beta: float = 0.01,
        mu: float = 0.9,
        c_gamma: float = 1.0,
        eps: float = 1e-8,
        projection: Projection | None = None,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "beta": beta, "mu": mu, "c_gamma": c_gamma, "eps": eps}
        super().__init__(params, settings, projection=projection, maximize=maximize)

    def _check(self, group: dict[str, Any]) -> None:
        _check_adam("CADAM", group)
        check_number("CADAM", "beta", group["beta"], above=0.0, most=1.0)

    def _move(
        self, x: Tensor, group: dict[str, Any], state: dict[str, Any], gradient: Callable[[], Tensor]
    ) -> tuple[Tensor, float]:
        before = x.clone()
        step, scale = _adam_step(gradient(), state, _schedule(state["step"], group), group["eps"])
        x.copy_(self._project(x - step, scale))
        return extrapolated(before, x, group["beta"]), group["beta"]


class AdamOnSchedules(Optimizer):
    """Adam with the schedules of C-ADAM, on ordinary gradients: what is left of it without the tracker.

    The formulas are those of `CADAM`, with the gradient of the parameters in the place of `G`.

    Args:
        params: Tensors, or groups of them.
        lr: See `CADAM`.
        mu: See `CADAM`.
        c_gamma: See `CADAM`.
        eps: See `CADAM`.
        projection: Maps each tensor to the nearest point of its feasible set; None for all points.
        maximize: Climb in place of descending.

    Raises:
        ConfigError: If a setting is out of its range.
    """

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        *,
        mu: float = 0.9,
        c_gamma: float = 1.0,
        eps: float = 1e-8,
        projection: Projection | None = None,
        maximize: bool = False,
    ) -> None:
        settings = {"lr": lr, "mu": mu, "c_gamma": c_gamma, "eps": eps, "maximize": maximize}
        super().__init__(params, settings)
        self.projection = projection

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take tensors with settings of their own."""
        super().add_param_group(param_group)
        _check_adam("AdamOnSchedules", self.param_groups[-1])

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles keep."""
        return super().__getstate__() | {"projection": self.projection}

    # torch has two overloads for this one signature
    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Make one step along the gradients there are.

        Args:
            closure: Computes the loss and its gradients anew; None where they are there.

        Returns:
            The loss, None without a closure.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for x in group["params"]:
                if x.grad is not None:
                    self._step_of(x, group)
        return loss

    def _step_of(self, x: Tensor, group: dict[str, Any]) -> None:
        state = self.state[x]
        state["step"] = state.get("step", 0) + 1
        assert x.grad is not None
        gradient = -x.grad if group["maximize"] else x.grad
        step, scale = _adam_step(gradient, state, _schedule(state["step"], group), group["eps"])
        x.copy_(x - step if self.projection is None else self.projection(x - step, scale))


def _adam_step(
    gradient: Tensor, state: dict[str, Any], at: AdamSchedule, eps: float
) -> tuple[Tensor, Tensor]:
    """Update the means of gradients in `state`; return what is to be subtracted, and its scale by column."""
    m: Tensor = state.setdefault("exp_avg", torch.zeros_like(gradient))
    v: Tensor = state.setdefault("exp_avg_sq", torch.zeros_like(gradient))
    m.lerp_(gradient, 1.0 - at.gamma1)
    v.lerp_(gradient.square(), 1.0 - at.gamma2)
    scale = math.sqrt(1.0 - at.gamma2) / (v.sqrt() + eps)
    return at.alpha / (1.0 - at.gamma1) * m * scale, scale


def _schedule(t: int, group: dict[str, Any]) -> AdamSchedule:
    return adam_schedule(t, lr=group["lr"], mu=group["mu"], c_gamma=group["c_gamma"])


def _check_adam(owner: str, group: dict[str, Any]) -> None:
    check_adam_schedule(owner, lr=group["lr"], mu=group["mu"], c_gamma=group["c_gamma"], eps=group["eps"])
