"""`Data`: observations and pending points of an optimization, as tensors."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import torch
from botorch.utils.multi_objective.pareto import is_non_dominated
from torch import Tensor

from hebo.design_space.domains.domain import Domain
from hebo.dominance import front_advances, pareto_merit

PER_ROW = {"per_row": True}
"""Metadata of a field whose first axis is that of the told rows: `Data.rows` takes a part of it."""


def _empty() -> Tensor:
    return torch.empty(0, 0)


def _no_mask() -> Tensor:
    return torch.empty(0, dtype=torch.bool)


@dataclass(frozen=True)
class Data:
    """Observations and points under evaluation, in encoded columns.

    Every method copies by `dataclasses.replace` over all fields, so that those of a subclass go along.

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
        y_var: `n x m` known variances of the observation noise, in the squared units of `y`, NaN where one is
            unknown; None where the noise is to be learned everywhere.
        costs: `n` positive costs of the evaluations, NaN where unknown; None where none was told.
        gradients: `n x d` derivatives of the only objective by the encoded columns, NaN where one is unknown;
            None where none was told.
        related: Observations of related tasks: other objectives over the same space, with as many values.
        better: `k x d` points that were preferred in `k` comparisons; they need no value.
        worse: `k x d` points that each of them was preferred to.
        reference: `m` values, the stated reference point of hypervolumes, larger is better; None where there
            is none.
    """

    x: Tensor = field(metadata=PER_ROW)
    y: Tensor = field(metadata=PER_ROW)
    pending: Tensor = field(default_factory=_empty)
    batch_size: int = 1
    constraints: Tensor = field(default_factory=_empty, metadata=PER_ROW)
    allowed: Tensor = field(default_factory=_no_mask, metadata=PER_ROW)
    inside: Tensor = field(default_factory=_no_mask, metadata=PER_ROW)
    y_var: Tensor | None = field(default=None, metadata=PER_ROW)
    costs: Tensor | None = field(default=None, metadata=PER_ROW)
    gradients: Tensor | None = field(default=None, metadata=PER_ROW)
    related: tuple[Data, ...] = ()
    better: Tensor = field(default_factory=_empty)
    worse: Tensor = field(default_factory=_empty)
    reference: Tensor | None = None

    def __post_init__(self) -> None:
        n = len(self.x)
        for name in ("pending", "better", "worse"):
            if getattr(self, name).numel() == 0:
                object.__setattr__(self, name, self.x.new_empty(0, self.x.shape[1]))
        if self.constraints.shape[1] == 0:
            object.__setattr__(self, "constraints", self.x.new_empty(n, 0))
        for name in ("allowed", "inside"):
            if getattr(self, name).numel() == 0:
                object.__setattr__(self, name, torch.ones_like(self.x[:, :1], dtype=torch.bool).reshape(-1))
        for name in ("y", "constraints", "allowed", "inside", "y_var", "costs", "gradients"):
            values = getattr(self, name)
            if values is not None and values.shape[0] != n:
                raise AssertionError(f"{n} points but {len(values)} rows of '{name}'")
        if self.better.shape != self.worse.shape:
            raise AssertionError(f"{len(self.better)} better points but {len(self.worse)} worse ones")
        if self.y_var is not None and self.y_var.shape != self.y.shape:
            raise AssertionError(f"values {tuple(self.y.shape)} but variances {tuple(self.y_var.shape)}")
        if self.reference is not None and self.reference.shape != self.y.shape[1:]:
            raise AssertionError(f"{self.y.shape[1]} objectives but a reference of {len(self.reference)}")
        if self.gradients is not None and self.gradients.shape != self.x.shape:
            raise AssertionError(f"points {tuple(self.x.shape)} but gradients {tuple(self.gradients.shape)}")

    def _per_row(self) -> dict[str, Any]:
        """Return the fields with a value for each told row."""
        named = {name: getattr(self, name) for name, one in self.__dataclass_fields__.items() if one.metadata}
        return {name: values for name, values in named.items() if values is not None}

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
        """`n`: what the best of competing rows is chosen by, -inf for the others, which cannot be the best.

        It is the value, and with several of them the place in `pareto_order`, from the end.
        """
        value = self.y[:, 0] if self.y.shape[1] == 1 else pareto_merit(self.y, self.competing)
        return value.masked_fill(~self.competing, -torch.inf)

    @property
    def progress(self) -> Tensor:
        """`n`: a value that grows with each improvement, row by row, -inf for rows that do not compete.

        It is `merit`; with several values the number of competing rows so far that no earlier one dominated.
        """
        return self.merit if self.y.shape[1] == 1 else front_advances(self.y, self.competing)

    @property
    def seen(self) -> Tensor:
        """Every point that was evaluated, compared or is pending, `d` columns; compared ones once."""
        points = (self.x, self.compared, self.pending) if len(self.better) else (self.x, self.pending)
        return torch.cat(points)

    @property
    def compared(self) -> Tensor:
        """`u x d`: the different points of all comparisons, sorted."""
        points: Tensor = torch.unique(torch.cat([self.better, self.worse]), dim=0)
        return points

    @property
    def best(self) -> Tensor:
        """`d`: the competing point of the largest `merit`; the first point while none competes."""
        return self.x[int(self.merit.argmax())]

    @property
    def pareto(self) -> Tensor:
        """`n` bool: the competing rows whose values no other competing row dominates.

        One row dominates another if none of its values is smaller and one is larger.
        """
        front = self.competing.clone()
        front[self.competing] = is_non_dominated(self.y[self.competing], deduplicate=False)
        return front

    def successes(self) -> Self:
        """Return the data without its failed rows."""
        return self.rows(~self.failed)

    def feasible_successes(self) -> Self:
        """Return the data without its failed and infeasible rows."""
        return self.rows(self.feasible)

    def within(self, domain: Domain) -> Self:
        """Return the data with the rows marked that may be the incumbent of an ask.

        Where no success lies in `domain` all rows count as `inside`, and where none keeps the input
        constraints all are `allowed`: what is known of the nearest points (`projected`) is then all there is.
        """
        succeeded = ~self.failed
        inside, allowed = domain.contains(self.x), self.allowed
        inside = inside if bool((inside & succeeded).any()) else torch.ones_like(inside)
        allowed = allowed if bool((allowed & inside & succeeded).any()) else torch.ones_like(allowed)
        return replace(self, inside=inside, allowed=allowed)

    def projected(self, domain: Domain) -> Self:
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
        every = torch.ones(len(known.x), dtype=torch.bool, device=known.x.device)
        value = known.y[:, 0] if known.y.shape[1] == 1 else pareto_merit(known.y, every)
        by_value = value.argsort(descending=True, stable=True)
        order = by_value[(~known.inside[by_value]).int().argsort(stable=True)]
        return known.x[order]

    def train(self) -> Self:
        """Return what a surrogate is fitted to: successes, without pending points."""
        return self.successes().without_pending()

    def with_y(self, y: Tensor, y_var: Tensor | None = None, gradients: Tensor | None = None) -> Self:
        """Return the same points with other values, `n x m`, and what is known of these.

        There are no related tasks and no reference point of them.

        Args:
            y: The values.
            y_var: Their variances.
            gradients: Their derivatives, `n x d`.
        """
        return replace(self, y=y, y_var=y_var, gradients=gradients, related=(), reference=None)

    def output(self, j: int) -> Self:
        """Return the same points with one of the outputs."""
        one = self.with_y(self.y[:, [j]], None if self.y_var is None else self.y_var[:, [j]])
        return replace(one, related=tuple(task.output(j) for task in self.related))

    def outputs(self) -> tuple[Self, ...]:
        """Return the data of each output."""
        m = self.y.shape[1]
        return (self,) if m == 1 else tuple(map(self.output, range(m)))

    def without_constraints(self) -> Self:
        """Return the same points and values; what lacks a constraint value only did not fail then."""
        return replace(self, constraints=self.x.new_empty(len(self.x), 0))

    def without_pending(self) -> Self:
        """Return the data without the points that have no value yet."""
        return replace(self, pending=self.x[:0])

    def with_pending(self, x: Tensor) -> Self:
        """Return the data with more pending points, `k x d`."""
        return replace(self, pending=torch.cat([self.pending, x]))

    def to(self, device: torch.device | str) -> Self:
        """Return the data on another device."""
        if self.x.device == torch.device(device):
            return self
        moved: dict[str, Any] = {"related": tuple(task.to(device) for task in self.related)}
        for one in fields(self):
            if isinstance(value := getattr(self, one.name), Tensor):
                moved[one.name] = value.to(device)
        return replace(self, **moved)

    def rows(self, keep: Tensor) -> Self:
        """Return the told rows where a mask, `n` bool, is true; pending points stay."""
        return replace(self, **{name: values[keep] for name, values in self._per_row().items()})
