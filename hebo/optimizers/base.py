"""`Optimizer`: ask for points, tell their values. The one stateful class, and the one edge to pandas.

Objectives are minimised out here and maximised inside; `Optimizer.data` is where the sign changes.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import torch
from pandas import DataFrame
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.labels import Names, align_columns, align_rows
from hebo.errors import DataError, IncompatibleError
from hebo.fallbacks import counting_fallbacks
from hebo.optimizers.known import Known, check_names
from hebo.optimizers.locking import Lock, locked
from hebo.optimizers.matching import identified, matched
from hebo.optimizers.records import Records
from hebo.optimizers.values import parse_constraints, parse_values
from hebo.profile import Profile
from hebo.random import make_generator
from hebo.recipe import Recipe

Round = tuple[DataFrame, Any] | tuple[DataFrame, Any, Any] | tuple[DataFrame, Any, Any, DataFrame | None]
"""What one ask gave: points, and what was told of them: values, constraints, other points they belong to."""


_AT_REMEDY = "give at the index of the points, or pass `at.set_axis(x.index)` to match by position"


class OptimizerRecipe(Recipe, ABC):
    """The settings of an optimiser, without a space."""

    @abstractmethod
    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return an optimiser that has not been asked anything yet; see `Optimizer`."""


class Optimizer(Known, ABC):
    """Suggests points of a design space, learning from the values of earlier ones.

    The k-th `ask` depends only on the seed, on k, and on what has been told and asked before; there is no
    hidden random state, so a run continues from its history alone.

    Threads may share an optimizer: `ask`, `tell`, `retell`, `forget`, saving and loading, and all that reads
    what is known take turns, so that none of them sees half of a change. An `ask` holds the others up for as
    long as it computes. Where several threads ask, who comes first decides who gets which points.

    Pandas objects are matched by their labels: values that have the index of the points in another order are
    put in order, and those with another index are refused. Tables of several columns are matched by name from
    the first one on. Arrays, lists and tensors go by position.

    A told point is the pending one that it is nearest to, if every value is within a millionth of its range
    (on logarithmic scales within 1e-5 of the value) or within the rounding of a float32 column; what is
    recorded then is the point as it was asked for.

    Args:
        space: Where to search.
        seed: Same seed, same points. None draws one from NumPy's global stream, once, here; whoever seeds
            that stream gets repeatable runs. With a seed, global streams do not matter.

    Attributes:
        max_objectives: How many columns of `y` it takes.
        takes_constraints: Whether it makes use of measured constraints.
        profile: CPU seconds of the latest `ask` by phase ("fit", "search", "rest").
        fallbacks: Reason -> how often a computation of any `ask` fell back to another way.
    """

    max_objectives: int = 1
    takes_constraints: ClassVar[bool] = False

    def __init__(self, space: DesignSpace, *, seed: int | None = None) -> None:
        if not space.names:
            raise DataError("the design space has no parameters; add some with `DesignSpace().parse([...])`")
        check_names(space.names)
        self._lock = Lock()
        self.space = space
        # The global stream is the point: clients such as Ray Tune seed it and expect repeatable runs.
        self.seed = int(np.random.randint(2**31)) if seed is None else int(seed)  # noqa: NPY002
        self.profile = Profile()
        self.fallbacks: Counter[str] = Counter()
        self._records = Records(space)

    # ------------------------------------------------------------------ ask and tell

    @locked
    def ask(self, n: int = 1, *, fixed: Mapping[str, Any] | None = None) -> DataFrame:
        """Suggest `n` points to evaluate next.

        They count as pending until they are told or forgotten, and no point is suggested twice while a
        finite space still holds new ones. Of a table of candidates none is ever, unless it has `repeats`.

        Args:
            n: How many.
            fixed: Parameter -> value that every suggestion shall have. Context parameters must be given.

        Returns:
            `n` rows, one column per parameter, in natural units.

        Raises:
            DataError: If `n` is not a positive integer, or `fixed` names an unknown parameter or value, or
                a context parameter is missing, or a table has fewer candidates left.
        """
        count = _check_count(n)
        domain = self._domain(count, dict(fixed or {}))
        generator = make_generator(self.seed, "ask", self.n_asks)
        with self._measured():
            suggested = self.space.decode(self._propose(count, domain, generator))
        # As a caller who stored the frame would replay it: natural units may round the last digit.
        self._records.asked(self.space.encode(suggested))
        return suggested

    @locked
    def tell(self, x: DataFrame, y: Any, *, constraints: Any = None, at: DataFrame | None = None) -> None:
        """Record the values of evaluated points, whether they were asked for or not.

        Nothing is recorded unless all of it is usable. See the class for how labels, and values that are a
        little off, are treated.

        Args:
            x: `n` rows in natural units, one column per parameter.
            y: `n` or `n x m` values, minimised; NaN, None or +inf for a failed evaluation.
            constraints: `n` or `n x c` measured values, each in its own unit, fulfilled where <= 0 (as in
                BoTorch and Optuna); NaN, None or +inf where one could not be measured, which fails the
                evaluation. All points are told with the same `c`, or all without.
            at: `n` other points that the values belong to, where `x` came out differently: a recipe that was
                cut short, a setting that could not be kept. `x` is no longer pending, and `at` is recorded.

        Raises:
            DataError: If a point, value or label is unusable; the message says which one and why.
            IncompatibleError: If there are more objectives than the optimiser takes, or constraints and it
                makes no use of them.
        """
        records = self._records
        points = self._read_points(x, records.pending)
        values = self._read_values(x, y)
        limits = self._read_limits(x, constraints)
        if at is not None:
            found = self._read_points(align_rows(at, x.index, "at", remedy=_AT_REMEDY), records.pending)
            if len(found) != len(points):
                raise DataError(f"at has {len(found)} points for {len(points)} of x; give one for each")
            self._give_up(points)
            points = found
        records.told(points, values.table, limits.table)
        records.objective_names, records.constraint_names = values.names, limits.names

    @locked
    def retell(self, x: DataFrame, y: Any, *, constraints: Any = None) -> None:
        """Replace the values of points that were told before, for example after a typing error.

        Points that were told several times are given as often, in the order told. All of it is replaced, or
        nothing. The next points are those of an optimiser that was told the new values from the first.

        Args:
            x: `n` told points, as for `tell`.
            y: Their values from now on, as for `tell`.
            constraints: As for `tell`; None keeps the constraint values as they are.

        Raises:
            DataError: If a point was not told, or a value is unusable; the message says which one and why.
            IncompatibleError: If what was told has gone to another library, which cannot take it back.
        """
        records = self._records
        places = records.places_of(self._read_points(x, records.x))
        values = self._read_values(x, y)
        self._check_changeable(places)
        if constraints is None and records.constraints is not None:
            records.replace(places, values.table, records.constraints[places])
        else:
            limits = self._read_limits(x, constraints)
            records.replace(places, values.table, limits.table)
            records.constraint_names = limits.names
        records.objective_names = values.names

    def _read_points(self, x: DataFrame, known: Tensor) -> Tensor:
        """Return a frame as encoded points, those near known ones (`k x d`) as these."""
        points = self.space.encode(x)
        return identified(points, self.space.blur(x, points), known, self.space)

    def _read_values(self, x: DataFrame, y: Any) -> Named:
        """Read objective values that belong to a frame of points."""
        y, names = align_columns(align_rows(y, x.index, "y"), self._records.objective_names, "y")
        values = parse_values(y, len(x), self._records.n_objectives)
        if values.shape[1] > self.max_objectives:
            raise IncompatibleError(
                f"{type(self).__name__} takes {self.max_objectives} objective, "
                f"y has {values.shape[1]} columns; combine them into one"
            )
        return Named(values, names)

    def _read_limits(self, x: DataFrame, constraints: Any) -> Named:
        """Read constraint values that belong to a frame of points."""
        if constraints is not None:
            self.check_takes_constraints()
        aligned = align_rows(constraints, x.index, "constraints")
        table, names = align_columns(aligned, self._records.constraint_names, "constraints")
        return Named(parse_constraints(table, len(x), self._records.n_constraints), names)

    def _give_up(self, points: Tensor) -> None:
        """Expect no values of encoded points, `n x d`, any more."""
        self._records.drop_pending(points)

    @property
    def _n_final(self) -> int:
        """How many told points, from the first, cannot be changed any more."""
        return 0

    def _check_changeable(self, places: Tensor) -> None:
        """Refuse to change what was told where somebody else has learnt it.

        Raises:
            IncompatibleError: With the name, and what to do.
        """
        if bool((places < self._n_final).any()):
            raise IncompatibleError(
                f"{self._title} has learnt what was told and cannot take it back; tell the corrected "
                "history to a new optimizer"
            )

    @property
    def _title(self) -> str:
        """What messages call the optimiser."""
        return type(self).__name__

    def check_takes_constraints(self) -> None:
        """Refuse measured constraints that would have no effect, before any is told.

        Raises:
            IncompatibleError: With the reason, and what takes them.
        """
        if not self.takes_constraints:
            raise IncompatibleError(
                f"{type(self).__name__} makes no use of measured constraints; use HEBO or another BayesOpt "
                "composition, or tell NaN as the value of an infeasible point"
            )

    @locked
    def forget(self, x: DataFrame) -> None:
        """Give up pending points, for example of a cancelled evaluation, and told ones, for example mistakes.

        A row is a pending point where there is such a one, and else one that was told; what was told of it is
        as if it had never been. Points that were told several times are given as often.

        Args:
            x: `n` points, as for `tell`.

        Raises:
            DataError: If a row is neither pending nor told; nothing is forgotten then.
            IncompatibleError: If what was told has gone to another library, which cannot take it back.
        """
        records = self._records
        points = self._read_points(x, records.pending)
        is_told = torch.tensor(
            [place is None for place in matched(points, records.pending, torch.zeros_like(points))],
            dtype=torch.bool,
        )
        if is_told.any():
            points[is_told] = self._read_points(x[is_told.numpy()], records.x)
        places = records.places_of(points[is_told])
        self._check_changeable(places)
        self._give_up(points)
        records.remove(places)

    @abstractmethod
    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        """Return `n` feasible points of `domain`, `n x d`."""

    # ------------------------------------------------------------------ names of the original package

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Call `ask` by the original package's name."""
        return self.ask(n_suggestions, fixed=fix_input)

    def observe(self, X: DataFrame, y: Any, *, constraints: Any = None) -> None:
        """Call `tell` by the original package's name; as there, columns that are no parameter are ignored."""
        known = set(self.space.names)
        points = X.loc[:, [name in known for name in X.columns]] if isinstance(X, DataFrame) else X
        self.tell(points, y, constraints=constraints)

    def observe_new_data(self, X: DataFrame, y: Any) -> None:
        """Call `observe` by the name that subclasses of the original package define."""
        self.observe(X, y)

    # ------------------------------------------------------------------ saving and resuming

    @locked
    def state_dict(self) -> dict[str, Any]:
        """Return all state as plain JSON values; settings and space are not part of it."""
        return {"seed": self.seed, **self._records.to_json()}

    @locked
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from `state_dict()`: the next points are those the saved optimiser would suggest.

        Raises:
            DataError: If the state is of another format or of another design space.
            IncompatibleError: If it has measured constraints and this optimiser makes no use of them.
        """
        records = Records.from_json(state, self.space)
        if records.n_constraints:
            self.check_takes_constraints()
        self.seed, self._records = int(state["seed"]), records

    @locked
    def restore(self, rounds: Iterable[Round]) -> None:
        """Replay past rounds without computing them again; what was told before the first ask is told first.

        Args:
            rounds: One `(points, values)`, `(points, values, constraints)` or `(points, values, constraints,
                at)` per past `ask`, in order; values None where they are not known yet.

        Raises:
            DataError: If this optimiser has been asked already, or a round is unusable.
        """
        if self.n_asks:
            raise DataError("only a new optimiser can be restored; build another one")
        for frame, *told in rounds:
            self._records.asked(self.space.encode(frame))
            self._tell_again(frame, *told)

    def _tell_again(self, x: DataFrame, y: Any, constraints: Any = None, at: DataFrame | None = None) -> None:
        if y is not None:
            self.tell(x, y, constraints=constraints, at=at)

    # ------------------------------------------------------------------ inside

    @contextmanager
    def _measured(self) -> Iterator[None]:
        """Time and count the block as one `ask`."""
        self.profile.reset()
        with counting_fallbacks() as counter:
            try:
                with self.profile.phase("rest"):
                    yield
            finally:
                self.fallbacks.update(counter)

    def _domain(self, n: int, fixed: dict[str, Any]) -> Domain:
        for name, role in self.space.roles.items():
            if role == "context" and name not in fixed:
                raise DataError(f"context parameter '{name}' has no value; pass ask(fixed={{'{name}': ...}})")
        fixed = {**self.space.targets, **fixed}
        return self.space.domain_for(n, self.data.seen, fixed)

    @locked
    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied and pickled, at an instant when nobody changes it."""
        return {**self.__dict__, "_records": copy.copy(self._records)}

    def __repr__(self) -> str:
        size = f"{len(self.space.names)} parameters, {len(self._records.x)} told"
        return f"{type(self).__name__}({size}, seed={self.seed})"


@dataclass(frozen=True)
class Named:
    """Measured values, `n x c`, and the names of their columns, if they have some."""

    table: Tensor
    names: Names


def _check_count(n: Any) -> int:
    if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
        raise DataError(f"cannot suggest {n!r} points; ask for a positive whole number")
    return int(n)
