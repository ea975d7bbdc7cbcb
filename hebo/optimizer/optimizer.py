"""`Optimizer`: ask for points, tell their values. The one stateful class, and the one edge to pandas.

Values are told and shown as they were measured, and maximized inside; see `hebo.outcomes` for their goals.
"""

from __future__ import annotations

import copy
import warnings
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import torch
from pandas import DataFrame
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError, MissingExtraError, SuitabilityWarning
from hebo.fallbacks import counting_fallbacks, note_fallback
from hebo.information import Information
from hebo.optimizer.declaring import Declaring
from hebo.optimizer.events import Event, Tell
from hebo.optimizer.events import Round as Round
from hebo.optimizer.explaining import Explaining
from hebo.optimizer.history import check_names
from hebo.optimizer.locking import Lock, locked
from hebo.optimizer.original_names import OriginalNames
from hebo.optimizer.preferring import Preferring
from hebo.optimizer.reading import (
    has_columns,
    read_evaluated_at,
    read_known,
    read_measured,
    read_points,
    split_measured,
)
from hebo.optimizer.records import Records
from hebo.optimizer.transferring import Transferring
from hebo.outcomes import Outcomes, Stated
from hebo.profile import Profile
from hebo.recipe import Recipe
from hebo.request import Recommends, Request


class OptimizerRecipe(Recipe, ABC):
    """The settings of an optimizer, without a space."""

    @abstractmethod
    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return an optimizer that has not been asked anything yet; see `Optimizer`."""


class Optimizer(OriginalNames, Preferring, Declaring, Explaining, Transferring):
    """Suggests points of a design space, learning from the values of earlier ones.

    It holds what happens over time (history, pending points, state) around a recommender, which holds none.
    Only adapters are subclasses: of other libraries, which keep a state of their own, and those that take
    the arguments of the original package.

    The k-th `ask` depends only on the seed, on k, and on what has been told and asked before; there is no
    hidden random state, so a run continues from its history alone.

    In the place of values it may learn which of two points is better: `prefer` in the place of `tell`.

    Threads may share an optimizer: `ask`, `tell`, `retell`, `forget`, saving and loading, and all that reads
    what is known take turns, so that none of them sees half of a change. An `ask` holds the others up for as
    long as it computes. Where several threads ask, who comes first decides who gets which points.

    Pandas objects are matched by their labels: values that have the index of the points in another order are
    put in order, and those with another index are refused. Tables of several columns are matched by name from
    the first one on. Arrays, lists and tensors go by position.

    A told point is the pending one that it is nearest to, if every value is within a millionth of its range
    (on logarithmic scales within 1e-5 of the value) or within the rounding of a float32 column; what is
    recorded then is the point as it was asked for.

    An error while points are computed does not end a run that has cost days of measurements, for example for
    a matrix that could not be factorized: the points are space-filling ones, a warning is logged, and
    `fallbacks` counts it. That is so of `BayesOptRecipe` and of what holds it, unless it is wrapped in
    `hebo.recommenders.strict.Strict`; an error of any other recommender leaves `ask`. Errors of settings
    (`ConfigError`, `IncompatibleError`, `MissingExtraError`) always do: they would come back at each ask.

    Args:
        space: Where to search.
        recommender: Computes points.
        seed: Same seed, same points. None draws one from NumPy's global stream, once, here; whoever seeds
            that stream gets repeatable runs. With a seed, global streams do not matter.
        objectives: Names, goals and units of what is optimized, see `set_outcomes`; None: values are
            minimized.
        constraints: Names and limits of what else is measured.

    Raises:
        IncompatibleError: If the recommender cannot search the space; the message says what would work.

    Warns:
        SuitabilityWarning: If the recommender will hardly learn anything in the space.

    Attributes:
        profile: CPU seconds of the latest `ask` by phase ("fit", "search", "rest").
        fallbacks: Reason -> how often a computation of any `ask` fell back to another way.
    """

    always_strict: ClassVar[bool] = False
    """Set it for a whole process, such as a test run, to see every error while points are computed."""

    def __init__(
        self,
        space: DesignSpace,
        recommender: Recommends,
        *,
        seed: int | None = None,
        objectives: Outcomes | Sequence[Stated] | Mapping[str, Any] | Stated | None = None,
        constraints: Sequence[Stated] | Stated = (),
    ) -> None:
        if not space.names:
            raise DataError("the design space has no parameters; add some with `DesignSpace().parse([...])`")
        check_names(space.names)
        recommender.check(space)
        for doubt in recommender.doubts(space):
            warnings.warn(doubt, SuitabilityWarning, stacklevel=3)
        self._lock = Lock()
        self.space = space
        self.recommender = recommender
        # The global stream is the point: clients such as Ray Tune seed it and expect repeatable runs.
        self.seed = int(np.random.randint(2**31)) if seed is None else int(seed)  # noqa: NPY002
        self.profile = Profile()
        self.fallbacks: Counter[str] = Counter()
        self._records = Records(space)
        if objectives is not None:
            self.set_outcomes(objectives, constraints)
        elif constraints:
            raise DataError(
                "constraints are stated and no objective; state both, such as objectives=['loss']"
            )

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
        request = self._request(_check_count(n), dict(fixed or {}))
        with self._measured():
            suggested = self.space.decode(self._recommended(request))
        # As a caller who stored the frame would replay it: natural units may round the last digit.
        self._records.asked(self.space.encode(suggested))
        return suggested

    @locked
    def tell(
        self,
        x: DataFrame,
        y: Any,
        *,
        constraints: Any = None,
        evaluated_at: DataFrame | None = None,
        y_var: Any = None,
        cost: Any = None,
        gradient: DataFrame | None = None,
    ) -> None:
        """Record the values of evaluated points, whether they were asked for or not.

        Nothing is recorded unless all of it is usable. See the class for how labels, and values that are a
        little off, are treated.

        Args:
            x: `n` rows in natural units, one column per parameter.
            y: `n` or `n x m` measured values; NaN, None or the infinity on the bad side for a failed
                evaluation. They are minimized unless `set_outcomes` stated another goal. A table, or a
                mapping of columns, may have the stated constraints as well.
            constraints: `n` or `n x c` measured values, each in its own unit; NaN, None or the infinity on
                the bad side where one could not be measured, which fails the evaluation. They are kept where
                <= 0 (as in BoTorch and Optuna) unless other limits were stated. All points are told with the
                same `c`, or all without.
            evaluated_at: `n` other points that the values belong to, where `x` came out differently: a recipe
                that was cut short, a setting that could not be kept. These are recorded, and `x` is no longer
                pending.
            y_var: `n` or `n x m` known variances of the noise in `y`, in its squared units; NaN or None where
                one is unknown and the model's learned noise holds.
            cost: `n` positive costs of the evaluations, in any unit; NaN or None where unknown.
            gradient: `n` rows with the derivatives of the only objective by the numeric parameters, in the
                units of `y` and of the parameter: one column for each, which may be left out for whole
                numbers and steps; NaN where one is unknown. They are those at `evaluated_at`, if given.

        Raises:
            DataError: If a point, value or label is unusable; the message says which one and why.
            IncompatibleError: If there are more objectives than the optimizer takes, or constraints,
                variances or derivatives and it makes no use of them.
        """
        records, space = self._records, self.space
        points = at = read_points(x, space, records.pending)
        y, constraints = split_measured(y, constraints, x.index, records.outcomes)
        self._check_told(constraints, y_var, gradient)
        if evaluated_at is not None:
            at = read_evaluated_at(evaluated_at, x, space, records)
        told = {"y": y, "constraints": constraints, "y_var": y_var, "cost": cost, "gradient": gradient}
        measured = read_measured(x, at, space, records, **told)
        self.check_takes_objectives(measured.y.shape[1])
        self.check_referred(measured.y.shape[1])
        if evaluated_at is not None:
            self._give_up(points)
        records.told(at, measured)

    @locked
    def retell(
        self,
        x: DataFrame,
        y: Any,
        *,
        constraints: Any = None,
        y_var: Any = None,
        cost: Any = None,
        gradient: DataFrame | None = None,
    ) -> None:
        """Replace the values of points that were told before, for example after a typing error.

        Points that were told several times are given as often, in the order told. All of it is replaced, or
        nothing. The next points are those of an optimizer that was told the new values from the first.

        Args:
            x: `n` told points, as for `tell`.
            y: Their values from now on, as for `tell`.
            constraints: As for `tell`; None keeps the constraint values as they are.
            y_var: As for `tell`; None keeps the variances as they are.
            cost: As for `tell`; None keeps the costs as they are.
            gradient: As for `tell`; None keeps the derivatives as they are.

        Raises:
            DataError: If a point was not told, or a value is unusable; the message says which one and why.
            IncompatibleError: If what was told has gone to another library, which cannot take it back.
        """
        records = self._records
        points = read_points(x, self.space, records.x)
        places = records.places_of(points)
        y, constraints = self._split_again(y, constraints, x, places)
        self._check_told(constraints, y_var, gradient)
        told = {"constraints": constraints, "y_var": y_var, "cost": cost, "gradient": gradient}
        kept = records.kept_at(places, x.index, **told)
        measured = read_measured(x, points, self.space, records, y=y, **kept)
        self._check_changeable(places)
        records.replace(places, measured)

    def _split_again(self, y: Any, constraints: Any, x: DataFrame, places: Tensor) -> tuple[Any, Any]:
        """Return new objectives and constraints; the constraints told before, where none are given."""
        records = self._records
        if records.outcomes is None:
            return split_measured(y, constraints, x.index, None)
        if constraints is None and not has_columns(y, records.outcomes.constraint_names):
            constraints = records.kept_at(places, x.index, constraints=None)["constraints"]
        return split_measured(y, constraints, x.index, records.outcomes)

    def _check_told(self, constraints: Any, y_var: Any, gradient: Any) -> None:
        if n := len(self._records.better):
            raise DataError(
                f"{n} comparisons were told to this optimizer; one optimizer learns from values or from "
                "comparisons: tell values to a new one, or compare the points by `prefer`"
            )
        told = {
            Information.CONSTRAINTS: constraints,
            Information.VARIANCES: y_var,
            Information.GRADIENTS: gradient,
        }
        for kind, values in told.items():
            if values is not None:
                self.check_takes(kind)

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
                f"{self.recommender.title} has learnt what was told and cannot take it back; tell the "
                "corrected history to a new optimizer"
            )

    @locked
    def forget(self, x: DataFrame) -> None:
        """Give up pending points, for example of a canceled evaluation, and told ones, for example mistakes.

        A row is a pending point where there is such a one, and else one that was told; what was told of it is
        as if it had never been. Points that were told several times are given as often. With a point that was
        compared, all its comparisons go; `retract` takes back single ones.

        Args:
            x: `n` points, as for `tell`.

        Raises:
            DataError: If a row is neither pending nor told nor compared; nothing is forgotten then.
            IncompatibleError: If what was told has gone to another library, which cannot take it back.
        """
        records = self._records
        points, is_told = read_known(x, self.space, records)
        if len(records.better):
            records.forget_compared(points[is_told])
            self._give_up(points)
            return
        places = records.places_of(points[is_told])
        self._check_changeable(places)
        self._give_up(points)
        records.remove(places)

    # ------------------------------------------------------------------ saving and resuming

    @locked
    def state_dict(self) -> dict[str, Any]:
        """Return all state as plain JSON values; settings and space are not part of it."""
        return {"seed": self.seed, **self._records.to_json()}

    @locked
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from `state_dict()`: the next points are those the saved optimizer would suggest.

        Raises:
            DataError: If the state is of another format or of another design space.
            IncompatibleError: If it has more objectives than this optimizer takes, or measured constraints,
                variances, derivatives, related tasks or comparisons that it makes no use of.
        """
        records = Records.from_json(state, self.space, self._records.outcomes)
        if records.n_objectives:
            self.check_takes_objectives(records.n_objectives)
        for kind in records.information:
            self.check_takes(kind)
        self.seed, self._records = int(state["seed"]), records

    @locked
    def restore(self, rounds: Iterable[Event]) -> None:
        """Replay past asks and tells, as a rule without computing points again.

        What was told before the first ask is told first.

        Args:
            rounds: One `(points, values)`, `(points, values, constraints)` or `(points, values, constraints,
                evaluated_at)` per past `ask`, in order; values None where they are not known yet, or were
                told after another event. Or `(points, told)` with a mapping of the keyword arguments of
                `tell` or of `prefer`. Between them, a `hebo.optimizer.events.Tell` for each tell that did not
                follow its ask at once.

        Raises:
            DataError: If this optimizer has been asked already, or an event is unusable; of an optimizer of
                another library, which computes its points again, also if it now suggests other ones.
        """
        if self.n_asks:
            raise DataError("only a new optimizer can be restored; build another one")
        for event in rounds:
            if isinstance(event, Tell):
                self._tell_again(event.points, event.told)
            else:
                frame, *told = event
                self._asked_again(self.space.encode(frame))
                self._tell_again(frame, *told)

    def _asked_again(self, stored: Tensor) -> None:
        """Take the points of a past ask, `k x d`, as asked for now."""
        self._records.asked(stored)

    def _tell_again(
        self, x: DataFrame, y: Any, constraints: Any = None, evaluated_at: DataFrame | None = None
    ) -> None:
        if isinstance(y, Mapping) and ("better" in y or "worse" in y):
            self.prefer(**y)
        elif isinstance(y, Mapping):
            self.tell(x, **y)
        elif y is not None:
            self.tell(x, y, constraints=constraints, evaluated_at=evaluated_at)

    # ------------------------------------------------------------------ inside

    def _request(self, n: int, fixed: dict[str, Any]) -> Request:
        """Return the request of an ask."""
        for name, role in self.space.roles.items():
            if role == "context" and name not in fixed:
                raise DataError(f"context parameter '{name}' has no value; pass ask(fixed={{'{name}': ...}})")
        domain = self.space.domain_for(n, self.data.seen, {**self.space.targets, **fixed})
        return self._request_for(n, domain, frozenset(fixed))

    def _recommended(self, request: Request) -> Tensor:
        """Return the points of the recommender; in the last resort, where it fails, space-filling ones."""
        try:
            x = self.recommender.recommend(request)
            if not bool(torch.isfinite(x).all()):
                raise ArithmeticError(f"the search returned a point that is not finite: {x.tolist()}")
            return x
        except (ConfigError, IncompatibleError, MissingExtraError):  # wrong settings are not to be hidden
            raise
        except Exception as error:
            if self.always_strict or self.recommender.is_strict:
                raise
            note_fallback("space-filling points in place of a model's", f"{type(error).__name__}: {error}")
            return self.recommender.space_filling(request, request.n)

    @contextmanager
    def _measured(self) -> Iterator[None]:
        """Time and count the block as one `ask`."""
        with counting_fallbacks() as counter:
            try:
                with self.profile.recording():
                    yield
            finally:
                self.fallbacks.update(counter)

    @locked
    def __getstate__(self) -> dict[str, Any]:
        """Return what is copied and pickled, at an instant when nobody changes it."""
        return {**self.__dict__, "_records": copy.copy(self._records), "_learnt": None}

    def __repr__(self) -> str:
        n = len(self._records.better)
        told = f"{n} comparisons" if n else f"{len(self._records.x)} told"
        size = f"{len(self.space.names)} parameters, {told}"
        return f"{type(self).__name__}({self.recommender.title}, {size}, seed={self.seed})"


def _check_count(n: Any) -> int:
    if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
        raise DataError(f"cannot suggest {n!r} points; ask for a positive whole number")
    return int(n)
