"""Projections onto boxes, simplices, polytopes and products of them: the nearest feasible point, row by row.

Each is a function of `... x d` tensors. Device and type of the result are those of the argument. Nearest is
meant in the metric `sum_j (x_j - p_j)^2 / scale_j`. Methods that divide the gradient by a size of its own
in each column (Adam, C-ADAM) need it: with the Euclidean projection they stop at another point than the
optimum, on any set that is no box (Reddi, Kale and Kumar, 1904.09237, define projected Adam so).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from scipy.optimize import linprog
from torch import Tensor

from hebo.descent.checks import check_count, check_number
from hebo.errors import ConfigError, DataError, NumericalError

TOLERANCE = 1e-9
"""Dykstra's algorithm ends when no correction changes by more, relative to the largest coordinate."""

MAX_CYCLES = 20_000
"""Most cycles of Dykstra's algorithm."""


class Projection(Protocol):
    """A projection onto a closed convex set."""

    def __call__(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        """Return the nearest points of the set.

        Args:
            x: `... x d` points.
            scale: Positive, shaped like `x`; None for the Euclidean metric.
        """


class Box:
    """The box `lower <= x <= upper`.

    Args:
        lower: Lower limits, `d` or one for all columns; minus infinity where there is none.
        upper: Upper limits, infinity where there is none.

    Raises:
        ConfigError: If a limit is NaN, the shapes differ, or a lower limit is above the upper one.
    """

    def __init__(self, lower: Any, upper: Any) -> None:
        self.lower, self.upper = _vector("Box", "lower", lower), _vector("Box", "upper", upper)
        if self.lower.shape != self.upper.shape:
            shapes = f"{tuple(self.lower.shape)} and {tuple(self.upper.shape)}"
            raise ConfigError(
                f"Box: lower and upper have the shapes {shapes}; give one limit of each for each column"
            )
        wrong = (self.lower > self.upper).nonzero()
        if len(wrong):
            at = tuple(wrong[0].tolist())
            raise ConfigError(
                f"Box: lower = {self.lower[at].item():g} is above upper = {self.upper[at].item():g} in "
                f"column {at[0] if at else 0}, so no point is inside; exchange them"
            )

    def __call__(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        """Return `x` with each column clamped, the nearest point in any metric of columns."""
        if self.lower.ndim:
            _check_columns("Box", x, len(self.lower))
        return torch.minimum(torch.maximum(x, self.lower.to(x)), self.upper.to(x))


class Simplex:
    """The simplex `x >= 0, sum x = total`, exactly by sorting (Duchi et al., ICML 2008).

    Args:
        total: What the columns sum to, positive.
    """

    def __init__(self, total: float = 1.0) -> None:
        check_number("Simplex", "total", total, above=0.0, most=float("inf"))
        self.total = float(total)

    def __call__(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        """Return the nearest points of the simplex: `x_j - shift scale_j`, or 0 where that is negative."""
        scale = torch.ones_like(x) if scale is None else scale / scale.amax(-1, keepdim=True)
        order = (x / scale).argsort(dim=-1, descending=True)
        ordered, ordered_scale = x.gather(-1, order), scale.gather(-1, order)
        shifts = (ordered.cumsum(-1) - self.total) / ordered_scale.cumsum(-1)
        n_positive = (ordered > shifts * ordered_scale).sum(-1, keepdim=True).clamp_min(1)
        return (x - shifts.gather(-1, n_positive - 1) * scale).clamp_min(0.0)


class Polytope:
    """The points of a box that fulfil `a x <= b`, by Dykstra's algorithm (Boyle and Dykstra, 1986).

    Limits of the box hold exactly; inequalities, with rows of `a` scaled to length 1, within about
    `TOLERANCE` times the largest coordinate. It is computed in float64 whatever the type of the points. A
    cycle costs a few operations per inequality, and thin sets take many cycles.

    Args:
        a: `k x d` coefficients.
        b: `k` limits.
        lower: See `Box`.
        upper: See `Box`.

    Raises:
        ConfigError: If shapes do not fit, a row of `a` is zero, or no point fulfils all (by linear
            programming).
    """

    def __init__(self, a: Any, b: Any, lower: Any = -torch.inf, upper: Any = torch.inf) -> None:
        a, b = (torch.as_tensor(one, dtype=torch.float64).cpu() for one in (a, b))
        if a.ndim != 2 or b.shape != a.shape[:1]:
            shapes = f"{tuple(a.shape)} and {tuple(b.shape)}"
            raise ConfigError(
                f"Polytope: a and b have the shapes {shapes}; give `k x d` coefficients and `k` limits"
            )
        norm = a.norm(dim=1)
        if not bool((torch.isfinite(norm) & (norm > 0) & torch.isfinite(b)).all()):
            raise ConfigError(
                "Polytope: a row of a is zero, or a number not finite; leave that inequality out"
            )
        self.box = Box(*(_expanded("Polytope", one, a.shape[1]) for one in (lower, upper)))
        self.a, self.b = a / norm.unsqueeze(1), b / norm
        self._refuse_empty()

    def __call__(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        """Return the nearest points of the set.

        Raises:
            NumericalError: If the projection has not converged after `MAX_CYCLES`.
        """
        _check_columns("Polytope", x, self.a.shape[1])
        rows = x.detach().to(torch.float64).reshape(-1, x.shape[-1])
        metric = torch.ones_like(rows) if scale is None else scale.to(rows).reshape(rows.shape)
        nearest = self._dykstra(rows, metric / metric.amax(1, keepdim=True))
        return self.box(nearest.reshape(x.shape).to(x))  # rounding to float32 may cross a limit

    def _refuse_empty(self) -> None:
        bounds = np.stack([self.box.lower.numpy(), self.box.upper.numpy()], axis=1)
        found = linprog(np.zeros(len(bounds)), A_ub=self.a.numpy(), b_ub=self.b.numpy(), bounds=bounds)
        if found.status == 2:
            raise ConfigError(
                f"Polytope: no point fulfils all {len(self.b)} inequalities and the limits of "
                f"{len(bounds)} columns; check signs (a x <= b), or leave an inequality out"
            )

    def _dykstra(self, x: Tensor, scale: Tensor) -> Tensor:
        a, b = self.a.to(x.device), self.b.to(x.device)
        size = a.square() @ scale.T  # k x n, squared lengths of the rows of a in the metric
        height = torch.zeros_like(size)  # corrections are multiples of `scale * row`
        shift = torch.zeros_like(x)
        limit = TOLERANCE * max(1.0, float(x.abs().amax()) if x.numel() else 1.0)
        for _ in range(MAX_CYCLES):
            change = x.new_zeros(())
            for i, row in enumerate(a):
                new = ((x @ row - b[i]) / size[i] + height[i]).clamp_min(0.0)
                x = x + (height[i] - new).unsqueeze(1) * scale * row
                change = torch.maximum(change, ((new - height[i]).abs() * size[i].sqrt()).amax())
                height[i] = new
            inside = self.box(x + shift)
            update = x + shift - inside
            change = torch.maximum(change, (update - shift).abs().amax())
            x, shift = inside, update
            if float(change) <= limit:
                return x
        raise NumericalError(
            f"the projection onto a polytope of {len(b)} inequalities did not converge in {MAX_CYCLES} "
            "cycles; the set is very thin: leave out inequalities that almost contradict one another"
        )


class Product:
    """A product of sets, each of some columns in order.

    Args:
        parts: Number of columns and the projection of each part; None in its place for all points.

    Raises:
        ConfigError: If there is no part, or one without columns.
    """

    def __init__(self, parts: Sequence[tuple[int, Projection | None]]) -> None:
        if not parts:
            raise ConfigError("Product: parts = (); give a number of columns and a projection for each part")
        self.sizes = [check_count("Product", "number of columns", size) for size, _ in parts]
        self.projections = [one for _, one in parts]

    def __call__(self, x: Tensor, scale: Tensor | None = None) -> Tensor:
        """Return the nearest points of the product."""
        _check_columns("Product", x, sum(self.sizes))
        pieces = torch.split(x, self.sizes, dim=-1)
        scales = [None] * len(pieces) if scale is None else torch.split(scale, self.sizes, dim=-1)
        parts = zip(self.projections, pieces, scales, strict=True)
        return torch.cat([x if project is None else project(x, s) for project, x, s in parts], dim=-1)


def _vector(owner: str, name: str, value: Any) -> Tensor:
    vector = torch.as_tensor(value, dtype=torch.float64).cpu()
    if vector.ndim > 1 or bool(vector.isnan().any()):
        raise ConfigError(
            f"{owner}: {name} = {value!r}; give a number, or one for each column, none of them NaN"
        )
    return vector


def _expanded(owner: str, value: Any, d: int) -> Tensor:
    vector = _vector(owner, "limit", value)
    if vector.ndim and len(vector) != d:
        raise ConfigError(f"{owner}: {len(vector)} limits for {d} columns; give one for each")
    return vector.expand(d).clone()


def _check_columns(owner: str, x: Tensor, d: int) -> None:
    if x.shape[-1] != d:
        raise DataError(
            f"{owner}: points of {x.shape[-1]} columns, and the set has {d}; the last dimension is `d`"
        )
