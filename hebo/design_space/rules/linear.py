"""Linear input constraints: `lb <= sum of coefficient * value <= ub`, in natural units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from hebo.design_space.parameters.layout import Layout
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.scale import Linear
from hebo.design_space.rules.conditions import Conditions
from hebo.design_space.values.plain_values import is_number
from hebo.design_space.values.precision import SAME
from hebo.errors import SpaceError, did_you_mean


@dataclass(frozen=True)
class LinearConstraint:
    """`lb <= sum_j coefficients[j] * value_j <= ub`; an inactive parameter contributes nothing.

    Attributes:
        coefficients: Name of a numeric parameter -> its coefficient, in natural units.
        lb: Lower limit, minus infinity where there is none.
        ub: Upper limit, infinity where there is none.
    """

    coefficients: Mapping[str, float]
    lb: float = -math.inf
    ub: float = math.inf

    def __post_init__(self) -> None:
        """Check that there are coefficients and at least one limit."""
        if not isinstance(self.coefficients, Mapping) or not self.coefficients:
            raise SpaceError(
                f"Linear constraint: coefficients = {self.coefficients!r}; write {{name: number}}."
            )
        for name, value in self.coefficients.items():
            if not is_number(value) or not math.isfinite(value) or value == 0:
                raise SpaceError(
                    f"Linear constraint: coefficient of {name!r} is {value!r}; give a finite one, not 0."
                )
        object.__setattr__(self, "coefficients", {k: float(v) for k, v in self.coefficients.items()})
        for key in ("lb", "ub"):
            object.__setattr__(self, key, self._limit(key, getattr(self, key)))
        if self.lb > self.ub or (math.isinf(self.lb) and math.isinf(self.ub)):
            self._refuse_limits()

    def _limit(self, key: str, value: Any) -> float:
        """Return a limit as a float; `None` means that there is none."""
        if value is None:
            return -math.inf if key == "lb" else math.inf
        if not is_number(value) or value != value:
            raise SpaceError(f"Linear constraint {self.coefficients}: {key} = {value!r} is not a number.")
        return float(value)

    def _refuse_limits(self) -> None:
        """Raise the error about limits that allow everything or nothing."""
        problem = "lb is above ub; swap them" if self.lb > self.ub else "give lb, ub, or both"
        raise SpaceError(
            f"Linear constraint {self.coefficients}: lb = {self.lb!r}, ub = {self.ub!r}: {problem}."
        )

    def __str__(self) -> str:
        """Return the constraint as an inequality."""
        total = " + ".join(f"{value:g}*{name}" for name, value in self.coefficients.items())
        low = "" if math.isinf(self.lb) else f"{self.lb:g} <= "
        return f"{low}{total}" + ("" if math.isinf(self.ub) else f" <= {self.ub:g}")

    def definition(self) -> dict[str, Any]:
        """Return the keys that build this constraint again."""
        limits = {"lb": self.lb, "ub": self.ub}
        finite = {key: value for key, value in limits.items() if math.isfinite(value)}
        return {"type": "linear", "coefficients": dict(self.coefficients), **finite}


class LinearSystem:
    """All linear constraints of a space at once: `m` rows over the `k` parameters they involve.

    Attributes:
        columns: `k`, the columns of these parameters.
        parameters: The `k` parameters.
        matrix: `m x k`, the coefficients.
        lower: `m`, lower limits.
        upper: `m`, upper limits.
        slack: `m`, float noise that is forgiven: 1e-8 of the largest possible sum of magnitudes.
        rounding: `m`, what rounded values may add: a millionth of the range of the sum.
        ends: `2 x k`, natural bounds of the parameters.

    Raises:
        SpaceError: For unknown or non-numeric parameters, and constraints that the bounds rule out.
    """

    def __init__(
        self, layout: Layout, conditions: Conditions, constraints: Sequence[LinearConstraint]
    ) -> None:
        self.constraints = list(constraints)
        self._conditions = conditions
        self.names = list(dict.fromkeys(name for one in constraints for name in one.coefficients))
        self.parameters = [self._numeric(layout, name) for name in self.names]
        self.columns = torch.tensor([layout.columns[name].start for name in self.names], dtype=torch.long)
        self.matrix = torch.tensor(
            [[one.coefficients.get(name, 0.0) for name in self.names] for one in constraints],
            dtype=torch.float64,
        ).reshape(len(constraints), len(self.names))
        self.lower = torch.tensor([one.lb for one in constraints], dtype=torch.float64)
        self.upper = torch.tensor([one.ub for one in constraints], dtype=torch.float64)
        ends = [one.natural_bounds for one in self.parameters]
        self.ends = torch.tensor(ends, dtype=torch.float64).reshape(-1, 2).T
        self.slack = 1e-8 * (self.matrix.abs() * self.ends.abs().amax(0)).sum(1)
        self.rounding = self.slack + SAME * (self.matrix.abs() * (self.ends[1] - self.ends[0])).sum(1)
        self._check_reach()

    def _numeric(self, layout: Layout, name: str) -> Numeric:
        """Return a parameter that a constraint names."""
        parameter = layout.parameters.get(name)
        if parameter is None:
            known = did_you_mean(name, layout.parameters)
            raise SpaceError(f"Linear constraint names an unknown parameter {name!r}.{known}")
        if not isinstance(parameter, Numeric):
            kind = type(parameter).__name__
            raise SpaceError(
                f"Linear constraint on '{name}': a {kind} has no number; use a function constraint."
            )
        return parameter

    def _check_reach(self) -> None:
        """Refuse a constraint that no point within the bounds satisfies."""
        ends = self.ends.clone()
        for position, name in enumerate(self.names):
            if name in self._conditions.codes:
                ends[0, position].clamp_(max=0.0)
                ends[1, position].clamp_(min=0.0)
        sums = self.matrix.unsqueeze(1) * ends
        least, most = sums.amin(1).sum(1), sums.amax(1).sum(1)
        for row, constraint in enumerate(self.constraints):
            if (
                least[row] > self.upper[row] + self.slack[row]
                or most[row] < self.lower[row] - self.slack[row]
            ):
                raise SpaceError(
                    f"Constraint {constraint} cannot hold: within the bounds the sum lies in "
                    f"[{least[row]:g}, {most[row]:g}]; change its limits or the bounds."
                )

    @property
    def has_equation(self) -> bool:
        """Whether a constraint leaves no room beside its hyperplane."""
        return bool((self.lower == self.upper).any())

    @cached_property
    def free(self) -> Tensor:
        """`k`, 1 where the parameter is continuous, 0 where it is discrete."""
        return torch.tensor([float(one.grid is None) for one in self.parameters], dtype=torch.float64)

    @cached_property
    def _straight(self) -> Tensor:
        """`k`, 1 where the encoded column is the natural value."""
        straight = [float(isinstance(one.scale, Linear)) for one in self.parameters]
        return torch.tensor(straight, dtype=torch.float64)

    def natural(self, x: Tensor) -> Tensor:
        """Return the natural values (`n x k`) of the parameters in projected points `x` (`n x d`)."""
        parts = zip(self.columns.tolist(), self.parameters, strict=True)
        return torch.stack([one.natural(x[:, column]) for column, one in parts], 1)

    def with_natural(self, x: Tensor, before: Tensor, after: Tensor) -> Tensor:
        """Return `x` with the natural values (`n x k`) that changed put into the columns."""
        result = x.clone()
        for position, (column, one) in enumerate(zip(self.columns.tolist(), self.parameters, strict=True)):
            old, new = before[:, position], after[:, position]
            result[:, column] = torch.where(old == new, x[:, column], one.from_natural(new))
        return result

    def one_step(self, values: Tensor, movable: Tensor) -> Tensor:
        """Return the natural values (`n x k`) one step below and above, as `2 x n x k`.

        Values at an end, of continuous parameters, and where `movable` (`k`) is 0 stay as they are.
        """
        result = values.repeat(2, 1, 1)
        for position, one in enumerate(self.parameters):
            if one.grid is None or not movable[position]:
                continue
            k = one.grid.index(one.from_natural(values[:, position]))
            for side, step in enumerate((-1.0, 1.0)):
                moved = torch.minimum((k + step).clamp(min=0.0), one.grid.count - 1.0)
                result[side, :, position] = one.natural(one.grid.point(moved))
        return result

    def coefficients(self, x: Tensor) -> Tensor:
        """Return the coefficients for each row of `x`, `n x m x k`, zero for inactive parameters."""
        masks = self._conditions.active(x)
        everywhere = torch.ones(len(x), dtype=torch.bool)
        active = torch.stack([masks.get(name, everywhere) for name in self.names], 1)
        return self.matrix * active.unsqueeze(1)

    def excess(self, x: Tensor) -> Tensor:
        """Return how far each sum lies outside its limits (signed), `n x m`, for projected `x`."""
        sums = (self.coefficients(x) * self.natural(x).unsqueeze(1)).sum(2)
        return sums - torch.minimum(torch.maximum(sums, self.lower), self.upper)

    def inside(self, x: Tensor, *, rounded: bool = False) -> Tensor:
        """Say which constraints hold at projected `x` (`n x d`), as `n x m` booleans.

        Args:
            x: The points.
            rounded: Whether `rounding` is forgiven, and not `slack` alone.
        """
        if not self.constraints:
            return torch.ones(len(x), 0, dtype=torch.bool)
        return self.excess(x).abs() <= (self.rounding if rounded else self.slack)

    def chord(self, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        """Return for each row how far `x + t * direction` may go before a sum leaves its limits.

        Constraints in which a curved column moves are left out: there the limit is not known in advance.

        Returns:
            Lowest and highest `t`, each `n`, infinite where nothing limits it.
        """
        moves = direction[:, self.columns]
        rows = self.coefficients(x)
        rates = (rows * (moves * self._straight).unsqueeze(1)).sum(2)
        curved = ((rows != 0) & (moves * (1.0 - self._straight) != 0).unsqueeze(1)).any(2)
        sums = (rows * self.natural(x).unsqueeze(1)).sum(2)
        ends = torch.stack([(self.lower - sums) / rates, (self.upper - sums) / rates])
        ends = torch.where(curved | (rates == 0), torch.tensor([-torch.inf, torch.inf])[:, None, None], ends)
        return ends.amin(0).amax(1).clamp(max=0.0), ends.amax(0).amin(1).clamp(min=0.0)

    def tangent(self, x: Tensor, direction: Tensor) -> Tensor:
        """Return directions (`n x d`) along which no sum changes.

        Only linear columns keep their part of `direction`: along a curved one a sum changes at second order.
        """
        moves = direction[:, self.columns] * self._straight
        spread = (self.ends[1] - self.ends[0]) * (moves != 0)
        normals = self.coefficients(x) * spread.unsqueeze(1)
        unit = torch.where(spread > 0, moves / spread, 0.0).unsqueeze(2)
        along = unit - torch.linalg.pinv(normals) @ (normals @ unit)
        result = direction.clone()
        result[:, self.columns] = along.squeeze(2) * spread
        return result
