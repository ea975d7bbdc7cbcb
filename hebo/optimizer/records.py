"""`Records`: what an optimizer was asked and told, as tensors and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Self

import torch
from pandas import Index
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.labels import Names
from hebo.errors import DataError
from hebo.information import Information
from hebo.optimizer.gradients import encoded_gradients, gradient_table
from hebo.optimizer.matching import matched
from hebo.optimizer.measurements import NOTHING_TOLD, Measurements
from hebo.optimizer.oriented import excesses, maximized, maximized_slopes
from hebo.optimizer.related import RelatedTask
from hebo.outcomes import Outcomes

STATE_FORMAT = 1


class Records:
    """Told and pending points of a design space, in encoded columns, and counts of what was asked.

    Tensors are replaced and never changed, so that a copy may share them.

    Attributes:
        x: `n x d` told points, in the order told.
        measured: What was measured there; None before the first.
        pending: `p x d` points that were asked for and neither told, compared nor forgotten.
        better: `k x d` points that were preferred in comparisons, in the order told.
        worse: `k x d` points that each of them was preferred to.
        related: What is known of related tasks, in the order told.
        outcomes: Names, goals and limits of what is measured; None where nothing was stated of them.
        reference_point: `m` values, the stated reference point of hypervolumes, as measured; None if there
            is none.
        n_asks: How often points were asked for.
        n_asked_points: How many.
    """

    def __init__(self, space: DesignSpace) -> None:
        self._space = space
        self.x = self.pending = self.better = self.worse = torch.empty(0, space.n_dims, dtype=torch.float64)
        self.measured: Measurements | None = None
        self.related: tuple[RelatedTask, ...] = ()
        self.outcomes: Outcomes | None = None
        self.reference_point: Tensor | None = None
        self.n_asks = self.n_asked_points = 0
        self._checked = self.x, torch.empty(0, dtype=torch.bool)

    @property
    def n_objectives(self) -> int | None:
        """The number of objectives, once it is known: stated, or told, be it of a related task."""
        if self.outcomes is not None:
            return len(self.outcomes.objectives)
        known = [told for told in (self.measured, *(task.measured for task in self.related)) if told]
        return known[0].y.shape[1] if known else None

    @property
    def n_constraints(self) -> int | None:
        """The number of measured constraints, once it is known."""
        if self.outcomes is not None:
            return len(self.outcomes.constraints)
        return None if self.measured is None else self.measured.constraints.shape[1]

    @property
    def objective_names(self) -> Names:
        """Names of the objectives, once they were stated, or a table with names was told."""
        if self.outcomes is not None:
            return self.outcomes.objective_names
        return None if self.measured is None else self.measured.objective_names

    @property
    def constraint_names(self) -> Names:
        """Names of the measured constraints, once they were stated, or a table with names was told."""
        if self.outcomes is not None:
            return self.outcomes.constraint_names
        return None if self.measured is None else self.measured.constraint_names

    @property
    def information(self) -> list[Information]:
        """What is known beside values."""
        told = self.measured
        known = {
            Information.CONSTRAINTS: bool(self.n_constraints),
            Information.VARIANCES: told is not None and told.y_var is not None,
            Information.GRADIENTS: told is not None and told.gradients is not None,
            Information.RELATED: bool(self.related),
            Information.REFERENCE: self.reference_point is not None,
            Information.COMPARISONS: bool(len(self.better)),
        }
        return [kind for kind, is_known in known.items() if is_known]

    @property
    def data(self) -> Data:
        """Everything as surrogates take it: larger is better."""
        return self.data_for(self.outcomes)

    def data_for(self, outcomes: Outcomes | None) -> Data:
        """Return everything as surrogates take it, for other goals and limits than those stated."""
        told, related = self.measured, tuple(task.data_for(outcomes) for task in self.related)
        if told is None:
            empty = self.x.new_empty(0, self.n_objectives or 1)
            return Data(self.x, empty, self.pending, better=self.better, worse=self.worse, related=related)
        return Data(
            self.x,
            maximized(told.y, outcomes),
            self.pending,
            constraints=excesses(told.constraints, outcomes),
            allowed=self.allowed,
            y_var=told.y_var,
            costs=told.costs,
            gradients=None
            if told.gradients is None
            else maximized_slopes(self._encoded(told.gradients), told.y, outcomes),
            related=related,
            reference=None
            if self.reference_point is None
            else maximized(self.reference_point.unsqueeze(0), outcomes)[0],
        )

    def _encoded(self, gradients: Tensor) -> Tensor:
        """Return derivatives by encoded columns."""
        return encoded_gradients(gradients, self.x, self._space)

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

    def told(self, x: Tensor, measured: Measurements) -> None:
        """Add points that were evaluated, `k x d`, and what was measured there."""
        self.drop_pending(x)
        self.x = torch.cat([self.x, x])
        self.measured = measured if self.measured is None else self.measured.followed_by(measured)

    @property
    def compared(self) -> Tensor:
        """`2k x d` points of all comparisons, with repeats."""
        return torch.cat([self.better, self.worse])

    def preferred(self, better: Tensor, worse: Tensor) -> None:
        """Add comparisons of points, `k x d` each."""
        self.drop_pending(torch.unique(torch.cat([better, worse]), dim=0))
        self.better, self.worse = torch.cat([self.better, better]), torch.cat([self.worse, worse])

    def forget_compared(self, x: Tensor) -> None:
        """Forget all comparisons of points, `n x d`.

        Raises:
            DataError: If one was not compared; nothing is forgotten then.
        """
        kept = torch.ones(len(self.better), dtype=torch.bool)
        for point in x:
            of_point = (self.better == point).all(1) | (self.worse == point).all(1)
            if not bool(of_point.any()):
                (values,) = self._space.decode(point.unsqueeze(0)).to_dict("records")
                raise DataError(
                    f"{values} is neither pending nor compared; `pending` and `comparisons` list what is"
                )
            kept &= ~of_point
        self.keep_comparisons(kept)

    def keep_comparisons(self, kept: Tensor) -> None:
        """Forget the other comparisons: a mask, `k` bool."""
        self.better, self.worse = self.better[kept], self.worse[kept]

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

    def kept_at(self, places: Tensor, index: Index, **given: Any) -> dict[str, Any]:
        """Return what `retell` is given, and in place of None what was told at some places.

        Args:
            places: Of the told points.
            index: The labels of their frame.
            **given: The arguments of `retell`.
        """
        assert self.measured is not None
        told = self.measured.rows(places)
        constraints = told.constraints if told.constraints.shape[1] else None
        slopes = told.gradients
        gradient = None if slopes is None else gradient_table(slopes, self._space, index)
        kept = {"constraints": constraints, "y_var": told.y_var, "cost": told.costs, "gradient": gradient}
        return {name: kept[name] if value is None else value for name, value in given.items()}

    def replace(self, places: Tensor, measured: Measurements) -> None:
        """Put other values in the places of told points."""
        assert self.measured is not None
        self.measured = self.measured.replaced(places, measured)

    def remove(self, places: Tensor) -> None:
        """Forget told points; with the last one, also what was measured and how it was called."""
        kept = torch.ones(len(self.x), dtype=torch.bool)
        kept[places] = False
        self.x = self.x[kept]
        if self.measured is not None:
            self.measured = self.measured.rows(kept) if len(self.x) else None

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
            **(NOTHING_TOLD if self.measured is None else self.measured.to_json()),
            "pending": self.pending.tolist(),
            **({} if self.outcomes is None else {"outcomes": self.outcomes.model_dump(mode="json")}),
            **({} if self.reference_point is None else {"reference_point": self.reference_point.tolist()}),
            **({"related": [task.to_json() for task in self.related]} if self.related else {}),
            **({"better": self.better.tolist(), "worse": self.worse.tolist()} if len(self.better) else {}),
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any], space: DesignSpace, stated: Outcomes | None = None) -> Self:
        """Return what `to_json` returned.

        Args:
            state: What it returned.
            space: The design space.
            stated: What the optimizer itself states of the outcomes; None: what the state has holds.

        Raises:
            DataError: If it is of another format, of another design space or of other outcomes.
        """
        if state.get("format") != STATE_FORMAT:
            raise DataError(f"state format {state.get('format')!r} is not {STATE_FORMAT}; save it anew")
        if DesignSpace.from_json(state["space"]) != space.parameter_space:
            raise DataError("the state belongs to another design space; use the one it was saved with")
        records = cls(space)
        records.n_asks, records.n_asked_points = int(state["n_asks"]), int(state["n_asked_points"])
        for name in ("x", "pending", "better", "worse"):
            points = torch.tensor(state.get(name, []), dtype=torch.float64)
            setattr(records, name, points.reshape(-1, space.n_dims))
        if len(records.better) != len(records.worse):
            raise DataError("the state is damaged: it has comparisons of which one side is missing")
        records.measured = Measurements.from_json(state, len(records.x), space.n_dims)
        records.outcomes = _outcomes_in(state, stated)
        if (corner := state.get("reference_point")) is not None:
            records.reference_point = torch.tensor(corner, dtype=torch.float64)
        records.related = tuple(
            RelatedTask.from_json(task, space, records.outcomes) for task in state.get("related", ())
        )
        told = records.measured
        if told is not None and records.outcomes is not None:
            _check_columns(told, records.outcomes)
        if corner is not None and records.n_objectives not in (None, len(corner)):
            raise DataError(
                f"the state is damaged: its reference point has {len(corner)} values for "
                f"{records.n_objectives} objective(s)"
            )
        return records


def _outcomes_in(state: Mapping[str, Any], stated: Outcomes | None) -> Outcomes | None:
    """Return the outcomes that hold for a state.

    Raises:
        DataError: If the optimizer states other ones than those its values were told with.
    """
    found = None if state.get("outcomes") is None else Outcomes.model_validate(state["outcomes"])
    is_told = state.get("y") is not None or state.get("related")
    # A state without outcomes has values that are minimized, and constraints kept where they are <= 0.
    is_same = stated is None or (stated.is_plain if found is None else found.meaning == stated.meaning)
    if stated is not None and is_told and not is_same:
        was = "minimized objectives" if found is None else found.text
        raise DataError(
            f"the state has values that were told with {was}, and the optimizer states {stated.text}; what "
            "told values mean cannot change: state the same, or tell the measured values to a new optimizer"
        )
    return found if stated is None else stated


def _check_columns(told: Measurements, outcomes: Outcomes) -> None:
    """Refuse a state whose values are fewer or more than the outcomes."""
    found = told.y.shape[1], told.constraints.shape[1]
    stated = len(outcomes.objectives), len(outcomes.constraints)
    if found != stated:
        raise DataError(
            f"the state has {found[0]} objective(s) and {found[1]} constraint(s), stated are {stated[0]} and "
            f"{stated[1]}; state those that were told"
        )
