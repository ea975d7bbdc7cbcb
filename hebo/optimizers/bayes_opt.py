"""`BayesOpt`: the one Bayesian-optimisation loop, composed of recipes."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Self

import torch
from botorch.models.model import Model
from pydantic import Field, field_validator, model_validator
from torch import Generator, Tensor

from hebo.abilities import ADDITIVE_ACQ
from hebo.acquisitions.constrained import toward_feasible
from hebo.base import (
    AcqOptimizer,
    Acquisition,
    Candidates,
    Domain,
    OutputTransform,
    Region,
    Surrogate,
)
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.table_space import TableSpace
from hebo.errors import DataError, IncompatibleError, MissingExtraError, SuitabilityWarning
from hebo.fallbacks import note_fallback
from hebo.optimizers.base import Optimizer, OptimizerRecipe
from hebo.optimizers.batch import choose_batch
from hebo.optimizers.compatibility import check_parts
from hebo.optimizers.distinct import fill
from hebo.optimizers.fidelity import FidelityLevels, fidelity_levels
from hebo.optimizers.fitted import Fitted, Models, Parts, condition_on_mean
from hebo.optimizers.insight import has_insight
from hebo.optimizers.sampling import sobol_points
from hebo.optimizers.table_search import over_table
from hebo.random import make_generator
from hebo.regions.whole_space import WholeSpace

# With many columns, one point for each would leave little of a usual budget to the model.
_MOST_INITIAL = 16


class BayesOptRecipe(OptimizerRecipe):
    """Bayesian optimisation with one part of each kind.

    On a table of candidates (`TableSpace`) every acquisition is maximised exactly, by an exhaustive search
    of all rows that are left; see `hebo.optimizers.table_search`.

    Attributes:
        surrogate: Models the transformed objective.
        acquisition: Says what a point is worth under the model.
        acq_optimizer: Finds points worth most.
        output_transform: Scale on which the objective is modelled.
        region: Where the search looks.
        n_initial: Sobol points before the first model; None: one more than there are columns, at most 16.
        exploration: Share of a batch that is Sobol points whatever the model says, rounded down to points: a
            batch of one has none. A model that is wrong would spend whole batches on one place.
        least_insight: Share of the variance that leave-one-out predictions must explain; while they do not,
            Sobol points take turns with those of the model. None: the model is always followed.
        second_surrogate: Another model, which chooses a share of each batch, knowing the points of the first
            one: models of different kinds are seldom wrong in the same place. None: one model chooses all.
        second_share: That share of the points that models choose, rounded down: of a single one it is none.
            Without a second model, this and `second_search` say nothing.
        second_search: Finds points for the second model; None: `acq_optimizer`.
        batch_distance: Fewest columns in which two points that the model chooses for one batch differ: a
            Hamming distance, for batches of different designs.
        success_power: Power of the probability of success that improvements are multiplied by, once an
            evaluation has failed (see `hebo.acquisitions.success`). 1 counts a failure as no improvement;
            more keeps a search from going beyond an edge again and again where values get ever better
            towards it.
        fidelity_costs: What an evaluation costs at each level of the space's fidelity parameter, in ascending
            order of the levels; only ratios matter. A point is then evaluated where that explains most of
            its value at the target per cost (see `hebo.optimizers.fidelity`), a Sobol point at every level.
            None: always at the target, as is any point if `ask` pins the fidelity.
        device: Where model and acquisition are computed, as torch names it.
        strict: Whether an error while points are computed leaves `ask`. Without it the points are
            space-filling ones, a warning is logged, and `Optimizer.fallbacks` counts it: a run that has cost
            days of measurements does not end for a matrix that could not be factorised.
    """

    surrogate: Surrogate
    acquisition: Acquisition
    acq_optimizer: AcqOptimizer
    output_transform: OutputTransform
    region: Region = Field(default_factory=WholeSpace)
    n_initial: int | None = Field(default=None, ge=1)
    exploration: float = Field(default=0.25, ge=0, le=1)
    least_insight: float | None = Field(default=0.2, le=1)
    second_surrogate: Surrogate | None = None
    second_share: float = Field(default=1 / 3, gt=0, lt=1)
    second_search: AcqOptimizer | None = None
    batch_distance: int = Field(default=1, ge=1)
    success_power: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    fidelity_costs: tuple[Annotated[float, Field(gt=0, allow_inf_nan=False)], ...] | None = None
    device: str = "cpu"
    strict: bool = False

    @field_validator("device")
    @classmethod
    def _known_device(cls, name: str) -> str:
        try:
            torch.empty(0, device=name)
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f"torch has no device '{name}' here; use 'cpu' ({error})") from None
        return name

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        check_parts(self)
        if self.second is not None:
            check_parts(self.second)
        return self

    @property
    def second(self) -> Self | None:
        """The composition that the second surrogate is part of; None without one."""
        if self.second_surrogate is None:
            return None
        search = self.second_search or self.acq_optimizer
        return self.model_copy(
            update={
                "surrogate": self.second_surrogate,
                "acq_optimizer": search,
                "second_surrogate": None,
                "second_search": None,
            }
        )

    def build(self, space: DesignSpace, *, seed: int | None = None) -> BayesOpt:
        """Return the optimiser; see `hebo.optimizers.base.Optimizer`.

        Raises:
            IncompatibleError: If the surrogate cannot be fitted on this space, the search cannot search it,
                or the costs are not those of its fidelity.

        Warns:
            SuitabilityWarning: If the surrogate will hardly predict on this space; see `Surrogate.doubts`.
        """
        recipe = over_table(self, space) if isinstance(space, TableSpace) else self
        for one in filter(None, (recipe, recipe.second)):
            one.surrogate.check(space)
            one.acq_optimizer.check(space)
            for doubt in one.surrogate.doubts(space):
                warnings.warn(doubt, SuitabilityWarning, stacklevel=2)
        return BayesOpt(space, recipe, seed=seed)


class BayesOpt(Optimizer):
    """Fit, build, maximise, choose: the loop behind every preset.

    Measured constraints are modelled by the recipe's surrogate too, and every value of the acquisition is
    weighted by the probability that they hold; see `hebo.acquisitions.constrained`.

    Args:
        space: Where to search.
        recipe: The parts.
        seed: See `Optimizer`.
    """

    takes_constraints: ClassVar[bool] = True
    always_strict: ClassVar[bool] = False
    """Set it for a whole process, such as a test run, to see every error that `strict` would show."""

    def __init__(self, space: DesignSpace, recipe: BayesOptRecipe, *, seed: int | None = None) -> None:
        super().__init__(space, seed=seed)
        self.recipe = recipe
        self.n_initial = recipe.n_initial or max(2, min(space.n_dims + 1, _MOST_INITIAL))
        costs = recipe.fidelity_costs
        self._fidelity = None if costs is None else fidelity_levels(space, costs)
        self._free_fidelity: FidelityLevels | None = None

    def _domain(self, n: int, fixed: dict[str, Any]) -> Domain:
        is_pinned = self._fidelity is None or self._fidelity.name in fixed
        self._free_fidelity = None if is_pinned else self._fidelity
        return super()._domain(n, fixed)

    def _propose(self, n: int, domain: Domain, generator: Generator) -> Tensor:
        data = self.data.within(domain.with_seen)
        if len(data.seen) < self.n_initial or not _informative(toward_feasible(data)):
            return self._explore(n, data.seen, domain, generator)
        try:
            return self._by_models(n, data, domain, generator)
        except (IncompatibleError, MissingExtraError):  # the composition is wrong: that is not to be hidden
            raise
        except Exception as error:
            if self.recipe.strict or self.always_strict:
                raise
            note_fallback("space-filling points in place of a model's", f"{type(error).__name__}: {error}")
            return self._explore(n, data.seen, domain, generator)

    def _by_models(self, n: int, data: Data, domain: Domain, generator: Generator) -> Tensor:
        """Return points that models choose, and space-filling ones for their share of a batch."""
        with self.profile.phase("fit"):
            fitted = self._fit(self.recipe, data, n, domain, generator)
        n_guided = self._n_guided(n, fitted.observed)
        with self.profile.phase("search"):
            x = self._guided(fitted, data, n_guided, domain, generator) if n_guided else data.x[:0]
            if n_guided and self._free_fidelity is not None:
                x = self._free_fidelity.most_telling(
                    x,
                    fitted.models[0],
                    data.seen,
                    self.space,
                    success=fitted.success,
                    device=fitted.known.x.device,
                )
            if not bool(torch.isfinite(x).all()):
                raise ArithmeticError(f"the search returned a point that is not finite: {x.tolist()}")
            if n_guided == n:
                return x
            return torch.cat([x, self._explore(n - n_guided, torch.cat([data.seen, x]), domain, generator)])

    def _n_guided(self, n: int, model: Model) -> int:
        """How many of `n` points the model chooses; Sobol points are the others."""
        least = self.recipe.least_insight
        if least is None or has_insight(model, least):
            return n - int(self.recipe.exploration * n)
        return (n + self.n_asks % 2) // 2  # on a noisy plateau the maxima of a model are corners

    def _explore(self, n: int, seen: Tensor, domain: Domain, generator: Generator) -> Tensor:
        first, levels = self._records.n_asked_points, self._free_fidelity
        if levels is None:
            return fill(sobol_points(domain, first, n, seed=self.seed), seen, n, domain, generator=generator)
        numbers, places = levels.shares(first, n)
        x = sobol_points(domain, 0, int(numbers[-1]) + 1, seed=self.seed)[numbers]
        return fill(levels.moved(x, places, seen, self.space), seen, n, domain, generator=generator)

    def _guided(self, fitted: Fitted, data: Data, n: int, domain: Domain, generator: Generator) -> Tensor:
        """Return points that models choose: of a batch a share by the second one, which knows the others."""
        second = self.recipe.second
        n_second = 0 if second is None else int(self.recipe.second_share * n)
        x = self._search(self.recipe, fitted, data.seen, n - n_second, domain, generator)
        if second is None or not n_second:
            return x
        with_first = data.with_pending(x)
        with self.profile.phase("fit"):
            fitted = self._fit(second, with_first, n, domain, generator)
        others = self._search(second, fitted, with_first.seen, n_second, domain, generator)
        return torch.cat([x, others])

    def _fit(
        self, recipe: BayesOptRecipe, data: Data, batch_size: int, domain: Domain, generator: Generator
    ) -> Fitted:
        known = self.transformed(toward_feasible(data), batch_size)
        parts = Parts(recipe.surrogate, recipe.acquisition, recipe.success_power)
        return parts.fit(data, known, self.space, domain.with_seen, generator=generator)

    def _search(
        self,
        recipe: BayesOptRecipe,
        fitted: Fitted,
        seen: Tensor,
        n: int,
        domain: Domain,
        generator: Generator,
    ) -> Tensor:
        focus = recipe.region.narrow(domain, fitted.belief, turn=self.n_asks, generator=generator)

        def search(models: Models) -> Candidates:
            return recipe.acq_optimizer.maximize(
                fitted.acquisition(models), focus.domain, generator=generator, start=focus.start
            )

        distance = recipe.batch_distance
        return choose_batch(
            search(fitted.models),
            fitted.models,
            fitted.acquisition,
            fitted.believe,
            seen,
            n,
            domain,
            generator=generator,
            distance=distance,
            search=search if distance > 1 else None,
        )

    def transformed(self, data: Data, batch_size: int = 1) -> Data:
        """Return `data` on the device, with `y` on the scale that the surrogate models."""
        successes = data.successes().y
        transform = self.recipe.output_transform.fit(successes)
        y = data.y.clone()
        y[~data.failed] = transform(successes)[0]
        return replace(data, y=y, batch_size=batch_size).to(self.recipe.device)

    def check_takes_constraints(self) -> None:
        """Refuse acquisitions that a weight would break; see `Optimizer.check_takes_constraints`."""
        acquisition, search = self.recipe.acquisition, self.recipe.acq_optimizer
        if ADDITIVE_ACQ in acquisition.gives:
            raise IncompatibleError(
                f"{type(acquisition).__name__} gives {type(search).__name__} a sum of additive components, "
                "which measured constraints would end, as they multiply it by a probability; use another "
                "acquisition and search, such as log_ei with local_search"
            )

    def fit_model(self) -> Model:
        """Fit the surrogate to all that is known, as the next `ask` would; pending points at their means.

        Returns:
            A BoTorch model of the transformed, maximised objective over encoded points.
        """
        if not len(self.data.successes().x):
            raise DataError("no successful evaluation has been told yet, so there is nothing to fit")
        generator = make_generator(self.seed, "ask", self.n_asks)
        known = self.transformed(self.data)
        model = self.recipe.surrogate.fit(known.train(), self.space, generator=generator)
        return condition_on_mean(model, known.pending)


def _informative(data: Data) -> bool:
    """Say whether values differ at all: on a plateau a model would only send us to the corners."""
    values = data.successes().y[:, 0]
    return bool((values != values[:1]).any())
