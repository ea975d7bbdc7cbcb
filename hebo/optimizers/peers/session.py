"""`PeerOptimizer`: another library's optimiser as one of ours, and `Session`, what an adapter writes.

Values that are told are handed to the library at the next `ask`, so that whatever it computes from them
is part of the time of a suggestion, as it is for our own optimisers. From then on they cannot be
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
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError, MissingExtraError
from hebo.optimizers.base import Optimizer, Round
from hebo.optimizers.locking import locked
from hebo.optimizers.peers.dimensions import Dimensions, Point
from hebo.random import derive_seed, make_generator, seeded


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
    """The value of a point.

    Attributes:
        point: One value per dimension.
        y: To be minimised; None for a failed evaluation.
        handle: Of the suggestion; None for a point that the library did not ask for.
    """

    point: Point
    y: float | None
    handle: Any = None


class Session(ABC):
    """A library's optimiser at work. Its calls run with seeded global streams, restored afterwards.

    Attributes:
        seconds_elsewhere: CPU seconds that the calls so far took in other processes.
    """

    seconds_elsewhere: float = 0.0

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


class PeerOptimizer(Optimizer):
    """Runs a `Session`.

    The points are those of the library: unlike our own optimisers, it may suggest a point twice.

    Args:
        space: Where to search.
        start: Starts the library's side.
        peer: Name of the optimiser, for messages.
        seed: See `Optimizer`.

    Raises:
        IncompatibleError: If the library cannot express the space.
    """

    def __init__(
        self, space: DesignSpace, start: StartSession, *, peer: str, seed: int | None = None
    ) -> None:
        self.peer = peer
        self.dimensions = Dimensions(space, peer)
        super().__init__(space, seed=seed)
        self._start = start
        self._begin()

    def _begin(self) -> None:
        self._session: Session | None = None
        self._open: list[tuple[Tensor, Suggestion]] = []
        self._events: list[list[Any]] = []
        self._n_handed = 0

    # ------------------------------------------------------------------ asking and telling

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        if domain is not self.space:
            raise IncompatibleError(f"{self.peer} cannot pin parameters; call ask without `fixed`")
        told = self._take_told()
        pending = [suggestion for _, suggestion in self._open]
        self._events.append(["ask", n, self._n_handed])
        with seeded(make_generator(self.seed, "peer", len(self._events))):
            session = self._running()
            before = session.seconds_elsewhere
            if told:
                session.tell(told)
            suggestions = session.ask(n, pending)
        if session.seconds_elsewhere > before:
            self.profile.add("external", session.seconds_elsewhere - before)
        x = self.dimensions.columns([one.point for one in suggestions])
        self._open += zip(x, suggestions, strict=True)
        return x

    def _running(self) -> Session:
        if self._session is None:
            self._session = self._start(self.dimensions, derive_seed(self.seed, "peer") % 2**31)
        return self._session

    def _take_told(self) -> list[Told]:
        """Return what was told since the last ask, with the handles of what had been asked for."""
        told = self._records
        if told.y is None:
            return []
        x, y = told.x[self._n_handed :], told.y[self._n_handed :, 0].tolist()
        self._n_handed = len(told.x)
        handles = [self._close(row) for row in x]
        points = self.dimensions.points(x)
        return [
            Told(one.point if one else point, None if value != value else value, one.handle if one else None)
            for one, point, value in zip(handles, points, y, strict=True)
        ]

    def _close(self, row: Tensor) -> Suggestion | None:
        """Take the first open suggestion at an encoded point off the list."""
        lower, upper = self.space.bounds
        tolerance = 1e-9 * (upper - lower).clamp_min(1e-12)
        for place, (x, suggestion) in enumerate(self._open):
            if bool(((x - row).abs() <= tolerance).all()):
                del self._open[place]
                return suggestion
        return None

    @property
    def _title(self) -> str:
        """The name of the library's optimiser."""
        return self.peer

    @property
    def _n_final(self) -> int:
        """What the library has been handed stays with it."""
        return self._n_handed

    def _give_up(self, points: Tensor) -> None:
        super()._give_up(points)
        self._forget_rows(points)

    def _forget_rows(self, points: Tensor) -> None:
        self._events.append(["forget", points.tolist()])
        for row in points:
            suggestion = self._close(row)
            if suggestion is not None and self._session is not None:
                self._session.forget(suggestion)

    # ------------------------------------------------------------------ saving and resuming

    @locked
    def state_dict(self) -> dict[str, Any]:
        """Return all state as plain JSON values: the history, and what was asked when."""
        return {**super().state_dict(), "events": [list(one) for one in self._events]}

    @locked
    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from `state_dict()`, by asking the library again for all past points.

        Raises:
            DataError: If the state is of another format or of another design space.
        """
        if "events" not in state:
            raise DataError(f"the state is not one of {self.peer}: it has no 'events'; use one that it saved")
        super().load_state_dict(state)
        whole = self._records
        self._begin()
        try:
            for event in state["events"]:
                if event[0] == "forget":
                    self._forget_rows(torch.tensor(event[1], dtype=torch.float64))
                    continue
                self._records = whole.first(event[2])
                self._propose(event[1], self.space, make_generator(self.seed))
        finally:
            self._records = whole

    @locked
    def restore(self, rounds: Iterable[Round]) -> None:
        """Replay past rounds; the library computes its points again. See `Optimizer.restore`.

        Args:
            rounds: See `Optimizer.restore`.

        Raises:
            DataError: If this optimiser has been asked already, a round is unusable, or the library now
                suggests other points than those stored, as another version of it may.
        """
        if self.n_asks:
            raise DataError("only a new optimiser can be restored; build another one")
        for number, (frame, *told) in enumerate(rounds):
            self._repeat(number, self.space.encode(frame))
            self._tell_again(frame, *told)

    def _repeat(self, number: int, stored: Tensor) -> None:
        again = self._propose(len(stored), self.space, make_generator(self.seed))
        lower, upper = self.space.bounds
        if not bool(((again - stored).abs() <= 1e-6 * (upper - lower).clamp_min(1e-12)).all()):
            raise DataError(
                f"{self.peer} suggests other points in round {number} than those stored; "
                "continue with the library version and settings of the first run, or start a new run"
            )
        self._records.asked(stored)


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
