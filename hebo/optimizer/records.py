"""`Records`: what an optimiser was asked and told, as tensors and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Self

import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.labels import Names
from hebo.errors import DataError
from hebo.optimizer.matching import matched
from hebo.optimizer.values import parse_constraints, parse_values

STATE_FORMAT = 1


class Records:
    """Told and pending points of a design space, in encoded columns, and counts of what was asked.

    Tensors are replaced and never changed, so that a copy may share them.

    Attributes:
        x: `n x d` told points, in the order told.
        y: `n x m` values of these, minimised, NaN where one failed; None before the first.
        constraints: `n x c` measured constraints of these; None before the first.
        pending: `p x d` points that were asked for and neither told nor forgotten.
        objective_names: Names of the columns of `y`, once a table with names was told.
        constraint_names: The same of `constraints`.
        n_asks: How often points were asked for.
        n_asked_points: How many.
    """

    def __init__(self, space: DesignSpace) -> None:
        self._space = space
        self.x = self.pending = torch.empty(0, space.n_dims, dtype=torch.float64)
        self.y: Tensor | None = None
        self.constraints: Tensor | None = None
        self.objective_names: Names = None
        self.constraint_names: Names = None
        self.n_asks = self.n_asked_points = 0
        self._checked = self.x, torch.empty(0, dtype=torch.bool)

    @property
    def n_objectives(self) -> int | None:
        """The number of objectives, once it is known."""
        return None if self.y is None else self.y.shape[1]

    @property
    def n_constraints(self) -> int | None:
        """The number of measured constraints, once it is known."""
        return None if self.constraints is None else self.constraints.shape[1]

    @property
    def data(self) -> Data:
        """Everything as surrogates take it: larger is better."""
        y = self.x.new_empty(0, 1) if self.y is None else -self.y
        limits = self.x.new_empty(0, 0) if self.constraints is None else self.constraints
        return Data(self.x, y, self.pending, constraints=limits, allowed=self.allowed)

    @property
    def allowed(self) -> Tensor:
        """`n` bool: told points that keep the input constraints."""
        x, allowed = self._checked
        if x is not self.x:  # tensors are never changed, so that these are other points
            allowed = self._space.constraints.satisfied(self.x, rounded=True)
            self._checked = self.x, allowed
        return allowed

    def asked(self, x: Tensor) -> None:
        """Add the points of one ask, `k x d`."""
        self.n_asks += 1
        self.n_asked_points += len(x)
        self.pending = torch.cat([self.pending, x])

    def told(self, x: Tensor, y: Tensor, constraints: Tensor) -> None:
        """Add points that were evaluated, `k x d`, with `k x m` values and `k x c` constraints."""
        self.drop_pending(x)
        self.x = torch.cat([self.x, x])
        self.y = y if self.y is None else torch.cat([self.y, y])
        known = self.constraints
        self.constraints = constraints if known is None else torch.cat([known, constraints])

    def drop_pending(self, x: Tensor) -> None:
        """Remove one pending row per given point, where there is one that is equal."""
        places = matched(x, self.pending, torch.zeros_like(x))
        kept = torch.ones(len(self.pending), dtype=torch.bool)
        kept[[place for place in places if place is not None]] = False
        self.pending = self.pending[kept]

    def places_of(self, x: Tensor) -> Tensor:
        """Return the places of given points (`k x d`) among those told, the first told first.

        Raises:
            DataError: If a point was not told, or was told more or less often than it is given.
        """
        places = torch.zeros(len(x), dtype=torch.long)
        for row, point in enumerate(x):
            told = (self.x == point).all(1).nonzero()[:, 0]
            given = (x == point).all(1).nonzero()[:, 0]
            if len(told) != len(given):
                self._refuse_places(point, len(told), len(given))
            places[row] = told[int((given < row).sum())]
        return places

    def _refuse_places(self, point: Tensor, n_told: int, n_given: int) -> NoReturn:
        (values,) = self._space.decode(point.unsqueeze(0)).to_dict("records")
        if not n_told:
            raise DataError(f"{values} is neither pending nor told; `pending` and `history` list what is")
        raise DataError(
            f"{values} was told {n_told} times and is given {n_given} times; give it as often as it was "
            "told, in the order of `history`"
        )

    def replace(self, places: Tensor, y: Tensor, constraints: Tensor) -> None:
        """Put other values in the places of told points."""
        assert self.y is not None
        assert self.constraints is not None
        self.y = self.y.index_copy(0, places, y)
        self.constraints = self.constraints.index_copy(0, places, constraints)

    def remove(self, places: Tensor) -> None:
        """Forget told points; with the last one, also what was measured and how it was called."""
        kept = torch.ones(len(self.x), dtype=torch.bool)
        kept[places] = False
        self.x = self.x[kept]
        if not len(self.x):
            self.y = self.constraints = self.objective_names = self.constraint_names = None
        elif self.y is not None and self.constraints is not None:
            self.y, self.constraints = self.y[kept], self.constraints[kept]

    def to_json(self) -> dict[str, Any]:
        """Return all of it, and the space, as plain JSON values.

        Of a `TableSpace` the parameters are kept, not the candidates: these may come and go between rounds.
        """
        return {
            "format": STATE_FORMAT,
            "space": self._space.parameter_space.to_json(),
            "n_asks": self.n_asks,
            "n_asked_points": self.n_asked_points,
            "x": self.x.tolist(),
            "y": _plain(self.y),
            "constraints": _plain(self.constraints),
            "objective_names": self.objective_names and list(self.objective_names),
            "constraint_names": self.constraint_names and list(self.constraint_names),
            "pending": self.pending.tolist(),
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any], space: DesignSpace) -> Self:
        """Return what `to_json` returned.

        Raises:
            DataError: If it is of another format or of another design space.
        """
        if state.get("format") != STATE_FORMAT:
            raise DataError(f"state format {state.get('format')!r} is not {STATE_FORMAT}; save it anew")
        if DesignSpace.from_json(state["space"]) != space.parameter_space:
            raise DataError("the state belongs to another design space; use the one it was saved with")
        records = cls(space)
        records.n_asks, records.n_asked_points = int(state["n_asks"]), int(state["n_asked_points"])
        records.x = torch.tensor(state["x"], dtype=torch.float64).reshape(-1, space.n_dims)
        records.pending = torch.tensor(state["pending"], dtype=torch.float64).reshape(-1, space.n_dims)
        if state["y"] is not None:
            records.y = parse_values(state["y"], len(records.x), None)
            records.constraints = _constraints(state, len(records.x))
            records.objective_names = _names(state.get("objective_names"))
            records.constraint_names = _names(state.get("constraint_names"))
        return records


def _plain(table: Tensor | None) -> list[list[float | None]] | None:
    """Return a table as JSON has it: None for NaN."""
    return None if table is None else [[None if v != v else v for v in row] for row in table.tolist()]


def _names(names: Sequence[str] | None) -> Names:
    """Read the names of columns; a state from before there were any has none."""
    return None if names is None else tuple(names)


def _constraints(state: Mapping[str, Any], n_points: int) -> Tensor:
    """Read the constraints of a state; one from before there were any has none."""
    rows = state.get("constraints")
    return parse_constraints(rows if rows and rows[0] else None, n_points, None)
