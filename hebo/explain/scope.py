"""Scope of a question: the points that it is about, as a function of uniform numbers.

Parameters vary independently of one another, each uniformly over its values in encoded columns: numbers on
the scale that they are searched on (logarithmic ones on that), categories, letters and orders alike. Contexts
and fidelities, and what is fixed besides, do not vary. Input constraints are not looked at, for with them
parameters would not be independent. Of a table of candidates each parameter has the values of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import torch
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.sampling import UnitCube
from hebo.design_space.domains.typed_points import TypedPoints
from hebo.errors import DataError, did_you_mean

_NO_LIMIT = 2**62


@dataclass(frozen=True)
class Scope:
    """The points that a question is about.

    Attributes:
        space: With a table of candidates or without.
        fixed: Parameter -> natural value, such as contexts and targets of fidelities.
    """

    space: DesignSpace
    fixed: Mapping[str, Any]

    @cached_property
    def names(self) -> list[str]:
        """The parameters that vary."""
        free = [name for name in self.space.names if name not in self.fixed]
        return [name for name in free if self.space.parameters[name].cardinality != 1]

    def check(self, names: Sequence[str]) -> None:
        """Refuse names of parameters that do not vary.

        Raises:
            DataError: With the reason.
        """
        for name in names:
            if name not in self.space.names:
                known = did_you_mean(name, self.names)
                raise DataError(f"'{name}' is no parameter; use one of {', '.join(self.names)}.{known}")
            if name not in self.names:
                raise DataError(f"'{name}' has one value here and no effect; use {', '.join(self.names)}")

    def span(self, name: str) -> slice:
        """Return the encoded columns of a parameter."""
        return self.space.columns[name]

    def uniform(self, n: int, *, n_blocks: int, generator: Generator) -> Sequence[Tensor]:
        """Return `n_blocks` times `n x d` uniform numbers, independent of one another (scrambled Sobol)."""
        cube = UnitCube(n_blocks * self.space.n_dims, method="sobol", generator=generator)
        blocks: tuple[Tensor, ...] = torch.split(cube.draw(n), self.space.n_dims, dim=1)
        return blocks

    def points(self, u: Tensor) -> Tensor:
        """Return the points that uniform numbers, `n x d`, stand for."""
        if self._rows is None:
            return self.part({}).draw(u)
        x = torch.empty_like(u)
        for span in self.space.columns.values():  # the first number of a parameter says which row it is from
            x[:, span] = self._rows[(u[:, span.start] * len(self._rows)).long()][:, span]
        return x

    def part(self, values: Mapping[str, Any]) -> TypedPoints:
        """Return the part of the space of the parameters where further natural values are given."""
        given = {**self.fixed, **values}
        whole = self.space.parameter_space
        return cast(TypedPoints, whole.fix(given)) if given else whole

    @cached_property
    def _rows(self) -> Tensor | None:
        """The candidates of a table, `r x d`."""
        domain = self.space.domain_for(0, self.space.bounds[:0], self.fixed)
        return domain.points(_NO_LIMIT) if domain.is_listed else None
