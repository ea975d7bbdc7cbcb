"""`Data`: what an optimiser knows, as tensors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Data:
    """Observations and points under evaluation, in encoded columns.

    Attributes:
        x: `n x d` evaluated points.
        y: `n x m` objective values, larger is better; a row with NaN is a failed evaluation.
        pending: `p x d` points that were asked for and have no value yet.
        batch_size: How many points are about to be chosen together.
        constraints: `n x c` measured constraint values, fulfilled where <= 0; a row with NaN failed as well.
    """

    x: Tensor
    y: Tensor
    pending: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    batch_size: int = 1
    constraints: Tensor = field(default_factory=lambda: torch.empty(0, 0))

    def __post_init__(self) -> None:
        if self.x.shape[0] != self.y.shape[0]:
            raise AssertionError(f"{self.x.shape[0]} points but {self.y.shape[0]} values")
        if self.pending.numel() == 0:
            object.__setattr__(self, "pending", self.x.new_empty(0, self.x.shape[1]))
        if self.constraints.shape[1] == 0:
            object.__setattr__(self, "constraints", self.x.new_empty(len(self.x), 0))
        if self.x.shape[0] != self.constraints.shape[0]:
            raise AssertionError(f"{self.x.shape[0]} points but {self.constraints.shape[0]} constraint rows")

    @property
    def failed(self) -> Tensor:
        """`n` bool: rows that lack an objective or a constraint value."""
        return ~(torch.isfinite(self.y).all(-1) & torch.isfinite(self.constraints).all(-1))

    @property
    def feasible(self) -> Tensor:
        """`n` bool: successful rows that fulfil every constraint; all successes where there is none."""
        return ~self.failed & (self.constraints <= 0).all(-1)

    @property
    def merit(self) -> Tensor:
        """`n`: the first value of feasible rows, -inf for the others, which cannot be the best."""
        return self.y[:, 0].masked_fill(~self.feasible, -torch.inf)

    @property
    def seen(self) -> Tensor:
        """`(n + p) x d`: every point that was evaluated or is pending."""
        return torch.cat([self.x, self.pending])

    @property
    def best(self) -> Tensor:
        """`d`: the feasible point with the largest first value; the first point while none is feasible."""
        return self.x[int(self.merit.argmax())]

    def successes(self) -> Data:
        """Return the data without its failed rows."""
        return self._rows(~self.failed)

    def feasible_successes(self) -> Data:
        """Return the data without its failed and infeasible rows."""
        return self._rows(self.feasible)

    def with_y(self, y: Tensor) -> Data:
        """Return the same points with other values, `n x m`."""
        return replace(self, y=y)

    def without_constraints(self) -> Data:
        """Return the same points and values; what lacks a constraint value only did not fail then."""
        return replace(self, constraints=self.x.new_empty(len(self.x), 0))

    def with_pending(self, x: Tensor) -> Data:
        """Return the data with more pending points, `k x d`."""
        return replace(self, pending=torch.cat([self.pending, x]))

    def to(self, device: torch.device | str) -> Data:
        """Return the data on another device."""
        x, y, pending = (one.to(device) for one in (self.x, self.y, self.pending))
        return replace(self, x=x, y=y, pending=pending, constraints=self.constraints.to(device))

    def _rows(self, keep: Tensor) -> Data:
        return replace(self, x=self.x[keep], y=self.y[keep], constraints=self.constraints[keep])
