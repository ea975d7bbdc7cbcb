"""The contracts: what each kind of part takes and returns.

Notation: `b` batch, `q` joint points, `n` points, `d` encoded columns, `m` outputs. All tensors are
float64 unless the caller chose otherwise. Inside the library larger is better; `hebo.optimizer.optimizer`
is the one place where the sign of a minimized objective is flipped.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from torch import Generator, Tensor, device, empty, float64

from hebo.abilities import Ability
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.domain import Domain as Domain
from hebo.errors import IncompatibleError
from hebo.information import NOTHING, Information, Takes
from hebo.optimizer.optimizer import Optimizer, OptimizerRecipe
from hebo.outcomes import Outcomes
from hebo.recipe import Recipe
from hebo.request import Recommends
from hebo.request import Request as Request

if TYPE_CHECKING:
    from botorch.models.model import Model
    from botorch.models.transforms.outcome import OutcomeTransform
    from matplotlib.figure import Figure
    from pandas import DataFrame


CPU = device("cpu")
NO_POINTS = empty(0, 0, dtype=float64)
"""Stands for no points, whatever the number of columns."""


class Recommender(OptimizerRecipe, Recommends, ABC):
    """A recipe that recommends points. It has no state: what it needs comes with the request.

    A new one implements `recommend`. What surrounds another recommender is a recommender that holds it
    (`hebo.recommenders.interleaved`, `committee`, `cost_aware`).
    """

    def build(self, space: DesignSpace, *, seed: int | None = None) -> Optimizer:
        """Return an optimizer around this recommender; see `Optimizer`."""
        return Optimizer(space, self, seed=seed)


class RiskMeasure(Recipe, ABC):
    """A recipe that makes one number of the values that a point may turn out to have, larger is better.

    Attributes:
        is_mean: Whether it is the weighted mean, of which a normal distribution has a closed form.
        averages: Whether it depends on more than the ranking of values: on the scale that they have.
    """

    is_mean: ClassVar[bool] = False
    averages: ClassVar[bool] = True

    @abstractmethod
    def of(self, values: Tensor, weights: Tensor) -> Tensor:
        """Return the measure of `... x m` values with `m` weights that sum to one, `...`; differentiable."""


class AcqFunction(Protocol):
    """A function from points to values: `b x q x d` -> `b x n_values`, larger is better."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the values at `x`."""


class Surrogate(Recipe, ABC):
    """A recipe that fits a BoTorch `Model`.

    Attributes:
        n_outputs: Most outputs that one model has.
        takes: What it uses beside values, or in their place: known variances (`Data.y_var`), derivatives of
            the objective (`Data.gradients`), related tasks (`Data.related`), comparisons (`Data.better` and
            `Data.worse`).
        takes_values: Whether it learns from values; one that does not learns from comparisons alone.
    """

    n_outputs: ClassVar[int] = 1
    takes: ClassVar[Takes] = NOTHING
    takes_values: ClassVar[bool] = True

    @property
    def averages(self) -> str | None:
        """What makes a weighted mean of values at several points of its predictions; None for nothing.

        It is one of costs only where the output transform is affine.
        """
        return None

    @property
    def has_gradients(self) -> bool:
        """Whether predictions have gradients by continuous columns; piecewise constant ones have none."""
        return True

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
        `hebo.recommenders.fitted_models.condition_on_mean`): a surrogate knows nothing of either.

        Args:
            data: Successful observations in encoded columns, larger is better; none is pending.
            space: Gives the bounds and the categorical columns.
            generator: Source of every random decision of the fit.

        Returns:
            A BoTorch model whose `posterior` takes `b x q x d` encoded points and answers in the units of
            `data.y`; `hebo.testing.surrogates.check_surrogate` says what else it can do.

        Raises:
            IncompatibleError: If there are more outputs than it models, or known variances, derivatives or
                related tasks that it ignores.
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
        if data.y_var is not None and Information.VARIANCES not in self.takes:
            raise IncompatibleError(
                f"{name} learns one noise variance and would ignore the known ones in `y_var`; leave them "
                "out (`replace(data, y_var=None)`), or use a surrogate that takes them"
            )
        if data.gradients is not None and Information.GRADIENTS not in self.takes:
            raise IncompatibleError(
                f"{name} would ignore the derivatives in `gradients`; leave them out "
                "(`replace(data, gradients=None)`), or use gradient_gp"
            )
        if data.related and Information.RELATED not in self.takes:
            raise IncompatibleError(
                f"{name} would ignore the related tasks in `related`; leave them out "
                "(`replace(data, related=())`), or use multitask_gp or pretrained_gp"
            )
        if len(data.better) and Information.COMPARISONS not in self.takes:
            raise IncompatibleError(
                f"{name} learns from values and would ignore {len(data.better)} comparisons; use pairwise_gp"
            )
        if not self.takes_values and (len(data.x) or not len(data.better)):
            raise IncompatibleError(
                f"{name} learns from comparisons alone, and the data have {len(data.better)} of them and "
                f"{len(data.x)} values; use another surrogate for values"
            )


class Acquisition(Recipe, ABC):
    """A recipe that turns a fitted model into a function to maximize.

    Attributes:
        n_values: Values per point, for one objective.
        max_outputs: Most objectives that it takes.
        needs: What the model must offer.
        gives: What the function offers to the search.
        is_weightable: Whether its values may be multiplied by probabilities, of success or of constraints.
        handles_constraints: Whether it looks at `models.constraints` itself. Then the loop multiplies it by
            no probability that they hold, builds it from all successes, feasible or not, and models the
            objective from the first on, feasible points or none.
        needs_constraints: Whether it is worth nothing without measured constraints.
        needs_costs: Whether it asks `models.costs` what evaluations cost.
    """

    n_values: ClassVar[int] = 1
    max_outputs: ClassVar[int] = 1
    needs: ClassVar[frozenset[Ability]] = frozenset()
    gives: ClassVar[frozenset[Ability]] = frozenset()
    is_weightable: ClassVar[bool] = True
    handles_constraints: ClassVar[bool] = False
    needs_constraints: ClassVar[bool] = False
    needs_costs: ClassVar[bool] = False

    @property
    def is_noisy(self) -> bool:
        """Whether its function has other values at the same point in each call."""
        return False

    @property
    def takes(self) -> Takes:
        """What it makes use of: perhaps a stated reference point, `data.reference`."""
        return NOTHING

    def optimistic_slack(self, models: FittedModels, data: Data) -> AcqFunction | None:
        """Return an upper bound of the least slack of all constraints, `b x 1 x d` -> `b x 1`.

        Where it is below zero in the whole space, the problem is declared infeasible. None, as here, for an
        acquisition that never says so.

        Args:
            models: With one model for each constraint.
            data: All successful observations.
        """
        return None

    def check(self, space: DesignSpace) -> None:
        """Refuse a space in which the acquisition makes no sense.

        Raises:
            IncompatibleError: With the parameter, and what would work.
        """

    @abstractmethod
    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return the acquisition as a function from `b x q x d` to `b x n_values`.

        Args:
            models: Conditioned on pending points. An acquisition of one objective takes `models.objective`,
                one of several `models.objectives`, or `models.joint` as BoTorch's acquisitions do.
            data: Feasible observations in the domain of the ask, larger is better; where the acquisition
                handles constraints, all successful ones.
            domain: Where points may be chosen.
            generator: Source of every random decision.

        Raises:
            IncompatibleError: If the acquisition cannot be computed under these models.
        """


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
        uses_gradients: Whether it finds nothing without gradients of predictions.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset()
    uses_gradients: ClassVar[bool] = False

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that cannot be searched.

        Raises:
            IncompatibleError: With the reason, and what would work.
        """

    def check_acquisition(self, acquisition: Acquisition) -> None:
        """Refuse an acquisition that gives what the search `needs`, but whose settings contradict its own.

        Raises:
            IncompatibleError: With the settings of both, and what would work.
        """

    @abstractmethod
    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """Search `domain` for large values.

        Args:
            acq: Any number of values per point; several are maximized in the Pareto sense.
            domain: Every returned point lies in it.
            generator: Source of every random decision.
            start: `s x d` points worth starting from.
        """


class SuccessModel(Protocol):
    """How likely evaluations are to succeed."""

    def log_probability(self, x: Tensor) -> Tensor:
        """Return log probabilities, `n`, at `n x 1 x d` points."""

    def weigh(self, acq: AcqFunction, power: float) -> AcqFunction:
        """Return the acquisition, each value with `power` times the log probability of success added."""


class CostModel(Protocol):
    """What evaluations are expected to cost."""

    def log_cost(self, x: Tensor) -> Tensor:
        """Return predicted logarithms of costs, `n`, at `n x 1 x d` points."""


@dataclass(frozen=True)
class FittedModels:
    """The models of all that was measured.

    Attributes:
        objectives: One model per objective.
        constraints: One per measured constraint, of its slack; see `hebo.acquisitions.constrained`.
        success: Of which evaluations succeed; None where failures are not modeled.
        costs: Of what evaluations cost; None where too few costs are known, or the acquisition needs none.
        pending: `p x d` points without a value that the models are conditioned on, at their means.
        device: Where they compute.
    """

    objectives: tuple[Model, ...]
    constraints: tuple[Model, ...] = ()
    success: SuccessModel | None = None
    costs: CostModel | None = None
    pending: Tensor = NO_POINTS
    device: device = CPU

    @property
    def objective(self) -> Model:
        """The model of the only objective.

        Raises:
            IncompatibleError: If there are several.
        """
        if len(self.objectives) != 1:
            raise IncompatibleError(
                f"one objective was expected, there are {len(self.objectives)}; use an acquisition of "
                "several objectives, such as log_ehvi, or combine them into one"
            )
        return self.objectives[0]

    @property
    def joint(self) -> Model:
        """The model of all objectives, with an output for each, independent of one another."""
        from botorch.models.model import ModelList

        return self.objectives[0] if len(self.objectives) == 1 else ModelList(*self.objectives)


@dataclass(frozen=True)
class RegionState:
    """What a region decides by.

    Attributes:
        data: Everything told, in the order told, with at least one success; values as they are modeled.
        models: Fitted to `data`.
        iteration: Number of earlier asks.
    """

    data: Data
    models: FittedModels
    iteration: int = 0


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
    def narrow(self, domain: Domain, state: RegionState, *, generator: Generator) -> Focus:
        """Choose a part of `domain`.

        Args:
            domain: All that may be searched.
            state: What is known.
            generator: Source of every random decision.
        """


@dataclass(frozen=True)
class BatchProblem:
    """What the points of a batch are chosen from.

    Attributes:
        models: Conditioned on pending points.
        acquisition: Returns the acquisition under models.
        maximize: Returns the candidates that the search of the composition finds for a function.
        condition: Returns models conditioned on their means at points, `k x d` (kriging believer).
        seen: `s x d` evaluated and pending points, not to be chosen again.
        domain: Where the points lie.
        focus: The part of it that is searched in this ask.
        unweighted: Returns another acquisition under models, of points on their device, without weights.
        weigh: Returns a function of a rule's own with the weights that the acquisition has under models: of
            constraints and of failures.
    """

    models: FittedModels
    acquisition: Callable[[FittedModels], AcqFunction]
    maximize: Callable[[AcqFunction, Focus], Candidates]
    condition: Callable[[FittedModels, Tensor], FittedModels]
    seen: Tensor
    domain: Domain
    focus: Focus
    unweighted: Callable[[Acquisition, FittedModels], AcqFunction] = field(kw_only=True)
    weigh: Callable[[FittedModels, AcqFunction], AcqFunction] = lambda models, acq: acq

    def search(self, models: FittedModels) -> Candidates:
        """Return the single points where the acquisition under `models` is large."""
        return self.maximize(self.acquisition(models), self.focus)


class BatchRule(Recipe, ABC):
    """A recipe that chooses the points of a batch.

    Attributes:
        needs: What the acquisition must give.
        needs_of_models: What the surrogate must offer.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset()
    needs_of_models: ClassVar[frozenset[Ability]] = frozenset()

    def check(self, space: DesignSpace) -> None:
        """Refuse a space of which no batch can be chosen.

        Raises:
            IncompatibleError: With the reason, and what would work.
        """

    @abstractmethod
    def choose(self, problem: BatchProblem, n: int, *, generator: Generator) -> Tensor:
        """Return `n` new points, `n x d`; repeats only where a finite domain is exhausted."""


class FailureRule(Recipe, ABC):
    """A recipe that says how failed evaluations count.

    Attributes:
        weighs: Whether values of the acquisition are changed, which not every acquisition bears.
    """

    weighs: ClassVar[bool] = False

    def completed(self, data: Data) -> Data:
        """Return the data that the objective is modeled on; rows that still lack a value are left out."""
        return data

    def success(self, data: Data, fit: Callable[[Data], Model]) -> SuccessModel | None:
        """Return what says which evaluations succeed; None if that is not modeled.

        Args:
            data: All that was told, failed evaluations included.
            fit: Fits a model to the values of other data, conditioned on what is pending there.
        """
        return None

    def weigh(self, acq: AcqFunction, success: SuccessModel | None) -> AcqFunction:
        """Return the acquisition in view of failures."""
        return acq


class OutputTransform(Recipe, ABC):
    """A recipe that maps objective values to a scale on which a Gaussian model fits well.

    Attributes:
        is_affine: Whether it keeps weighted means: the transform of a mean is the mean of the transforms.
    """

    is_affine: ClassVar[bool] = False

    @abstractmethod
    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return a BoTorch transform fitted to `y`: `n x m`, finite, larger is better."""


class Task(Protocol):
    """A problem, as far as experiments and campaigns know it; `tasks.base.Task` is one."""

    @property
    def space(self) -> DesignSpace:
        """Where to search."""

    @property
    def outcomes(self) -> Outcomes:
        """What is measured: objectives with their goals, the leading one first, and constraints."""

    @property
    def objectives(self) -> tuple[str, ...]:
        """The names of the objectives."""

    @property
    def constraints(self) -> tuple[str, ...]:
        """The names of the measured constraints."""

    @property
    def optimum(self) -> float | None:
        """The best feasible value of the leading objective, or None where unknown."""

    @property
    def best_known(self) -> float | None:
        """The optimum, or else the best value that anyone has found; None where unknown."""

    @property
    def reference_point(self) -> tuple[float, ...] | None:
        """The worst value that counts in each of several objectives; None where the problem states none."""

    @property
    def front_hypervolume(self) -> float | None:
        """The hypervolume of the true Pareto front at the reference point; None where unknown."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How the files of the task were read, a line each."""

    def require(self) -> None:
        """Check once that evaluations can work.

        Raises:
            HeboError: With what is missing or cannot work, and the remedy.
        """

    def initial_points(self, n: int, *, seed: int | None = None) -> DataFrame | None:
        """Return `n` points to begin with, None where random ones will do."""

    @property
    def cost_column(self) -> str | None:
        """The column of information with the positive cost of each evaluation, None where there is none."""

    @property
    def known_noise(self) -> tuple[str, ...]:
        """Objectives whose noise has its standard deviation in the column of information `<objective>_sd`."""

    @property
    def gradient_of(self) -> tuple[str, ...]:
        """Parameters by which the objective has its derivatives in the columns `gradient_<parameter>`."""

    def context(self, iteration: int, *, seed: int) -> Mapping[str, Any] | None:
        """Return the values of all context parameters in the ask after `iteration` earlier ones."""

    def evaluate(self, frame: DataFrame, *, seed: int = 0) -> DataFrame:
        """Return a row for each point of `frame`: objectives, constraints, then information."""

    def pictures(self, best: DataFrame) -> dict[str, Figure]:
        """Draw points, the best one first: short name -> figure."""
