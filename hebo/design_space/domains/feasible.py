"""Feasible domain: sampling, projection and neighbors for any set of typed, constrained points."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Generator, Tensor

from hebo.design_space.domains.domain import Method
from hebo.design_space.domains.frames import as_points
from hebo.design_space.domains.repair import repair, repair_linear
from hebo.design_space.domains.sampling import UnitCube, sample_feasible
from hebo.design_space.domains.typed_points import TypedPoints
from hebo.errors import DataError
from hebo.random import make_generator

N_ANCHORS = 64
"""Feasible points kept to pull others towards when nothing else makes them feasible."""


class FeasibleDomain(TypedPoints):
    """A constrained set as a domain: subclasses say what a point without constraints is (`settle`, `draw`).

    Outputs are float64 on the CPU. Notation: `n` rows, `d` columns, `k` neighbors.
    """

    def sample(self, n: int, *, generator: Generator, method: Method = "sobol") -> Tensor:
        """Draw `n` feasible points (`n x d`).

        Without constraints each column is one dimension of a scrambled Sobol sequence (`sobol`) or of
        uniform numbers (`random`), so every category and every integer is equally likely, ends included
        (log scales: in proportion to their cell, see `Grid.from_unit`). With constraints see
        `hebo.design_space.domains.sampling.sample_feasible`.

        Raises:
            SpaceError: If no feasible point can be found; names the constraint.
        """
        cube = UnitCube(self.layout.n_dims, method=method, generator=generator)
        if not len(self.constraints):
            return self.draw(cube.draw(n))
        return sample_feasible(self, n, cube=cube, generator=generator)

    def contains(self, x: Tensor) -> Tensor:
        """Say for each row of `x` (`n x d`) whether it is feasible, up to `Layout.tolerance`.

        An inactive parameter must hold its canonical value, so that each point has one encoding.
        """
        points = as_points(x, self.layout.n_dims)
        settled = self.settle(points)
        noise = self.layout.tolerance(settled) + self.layout.slack
        if x.dtype != torch.float64:
            noise = noise + 4 * torch.finfo(x.dtype).eps * self.bounds.abs().amax(0)
        typed = ((settled - points).abs() <= noise).all(1)
        if not len(self.constraints):
            return typed
        return typed & self.constraints.satisfied(settled, rounded=True)

    def project(self, x: Tensor) -> Tensor:
        """Return feasible points near `x` (`n x d`): the nearest ones unless constraints interfere.

        Columns are clipped and rounded in natural units, conditions settled. Points that then violate a
        constraint go through `hebo.design_space.domains.repair.repair`. Feasible points stay where they are.

        Raises:
            DataError: If a value is NaN.
            SpaceError: If the space has no feasible point.
        """
        points = as_points(x, self.layout.n_dims)
        if points.isnan().any():
            raise DataError("Points to project hold NaN; drop these rows first.")
        settled = self.settle(points)
        if not len(self.constraints):
            return settled
        bad = ~self.constraints.satisfied(settled)
        if bad.any():
            settled[bad] = repair(self, settled[bad])
        return settled

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the feasible points (`k x d`) one step in one parameter away from `x` (`d`).

        A step is another category, the integer, level or grid value before or after, two items of a
        permutation swapped (a random part of the swaps of a long one), or a tenth of the encoded range
        up or down. Columns of parameters that the step switches on hold their canonical values. A step off
        a linear equation is balanced by the other parameters (`repair_linear`).
        """
        start = self.settle(as_points(x.unsqueeze(0), self.layout.n_dims))
        moves = [start[:0]]
        for name, parameter in self.layout.parameters.items():
            span = self.layout.columns[name]
            values = parameter.neighbors(start[0, span], generator=generator)
            moved = start.repeat(len(values), 1)
            moved[:, span] = values
            moves.append(moved)
        reached = self._other_than(start, self.settle(torch.cat(moves)))
        feasible = self.constraints.satisfied(reached)
        if not self.constraints.linear.has_equation:
            return reached[feasible]
        balanced = self._other_than(start, repair_linear(self, reached[~feasible]))
        return torch.cat([reached[feasible], balanced[self.constraints.satisfied(balanced)]])

    def _other_than(self, start: Tensor, x: Tensor) -> Tensor:
        """Return the distinct rows of `x` that differ from `start` (`1 x d`)."""
        distinct: Tensor = torch.unique(x[((x - start).abs() > self.layout.slack).any(1)], dim=0)
        return distinct

    def points(self, limit: int) -> Tensor | None:
        """Return every feasible point (`k x d`), `None` if there are more than `limit`.

        Points that a constraint rules out count towards the limit.
        """
        conditional = self.conditions.order
        always = [name for name in self.layout.parameters if name not in conditional]
        values = {name: self.choices(name, limit) for name in self.layout.parameters}
        if any(values[name] is None for name in always):
            return None
        rows = self.settle(self.layout.canonical.unsqueeze(0))
        for name in [*always, *conditional]:
            expanded = self._expand(rows, name, values[name], limit)
            if expanded is None:
                return None
            rows = expanded
        settled = self.settle(rows)
        # A point that is changed lacks the parents of a pinned parameter; what it becomes is listed as well.
        rows = settled[((settled - rows).abs() <= self.layout.slack).all(1)]
        return rows[self.constraints.satisfied(rows)]

    def _expand(self, rows: Tensor, name: str, values: Tensor | None, limit: int) -> Tensor | None:
        """Return `rows` (`n x d`) once for each value of a parameter, where it is active."""
        mask = self.conditions.active(rows).get(name, torch.ones(len(rows), dtype=torch.bool))
        moving, staying = rows[mask], rows[~mask]
        if not len(moving):
            return rows
        if values is None or len(staying) + len(moving) * len(values) > limit:
            return None
        moved = moving.repeat_interleave(len(values), 0)
        moved[:, self.layout.columns[name]] = values.repeat(len(moving), 1)
        return torch.cat([staying, moved])

    def choices(self, name: str, limit: int) -> Tensor | None:
        """Return all encoded values (`k x w`) of a parameter, `None` if there are more than `limit`."""
        parameter = self.layout.parameters[name]
        count = parameter.cardinality
        return None if count is None or count > limit else parameter.every()

    @cached_property
    def anchors(self) -> Tensor:
        """Feasible points spread over the set, always the same ones."""
        generator = make_generator("anchors")
        cube = UnitCube(self.layout.n_dims, method="random", generator=generator)
        return sample_feasible(self, N_ANCHORS, cube=cube, generator=generator)
