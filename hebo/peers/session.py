"""`PeerOptimizer`: another library's optimizer as one of ours, and `Session`, what an adapter writes.

Values that are told are handed to the library at the next `ask`, so that whatever it computes from them
is part of the time of a suggestion, as it is for our own optimizers. From then on they cannot be
changed: no library takes a value back.

State is replay: a library's random streams and caches cannot be saved in general, so `restore` and
`load_state_dict` ask and tell a fresh session again. That takes as long as the first time did.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError, MissingExtraError
from hebo.information import NOTHING, Takes
from hebo.optimizer.locking import locked
from hebo.optimizer.optimizer import Optimizer
from hebo.peers.dimensions import Dimensions, Point
from hebo.random import derive_seed, make_generator, seeded
from hebo.request import Recommends, Request


@dataclass(frozen=True)
class Suggestion:
    """A point that a library asked for.

    Attributes:
        point: One value per dimension.
        handle: Whatever the library wants back with the value.
    """

    point: Point
    handle: Any = None


@dataclass(frozen=True)
class Told:
    """What was measured at a point.

    Attributes:
        point: One value per dimension.
        values: One for each objective, to be minimized; None for a failed evaluation.
        handle: Of the suggestion; None for a point that the library did not ask for.
        constraints: One for each measured constraint, fulfilled where <= 0; none for a failed evaluation.
    """

    point: Point
    values: tuple[float, ...] | None
    handle: Any = None
    constraints: tuple[float, ...] = ()

    @property
    def y(self) -> float | None:
        """The value of the first objective; None for a failed evaluation."""
        return None if self.values is None else self.values[0]


class Session(ABC):
    """A library's optimizer at work. Its calls run with seeded global streams, restored afterwards.

    Attributes:
        seconds_elsewhere: CPU seconds that the calls so far took in other processes.
        reference: The stated reference point, to be minimized; None where there is none.
    """

    seconds_elsewhere: float = 0.0
    reference: tuple[float, ...] | None = None

    @abstractmethod
    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Return `n` points; `pending` are those of earlier calls without a value."""

    @abstractmethod
    def tell(self, told: Sequence[Told]) -> None:
        """Take the values of one or more points, in the order told."""

    def forget(self, pending: Suggestion) -> None:  # noqa: B027  (most libraries have no use for it)
        """Learn that a point will have no value; a library that keeps no list of them ignores that."""


StartSession = Callable[[Dimensions, int], Session]
"""Starts a session for the dimensions with a seed in `[0, 2**31)`."""


@dataclass(frozen=True)
class Scope:
    """What a library makes use of.

    Attributes:
        objectives: Least and largest number of objectives.
        information: What it takes beside values.
    """

    objectives: tuple[int, int] = (1, 1)
    information: Takes = NOTHING


ONE_OBJECTIVE = Scope()
SEVERAL = 2**31
"""As many objectives as are told."""


class Peer(Recommends):
    """Another library at work: it is asked for points, and remembers what it was handed.

    Args:
        dimensions: The free parameters.
        start: Starts the library's side.
        seed: Of the run.
        scope: What the library makes use of.

    Attributes:
        session: The library's side, once it has been asked.
        events: What was asked when, and what was forgotten: enough to do all of it again.
        n_handed: How many told points the library knows.
        seconds_elsewhere: CPU seconds of the latest ask in other processes.
    """

    def __init__(
        self, dimensions: Dimensions, start: StartSession, seed: int, scope: Scope = ONE_OBJECTIVE
    ) -> None:
        self._dimensions, self._start, self._seed, self._scope = dimensions, start, seed, scope
        self.session: Session | None = None
        self._open: list[tuple[Tensor, Suggestion]] = []
        self.events: list[list[Any]] = []
        self.n_handed = 0
        self.seconds_elsewhere = 0.0

    @property
    def title(self) -> str:
        """The name of the library's optimizer."""
        return self._dimensions.peer

    @property
    def max_objectives(self) -> int:
        """As many as the library takes."""
        return self._scope.objectives[1]

    @property
    def takes(self) -> Takes:
        """What the library takes."""
        return self._scope.information

    def check_takes_objectives(self, n: int) -> None:
        """Refuse more or fewer objectives than the library takes.

        Raises:
            IncompatibleError: With the numbers, and what would work.
        """
        least, most = self._scope.objectives
        if n > most:
            raise IncompatibleError(
                f"{self.title} takes {most} objective(s), y has {n} columns; use hebo, botorch, optuna_gp or "
                "pymoo, which take several, or combine them into one"
            )
        if n < least:
            raise IncompatibleError(
                f"{self.title} takes {least} objectives or more, y has {n} column(s); use another optimizer"
            )

    def recommend(self, request: Request) -> Tensor:
        """Hand over what was told, and return what the library suggests.

        Raises:
            IncompatibleError: If parameters are pinned.
        """
        if request.fixed:
            raise IncompatibleError(f"{self.title} cannot pin parameters; call ask without `fixed`")
        return self.ask(request.n, request.data)

    def ask(self, n: int, data: Data) -> Tensor:
        """Return `n` points of the library, given all that was told so far."""
        told = self._take_told(data)
        pending = [suggestion for _, suggestion in self._open]
        self.events.append(["ask", n, self.n_handed])
        with seeded(make_generator(self._seed, "peer", len(self.events))):
            session = self._running()
            before = session.seconds_elsewhere
            session.reference = None if data.reference is None else tuple((-data.reference).tolist())
            if told:
                session.tell(told)
            suggestions = session.ask(n, pending)
        self.seconds_elsewhere = session.seconds_elsewhere - before
        points = self._dimensions.columns([one.point for one in suggestions])
        self._open += zip(points, suggestions, strict=True)
        return points

    def forget(self, points: Tensor) -> None:
        """Expect no values of points, `n x d`, any more."""
        self.events.append(["forget", points.tolist()])
        for row in points:
            suggestion = self._close(row)
            if suggestion is not None and self.session is not None:
                self.session.forget(suggestion)

    def _running(self) -> Session:
        if self.session is None:
            self.session = self._start(self._dimensions, derive_seed(self._seed, "peer") % 2**31)
        return self.session

    def _take_told(self, data: Data) -> list[Told]:
        """Return what was told since the last ask, with the handles of what had been asked for."""
        new = data.rows(torch.arange(self.n_handed, len(data.x)))
        self.n_handed = len(data.x)
        values, limits = (-new.y).tolist(), new.constraints.tolist()
        measured = (new.x, new.failed.tolist(), self._dimensions.points(new.x), values, limits)
        return [self._told(*one) for one in zip(*measured, strict=True)]

    def _told(
        self, row: Tensor, has_failed: bool, point: Point, values: list[float], limits: list[float]
    ) -> Told:
        suggestion = self._close(row)
        point, handle = (suggestion.point, suggestion.handle) if suggestion else (point, None)
        return Told(point, None, handle) if has_failed else Told(point, tuple(values), handle, tuple(limits))

    def _close(self, row: Tensor) -> Suggestion | None:
        """Take the first open suggestion at an encoded point off the list."""
        lower, upper = self._dimensions.space.bounds
        tolerance = 1e-9 * (upper - lower).clamp_min(1e-12)
        for place, (x, suggestion) in enumerate(self._open):
            if bool(((x - row).abs() <= tolerance).all()):
                del self._open[place]
                return suggestion
        return None


class PeerOptimizer(Optimizer):
    """Runs a `Session`.

    The points are those of the library: unlike our own optimizers, it may suggest a point twice.

    Args:
        space: Where to search.
        start: Starts the library's side.
        peer: Name of the optimizer, for messages.
        seed: See `Optimizer`.
        scope: What the library makes use of.

    Raises:
        IncompatibleError: If the library cannot express the space.
    """

    recommender: Peer

    def __init__(
        self,
        space: DesignSpace,
        start: StartSession,
        *,
        peer: str,
        seed: int | None = None,
        scope: Scope = ONE_OBJECTIVE,
    ) -> None:
        self.dimensions, self._start, self._scope = Dimensions(space, peer), start, scope
        super().__init__(space, Peer(self.dimensions, start, 0, scope), seed=seed)
        self._begin()

    def _begin(self) -> None:
        self.recommender = Peer(self.dimensions, self._start, self.seed, self._scope)

    def _recommended(self, request: Request) -> Tensor:
        """Return the points as they are: there is nothing in their place where a library fails."""
        x = self.recommender.recommend(request)
        if self.recommender.seconds_elsewhere:
            self.profile.add("external", self.recommender.seconds_elsewhere)
        return x

    @property
    def _n_final(self) -> int:
        """What the library has been handed stays with it."""
        return self.recommender.n_handed

    def _give_up(self, points: Tensor) -> None:
        super()._give_up(points)
        self.recommender.forget(points)

    # ------------------------------------------------------------------ saving and resuming

    @locked
    def state_dict(self) -> dict[str, Any]:
        """Return all state as plain JSON values: the history, and what was asked when."""
        return {**super().state_dict(), "events": [list(one) for one in self.recommender.events]}

    @locked
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from `state_dict()`, by asking the library again for all past points.

        Raises:
            DataError: If the state is of another format or of another design space.
        """
        if "events" not in state:
            raise DataError(
                f"the state is not one of {self.recommender.title}: it has no 'events'; use one that it saved"
            )
        super().load_state_dict(state)
        self._begin()
        data = self._records.data
        for event in state["events"]:
            if event[0] == "forget":
                self.recommender.forget(torch.tensor(event[1], dtype=torch.float64))
            else:
                self.recommender.ask(event[1], data.rows(torch.arange(event[2])))

    def _asked_again(self, stored: Tensor) -> None:
        """Let the library compute the points again, which it has to for a state of its own.

        Raises:
            DataError: If it now suggests other points than those stored, as another version of it may.
        """
        again = self.recommender.ask(len(stored), self._records.data)
        lower, upper = self.space.bounds
        if not bool(((again - stored).abs() <= 1e-6 * (upper - lower).clamp_min(1e-12)).all()):
            raise DataError(
                f"{self.recommender.title} suggests other points in round {self.n_asks} than those stored; "
                "continue with the library version and settings of the first run, or start a new run"
            )
        super()._asked_again(stored)


def load(module: str, package: str | None = None) -> ModuleType:
    """Import a module of another library.

    Raises:
        MissingExtraError: If the library is not installed.
    """
    package = package or module.partition(".")[0]
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != package:
            raise
        raise MissingExtraError(package, "peers") from None


def worst(values: Iterable[float]) -> float:
    """Return the largest value, 0 where there is none: what a library without failures is told for one."""
    return max(values, default=0.0)
