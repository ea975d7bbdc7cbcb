"""`Optimizer`: ask for points, tell their values. The one stateful class, and the one edge to pandas.

Objectives are minimised out here and maximised inside; `Optimizer.data` is where the sign changes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pandas import DataFrame
from torch import Generator, Tensor

from hebo.base import Domain
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, IncompatibleError
from hebo.fallbacks import counting_fallbacks
from hebo.optimizers.values import parse_values
from hebo.profile import Profile
from hebo.random import make_generator
from hebo.recipe import Recipe

STATE_FORMAT = 1


class OptimizerRecipe(Recipe, ABC):
    """The settings of an optimiser, without a space."""

    @abstractmethod
    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return an optimiser that has not been asked anything yet; see `Optimizer`."""


class Optimizer(ABC):
    """Suggests points of a design space, learning from the values of earlier ones.

    The k-th `ask` depends only on the seed, on k, and on what has been told and asked before; there is no
    hidden random state, so a run continues from its history alone.

    Args:
        space: Where to search.
        seed: Same seed, same points. None draws one from NumPy's global stream, once, here; whoever seeds
            that stream gets repeatable runs. With a seed, global streams do not matter.

    Attributes:
        profile: CPU seconds of the latest `ask` by phase ("fit", "search", "rest").
        fallbacks: Reason -> how often a computation of any `ask` fell back to another way.
    """

    max_objectives: int = 1

    def __init__(self, space: DesignSpace, *, seed: int | None = None) -> None:
        if not space.names:
            raise DataError("the design space has no parameters; add some with `DesignSpace().parse([...])`")
        self.space = space
        # The global stream is the point: clients such as Ray Tune seed it and expect repeatable runs.
        self.seed = int(np.random.randint(2**31)) if seed is None else int(seed)  # noqa: NPY002
        self.n_asks = 0
        self._n_asked_points = 0
        self.profile = Profile()
        self.fallbacks: Counter[str] = Counter()
        empty = torch.empty(0, space.n_dims, dtype=torch.float64)
        self._x, self._pending = empty, empty
        self._y: Tensor | None = None

    # ------------------------------------------------------------------ ask and tell

    def ask(self, n: int = 1, *, fixed: Mapping[str, Any] | None = None) -> DataFrame:
        """Suggest `n` points to evaluate next.

        They count as pending until they are told or forgotten, and no point is suggested twice while a
        finite space still holds new ones.

        Args:
            n: How many.
            fixed: Parameter -> value that every suggestion shall have. Context parameters must be given.

        Returns:
            `n` rows, one column per parameter, in natural units.

        Raises:
            DataError: If `n` is not a positive integer, or `fixed` names an unknown parameter or value, or
                a context parameter is missing.
        """
        count = _check_count(n)
        domain = self._domain(dict(fixed or {}))
        generator = make_generator(self.seed, "ask", self.n_asks)
        with self._measured():
            suggested = self.space.decode(self._propose(count, domain, generator))
        # As a caller who stored the frame would replay it: natural units may round the last digit.
        self._asked(self.space.encode(suggested))
        return suggested

    def tell(self, x: DataFrame, y: Any) -> None:
        """Record the values of evaluated points, whether they were asked for or not.

        Nothing is recorded unless all of it is usable.

        Args:
            x: `n` rows in natural units, one column per parameter.
            y: `n` or `n x m` values, minimised; NaN, None or +inf for a failed evaluation.

        Raises:
            DataError: If a point or value is unusable; the message says which one and why.
        """
        points = self.space.encode(x)
        values = parse_values(y, len(points), None if self._y is None else self._y.shape[1])
        if values.shape[1] > self.max_objectives:
            raise IncompatibleError(
                f"{type(self).__name__} takes {self.max_objectives} objective, "
                f"y has {values.shape[1]} columns; combine them into one"
            )
        self._drop_pending(points)
        self._x = torch.cat([self._x, points])
        self._y = values if self._y is None else torch.cat([self._y, values])

    def forget(self, x: DataFrame) -> None:
        """Give up on pending points, for example those of a cancelled evaluation.

        Raises:
            DataError: If a row is not pending.
        """
        points = self.space.encode(x)
        kept = self._pending
        if self._drop_pending(points) != len(points):
            self._pending = kept
            raise DataError("a row to forget is not pending; `optimizer.pending` lists those that are")

    @abstractmethod
    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        """Return `n` feasible points of `domain`, `n x d`."""

    # ------------------------------------------------------------------ what is known

    @property
    def data(self) -> Data:
        """All that is known, in encoded columns, larger is better."""
        y = self._x.new_empty(0, 1) if self._y is None else -self._y
        return Data(self._x, y, self._pending)

    @property
    def X(self) -> DataFrame:
        """The successfully evaluated points, in the order told."""
        return self.space.decode(self.data.successes().x)

    @property
    def y(self) -> NDArray[np.float64]:
        """The values of `X`, `n x m`, minimised."""
        return np.asarray((-self.data.successes().y).numpy())

    @property
    def history(self) -> DataFrame:
        """All told points with their values in columns `objective_0 ...`, NaN where they failed."""
        frame = self.space.decode(self._x)
        for column, values in enumerate((-self.data.y).unbind(-1)):
            frame[f"objective_{column}"] = values.numpy()
        return frame

    @property
    def pending(self) -> DataFrame:
        """The points that were asked for and neither told nor forgotten."""
        return self.space.decode(self._pending)

    @property
    def best_x(self) -> DataFrame:
        """The best point told so far, as a frame with one row.

        Raises:
            DataError: If no successful evaluation has been told.
        """
        self._need_success()
        return self.space.decode(self.data.best.unsqueeze(0))

    @property
    def best_y(self) -> float:
        """The lowest value told so far.

        Raises:
            DataError: If no successful evaluation has been told.
        """
        self._need_success()
        return float(self.y[:, 0].min())

    # ------------------------------------------------------------------ names of the original package

    def suggest(self, n_suggestions: int = 1, fix_input: Mapping[str, Any] | None = None) -> DataFrame:
        """Call `ask` by the original package's name."""
        return self.ask(n_suggestions, fixed=fix_input)

    def observe(self, X: DataFrame, y: Any) -> None:
        """Call `tell` by the original package's name."""
        self.tell(X, y)

    # ------------------------------------------------------------------ saving and resuming

    def state_dict(self) -> dict[str, Any]:
        """Return all state as plain JSON values; settings and space are not part of it."""
        return {
            "format": STATE_FORMAT,
            "space": self.space.to_json(),
            "seed": self.seed,
            "n_asks": self.n_asks,
            "n_asked_points": self._n_asked_points,
            "x": self._x.tolist(),
            "y": None if self._y is None else [[None if v != v else v for v in r] for r in self._y.tolist()],
            "pending": self._pending.tolist(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Continue from `state_dict()`: the next points are those the saved optimiser would suggest.

        Raises:
            DataError: If the state is of another format or of another design space.
        """
        if state.get("format") != STATE_FORMAT:
            raise DataError(f"state format {state.get('format')!r} is not {STATE_FORMAT}; save it anew")
        if DesignSpace.from_json(state["space"]) != self.space:
            raise DataError("the state belongs to another design space; use the one it was saved with")
        d = self.space.n_dims
        self.seed, self.n_asks = int(state["seed"]), int(state["n_asks"])
        self._n_asked_points = int(state["n_asked_points"])
        self._x = torch.tensor(state["x"], dtype=torch.float64).reshape(-1, d)
        self._pending = torch.tensor(state["pending"], dtype=torch.float64).reshape(-1, d)
        y = state["y"]
        self._y = None if y is None else parse_values(y, len(self._x), None)

    def restore(self, rounds: Iterable[tuple[DataFrame, Any]]) -> None:
        """Replay past rounds without computing them again; what was told before the first ask is told first.

        Args:
            rounds: One `(points, values)` per past `ask`, in order; values None where they are not known yet.

        Raises:
            DataError: If this optimiser has been asked already, or a round is unusable.
        """
        if self.n_asks:
            raise DataError("only a new optimiser can be restored; build another one")
        for frame, values in rounds:
            self._asked(self.space.encode(frame))
            if values is not None:
                self.tell(frame, values)

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

    def _asked(self, x: Tensor) -> None:
        self.n_asks += 1
        self._n_asked_points += len(x)
        self._pending = torch.cat([self._pending, x])

    def _drop_pending(self, points: Tensor) -> int:
        """Remove one pending row per given point, where there is one; return how many were removed."""
        lower, upper = self.space.bounds
        tolerance = 1e-9 * (upper - lower).clamp_min(1e-12)
        pending, dropped = self._pending, 0
        for point in points:
            match = ((pending - point).abs() <= tolerance).all(-1).nonzero()
            if len(match):
                index = int(match[0])
                pending = torch.cat([pending[:index], pending[index + 1 :]])
                dropped += 1
        self._pending = pending
        return dropped

    def _domain(self, fixed: dict[str, Any]) -> Domain:
        for name, role in self.space.roles.items():
            if role == "context" and name not in fixed:
                raise DataError(f"context parameter '{name}' has no value; pass ask(fixed={{'{name}': ...}})")
        fixed = {**self.space.targets, **fixed}
        return self.space.fix(fixed) if fixed else self.space

    def _need_success(self) -> None:
        if not len(self.data.successes().x):
            raise DataError("no successful evaluation has been told yet, so there is no best point")

    def __repr__(self) -> str:
        size = f"{len(self.space.names)} parameters, {len(self._x)} told"
        return f"{type(self).__name__}({size}, seed={self.seed})"


def _check_count(n: Any) -> int:
    if isinstance(n, bool) or not isinstance(n, Integral) or n < 1:
        raise DataError(f"cannot suggest {n!r} points; ask for a positive whole number")
    return int(n)
