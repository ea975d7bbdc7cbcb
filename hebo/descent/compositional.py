"""Compositional stochastic gradient: the base of steppers for `J(x) = f(E_w[g_w(x)])`.

The gradient of `f(mean of a few g_w)` is biased where `f` is not linear. These methods keep a running mean
`y` of the inner values, the *tracker*, and use `G = (d g_w / d x)^T grad f(y)` with a fresh sample `w` at
each step.

Notation: `r` restarts, each with a tracker of its own; `x` variable, `r x d` or `r x q x d`; `y` tracker,
    `r x m` (more dimensions are allowed); `t` step, from 1.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from hebo.abilities import Inner, Outer
from hebo.descent.checks import check_inner, check_outer, check_variable
from hebo.descent.projections import Projection
from hebo.errors import ConfigError, DataError


class CompositionalOptimizer(Optimizer, ABC):
    """A `torch.optim.Optimizer` of one tensor that is given the two functions of a nested expectation.

    ```
    stepper = CADAM([x], lr=0.05, projection=Box(lower, upper))
    for t in range(1, 201):
        stepper.step(problem.sample(sample_size(t), generator), problem.outer)
    ```

    Device and type are those of `x`. `state_dict` has plain tensors and numbers; the projection is no part
    of it.

    Args:
        params: One tensor, `r x d` or `r x q x d`, or one group of parameters with it.
        defaults: Settings of the method.
        projection: Maps points to the nearest ones of the feasible set; None for all points. The first step
            begins by projecting `x`.
        maximize: Climb in place of descending.

    Raises:
        ConfigError: If there is more than one tensor, or a setting is out of its range.
        DataError: If the tensor has no dimension of restarts.
    """

    def __init__(
        self, params: Any, defaults: dict[str, Any], *, projection: Projection | None, maximize: bool
    ) -> None:
        super().__init__(params, defaults | {"maximize": maximize})
        self.projection = projection

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Take the one tensor there is; see the class."""
        name = type(self).__name__
        super().add_param_group(param_group)
        if len(self.param_groups) > 1 or len(self.param_groups[0]["params"]) > 1:
            raise ConfigError(
                f"{name} moves one tensor, and there are more; put all variables into one (`torch.cat`) "
                "and split it in the inner function"
            )
        check_variable(name, self.param_groups[0]["params"][0])
        self._check(self.param_groups[0])

    def __getstate__(self) -> dict[str, Any]:
        """Return what copies and pickles keep."""
        return super().__getstate__() | {"projection": self.projection}

    @property
    def x(self) -> Tensor:
        """The variable."""
        variable: Tensor = self.param_groups[0]["params"][0]
        return variable

    @property
    def n_steps(self) -> int:
        """Number of steps made, those before a `load_state_dict` included."""
        return int(self.state[self.x].get("step", 0)) if self.x in self.state else 0

    @property
    def tracker(self) -> Tensor | None:
        """The running means `y` of the inner values, None before the first step."""
        return self.state[self.x].get("tracker") if self.x in self.state else None

    # A nested expectation is two functions: one closure of a loss is not enough.
    @torch.no_grad()
    def step(self, inner: Inner, outer: Outer, tracked: Inner | None = None) -> Tensor:  # type: ignore[override]
        """Make one step.

        Args:
            inner: Mean of `g_w` over the samples of this step, `x -> r x m`, differentiable; at the first
                step also the first tracker. Each row depends on its own restart alone.
            outer: `f`, `r x m -> r`, differentiable.
            tracked: As `inner`, from samples of their own, for the update of the tracker; None takes `inner`
                again. With separate ones the tracker's error does not depend on the step made.

        Returns:
            The values `f(y)`, `r`, at the tracker before the step.

        Raises:
            DataError: If shapes or types do not fit, or a function has no gradient.
        """
        group, x = self.param_groups[0], self.x
        state = self._started(inner)
        values, slope = self._outer_slope(outer, state["tracker"])
        state["step"] += 1
        sign = -1.0 if group["maximize"] else 1.0
        point, weight = self._move(x, group, state, lambda: sign * self._pull_back(inner, x, slope))
        self._track(state["tracker"], inner if tracked is None else tracked, point, weight)
        return values

    @abstractmethod
    def _check(self, group: dict[str, Any]) -> None:
        """Refuse settings out of their range."""

    @abstractmethod
    def _move(
        self, x: Tensor, group: dict[str, Any], state: dict[str, Any], gradient: Callable[[], Tensor]
    ) -> tuple[Tensor, float]:
        """Move `x` in place; return where inner values are tracked, and the weight of the new one.

        Args:
            x: The variable.
            group: Settings.
            state: `step` is the `t` of this step; anything else a method keeps.
            gradient: Returns `G` where `x` is at the time of the call, to be descended.
        """

    def _project(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        return x if self.projection is None else self.projection(x, scale)

    def _started(self, inner: Inner) -> dict[str, Any]:
        state: dict[str, Any] = self.state[self.x]
        if not state:
            self.x.copy_(self._project(self.x))
            state["step"] = 0
            state["tracker"] = self._value(inner, self.x).clone()
        return state

    def _value(self, inner: Inner, x: Tensor) -> Tensor:
        y = inner(x.detach())
        check_inner(type(self).__name__, y, x)
        return y.detach()

    def _outer_slope(self, outer: Outer, y: Tensor) -> tuple[Tensor, Tensor]:
        with torch.enable_grad():
            at = y.clone().requires_grad_()  # the tracker changes in place
            values = outer(at)
            check_outer(type(self).__name__, values, y)
            slope = _vjp(values, at, torch.ones_like(values), "outer")
        return values.detach(), slope

    def _pull_back(self, inner: Inner, x: Tensor, slope: Tensor) -> Tensor:
        """Return `(d g / d x)^T slope`."""
        with torch.enable_grad():
            at = x.detach().clone().requires_grad_()
            y = inner(at)
            check_inner(type(self).__name__, y, x)
            self._same_shape(y, slope)
            return _vjp(y, at, slope, "inner")

    def _track(self, y: Tensor, inner: Inner, point: Tensor, weight: float) -> None:
        value = self._value(inner, point)
        self._same_shape(value, y)
        y.lerp_(value, weight)

    def _same_shape(self, value: Tensor, y: Tensor) -> None:
        if value.shape != y.shape:
            raise DataError(
                f"{type(self).__name__}: the inner function returned the shape {tuple(value.shape)}, and "
                f"the tracker has {tuple(y.shape)}; it must not change between steps, whatever the number "
                "of samples"
            )


def _vjp(values: Tensor, at: Tensor, weights: Tensor, which: str) -> Tensor:
    if not values.requires_grad:
        raise DataError(
            f"the {which} function has no gradient: its values do not depend on its argument through "
            "torch operations; do not detach it, or use a search without gradients"
        )
    (slope,) = torch.autograd.grad(values, at, weights, allow_unused=True)
    return torch.zeros_like(at) if slope is None else slope
