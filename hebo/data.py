"""`Data`: what an optimiser knows, as tensors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from hebo.design_space.domains.domain import Domain


@dataclass(frozen=True)
class Data:
    """Observations and points under evaluation, in encoded columns.

    Attributes:
        x: `n x d` evaluated points.
        y: `n x m` objective values, larger is better; a row with NaN is a failed evaluation.
        pending: `p x d` points that were asked for and have no value yet.
        batch_size: How many points are about to be chosen together.
        constraints: `n x c` measured constraint values, fulfilled where <= 0; a row with NaN failed as well.
        allowed: `n` bool: rows that keep the input constraints of the space. The others teach a model, and
            are never the incumbent.
        inside: `n` bool: rows that lie in the domain of the present ask (its context, its pinned parameters,
            the target fidelity). Values of the others cannot be compared with those that the ask will give.
    """

    x: Tensor
    y: Tensor
    pending: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    batch_size: int = 1
    constraints: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    allowed: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.bool))
    inside: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.bool))

    def __post_init__(self) -> None:
        if self.x.shape[0] != self.y.shape[0]:
            raise AssertionError(f"{self.x.shape[0]} points but {self.y.shape[0]} values")
        if self.pending.numel() == 0:
            object.__setattr__(self, "pending", self.x.new_empty(0, self.x.shape[1]))
        if self.constraints.shape[1] == 0:
            object.__setattr__(self, "constraints", self.x.new_empty(len(self.x), 0))
        if self.x.shape[0] != self.constraints.shape[0]:
            raise AssertionError(f"{self.x.shape[0]} points but {self.constraints.shape[0]} constraint rows")
        for name in ("allowed", "inside"):
            mask = getattr(self, name)
            if mask.numel() == 0:
                object.__setattr__(self, name, torch.ones_like(self.x[:, :1], dtype=torch.bool).reshape(-1))
            elif len(mask) != len(self.x):
                raise AssertionError(f"{len(self.x)} points but {len(mask)} rows of '{name}'")

    @property
    def failed(self) -> Tensor:
        """`n` bool: rows that lack an objective or a constraint value."""
        return ~(torch.isfinite(self.y).all(-1) & torch.isfinite(self.constraints).all(-1))

    @property
    def feasible(self) -> Tensor:
        """`n` bool: successful rows that keep every constraint, those of the input and the measured ones."""
        return ~self.failed & self.allowed & (self.constraints <= 0).all(-1)

    @property
    def competing(self) -> Tensor:
        """`n` bool: feasible rows in the domain of the ask, of which the best is the incumbent."""
        return self.feasible & self.inside

    @property
    def merit(self) -> Tensor:
        """`n`: the first value of competing rows, -inf for the others, which cannot be the best."""
        return self.y[:, 0].masked_fill(~self.competing, -torch.inf)

    @property
    def seen(self) -> Tensor:
        """`(n + p) x d`: every point that was evaluated or is pending."""
        return torch.cat([self.x, self.pending])

    @property
    def best(self) -> Tensor:
        """`d`: the competing point with the largest first value; the first point while none competes."""
        return self.x[int(self.merit.argmax())]

    def successes(self) -> Data:
        """Return the data without its failed rows."""
        return self.rows(~self.failed)

    def feasible_successes(self) -> Data:
        """Return the data without its failed and infeasible rows."""
        return self.rows(self.feasible)

    def within(self, domain: Domain) -> Data:
        """Return the data with the rows marked that may be the incumbent of an ask.

        Where no success lies in `domain` all rows count as `inside`, and where none keeps the input
        constraints all are `allowed`: what is known of the nearest points (`projected`) is then all there is.
        """
        succeeded = ~self.failed
        inside, allowed = domain.contains(self.x), self.allowed
        inside = inside if bool((inside & succeeded).any()) else torch.ones_like(inside)
        allowed = allowed if bool((allowed & inside & succeeded).any()) else torch.ones_like(allowed)
        return replace(self, inside=inside, allowed=allowed)

    def projected(self, domain: Domain) -> Data:
        """Return the data with every point moved to the nearest one of `domain`, which an ask could choose.

        Improvements are measured against predictions there: a better value in another context, with another
        pinned category or at another fidelity cannot be reached.
        """
        x = self.x.cpu().clone()
        outside = ~domain.contains(x)
        if bool(outside.any()):
            x[outside] = domain.project(x[outside])
        return replace(self, x=x.to(self.x))

    def ranked(self) -> Tensor:
        """`f x d`: the feasible points, best first; those outside the domain of the ask follow the others."""
        known = self.feasible_successes()
        by_value = known.y[:, 0].argsort(descending=True, stable=True)
        order = by_value[(~known.inside[by_value]).int().argsort(stable=True)]
        return known.x[order]

    def train(self) -> Data:
        """Return what a surrogate is fitted to: successes, without pending points."""
        return replace(self.successes(), pending=self.x[:0])

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
        constraints, allowed, inside = (
            one.to(device) for one in (self.constraints, self.allowed, self.inside)
        )
        return Data(x, y, pending, self.batch_size, constraints, allowed, inside)

    def rows(self, keep: Tensor) -> Data:
        """Return the told rows where a mask, `n` bool, is true; pending points stay."""
        x, y, constraints = self.x[keep], self.y[keep], self.constraints[keep]
        return Data(x, y, self.pending, self.batch_size, constraints, self.allowed[keep], self.inside[keep])
