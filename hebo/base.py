"""The contracts: what each kind of part takes and returns.

Notation: `b` batch, `q` joint points, `n` points, `d` encoded columns, `m` outputs. All tensors are
float64 unless the caller chose otherwise. Inside the library larger is better; `hebo.optimizers.base`
is the one place where the sign of a minimised objective is flipped.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

from torch import Generator, Tensor

from hebo.abilities import Ability
from hebo.design_space.domain import Domain as Domain
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe

if TYPE_CHECKING:
    from botorch.models.model import Model
    from botorch.models.transforms.outcome import OutcomeTransform

    from hebo.data import Data
    from hebo.design_space.design_space import DesignSpace


class AcqFunction(Protocol):
    """A function from points to values: `b x q x d` -> `b x n_values`, larger is better."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the values at `x`."""


class Surrogate(Recipe, ABC):
    """A recipe that fits a BoTorch `Model`.

    Attributes:
        n_outputs: Most outputs that one model has.
        takes_variances: Whether it uses known variances of observations (`Data.y_var`).
    """

    n_outputs: ClassVar[int] = 1
    takes_variances: ClassVar[bool] = False

    def offers(self) -> frozenset[Ability]:
        """What the model can do beyond predictions."""
        return frozenset()

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that no model can be fitted on.

        Raises:
            IncompatibleError: With the parameter, and what would take it.
        """

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Say why a model fitted on a space that `check` takes will hardly predict there, and what would.

        A composition warns of them when it is built. None by default.
        """
        return ()

    def fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        """Fit to observations; a subclass writes `_fit`.

        The caller leaves out failed evaluations, and conditions the model on pending points (`Data.train`,
        `hebo.optimizers.fitted.condition_on_mean`): a surrogate knows nothing of either.

        Args:
            data: Successful observations in encoded columns, larger is better; none is pending.
            space: Gives the bounds and the categorical columns.
            generator: Source of every random decision of the fit.

        Returns:
            A BoTorch model whose `posterior` takes `b x q x d` encoded points and answers in the units of
            `data.y`; `hebo.testing.surrogates.check_surrogate` says what else it can do.

        Raises:
            IncompatibleError: If there are more outputs than it models, or known variances that it ignores.
        """
        self._refuse_unused(data)
        return self._fit(data, space, generator=generator)

    @abstractmethod
    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        """Return the model; see `fit`."""

    def _refuse_unused(self, data: Data) -> None:
        name, m = type(self).__name__, data.y.shape[-1]
        if m > self.n_outputs:
            raise IncompatibleError(
                f"{name} models {self.n_outputs} output(s), and the data have {m}; fit one model to each "
                "(`data.output(j)`) and join them in BoTorch's `ModelList`"
            )
        if data.y_var is not None and not self.takes_variances:
            raise IncompatibleError(
                f"{name} learns one noise variance and would ignore the known ones in `y_var`; leave them "
                "out (`replace(data, y_var=None)`), or use a surrogate that takes them"
            )


class Acquisition(Recipe, ABC):
    """A recipe that turns a fitted model into a function to maximise.

    Attributes:
        n_values: Values per point.
        needs: What the model must offer.
        gives: What the function offers to the search.
    """

    n_values: ClassVar[int] = 1
    needs: ClassVar[frozenset[Ability]] = frozenset()
    gives: ClassVar[frozenset[Ability]] = frozenset()

    @abstractmethod
    def build(self, model: Model, data: Data, *, generator: Generator) -> AcqFunction:
        """Return the acquisition as a function from `b x q x d` to `b x n_values`."""


@dataclass(frozen=True)
class Candidates:
    """What a search found.

    Attributes:
        x: `k x d` distinct feasible points, best rank first.
        rank: `k` integers; 0 is the Pareto front of the values (the single best value for one of them).
    """

    x: Tensor
    rank: Tensor


class AcqOptimizer(Recipe, ABC):
    """A recipe that finds points where an acquisition is large.

    Attributes:
        needs: What the acquisition must give.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset()

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that cannot be searched.

        Raises:
            IncompatibleError: With the reason, and what would work.
        """

    @abstractmethod
    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """Search `domain` for large values.

        Args:
            acq: Any number of values per point; several are maximised in the Pareto sense.
            domain: Every returned point lies in it.
            generator: Source of every random decision.
            start: `s x d` points worth starting from.
        """


LogSuccess = Callable[[Tensor], Tensor]
"""Points, `n x 1 x d` -> `n` log probabilities that their evaluations succeed."""


@dataclass(frozen=True)
class Belief:
    """What a region decides by.

    Attributes:
        data: Everything told, in the order told, with at least one success; values as they are modelled.
        model: Fitted to `data`.
        log_success: Log probabilities that evaluations succeed; None where none has failed.
    """

    data: Data
    model: Model
    log_success: LogSuccess | None = None


@dataclass(frozen=True)
class Focus:
    """Where to search in one `ask`.

    Attributes:
        domain: The part of the space to search.
        start: `s x d` points of it worth starting from.
    """

    domain: Domain
    start: Tensor


class Region(Recipe, ABC):
    """A recipe that says where to search next.

    It has no state of its own: what it needs of the past it reads from the data, so that a run continues
    from its history alone.
    """

    @abstractmethod
    def narrow(self, domain: Domain, belief: Belief, *, turn: int, generator: Generator) -> Focus:
        """Choose a part of `domain`.

        Args:
            domain: All that may be searched.
            belief: What is known.
            turn: Number of earlier asks.
            generator: Source of every random decision.
        """


class OutputTransform(Recipe, ABC):
    """A recipe that maps objective values to a scale on which a Gaussian model fits well."""

    @abstractmethod
    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return a BoTorch transform fitted to `y`: `n x m`, finite, larger is better."""
