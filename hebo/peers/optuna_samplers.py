"""Optuna's samplers, through its own ask and tell.

Failed evaluations are told as failed trials, which the samplers leave out. All but CMA-ES take several
objectives and measured constraints. A batch is that many calls of `study.ask`; how a sampler treats trials
that are still running is its own business (see each recipe).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.information import Information
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimension, Dimensions
from hebo.peers.session import (
    ONE_OBJECTIVE,
    SEVERAL,
    PeerOptimizer,
    Scope,
    Session,
    Suggestion,
    Told,
    load,
)


class OptunaTPE(OptimizerRecipe):
    """Optuna's `TPESampler` (Bergstra et al., NeurIPS 2011) with the settings that a user gets.

    From Optuna 5 on those are the multivariate estimator and a constant liar for running trials. With several
    objectives it splits the trials by non-dominated rank and hypervolume (Ozaki et al., GECCO 2020); feasible
    ones come first where there are measured constraints.

    Attributes:
        multivariate: Model parameters jointly; None leaves Optuna's default.
        n_startup_trials: Random points before the first model.
    """

    multivariate: bool | None = None
    n_startup_trials: int = Field(default=10, ge=0)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        given = {} if self.multivariate is None else {"multivariate": self.multivariate}
        settings = {"n_startup_trials": self.n_startup_trials, **given}
        return _optimizer(space, "TPESampler", settings, "optuna_tpe", seed, _SEVERAL)


class OptunaGP(OptimizerRecipe):
    """Optuna's `GPSampler`: Matern-5/2 process, log expected improvement, mixed search.

    With several objectives the acquisition is the logarithm of the expected hypervolume improvement; with
    measured constraints it is weighed by the probability that they hold. Running trials are imagined by
    the acquisition (Monte-Carlo), so batches spread.

    Attributes:
        n_startup_trials: Random points before the first model.
        deterministic_objective: Whether equal points have equal values; fixes the noise to its least.
    """

    n_startup_trials: int = Field(default=10, ge=0)
    deterministic_objective: bool = False

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        return _optimizer(space, "GPSampler", self.model_dump(), "optuna_gp", seed, _SEVERAL)


class OptunaCmaEs(OptimizerRecipe):
    """Optuna's `CmaEsSampler`: CMA-ES on numbers and rounded integers.

    Categories are drawn at random, as Optuna does. A generation is learnt from when it is complete;
    running trials do not matter to it.

    Attributes:
        n_startup_trials: Random points before the first generation.
        with_margin: CMA-ES with margin, which keeps integers from freezing.
    """

    n_startup_trials: int = Field(default=1, ge=0)
    with_margin: bool = False

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        load("cmaes")
        settings = {**self.model_dump(), "warn_independent_sampling": False}
        return _optimizer(space, "CmaEsSampler", settings, "optuna_cmaes", seed)


class OptunaNSGA2(OptimizerRecipe):
    """Optuna's `NSGAIISampler` (Deb et al., 2002), for one objective or several.

    Its generations are made of the trials that have finished when a point is asked for; running ones do not
    matter to it, and points that it did not ask for belong to none.

    Attributes:
        population_size: Points per generation, at least 2; the first one is drawn at random.
    """

    population_size: int = Field(default=20, ge=2)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        return _optimizer(space, "NSGAIISampler", self.model_dump(), "optuna_nsga2", seed, _SEVERAL)


_SEVERAL = Scope((1, SEVERAL), frozenset({Information.CONSTRAINTS}))


def _optimizer(
    space: DesignSpace,
    sampler: str,
    settings: dict[str, Any],
    peer: str,
    seed: int | None,
    scope: Scope = ONE_OBJECTIVE,
) -> PeerOptimizer:
    samplers = load("optuna").samplers

    def make(number: int) -> Any:
        return getattr(samplers, sampler)(seed=number, **settings)

    return PeerOptimizer(
        space, lambda dims, number: OptunaSession(dims, make, number), peer=peer, seed=seed, scope=scope
    )


@dataclass
class Running:
    """A trial without a value; another one takes its place where the study is started anew."""

    trial: Any


class OptunaSession(Session):
    """A study in memory.

    A study says from the first trial on how many objectives there are. That is known when the first value is
    told: where there are several, a new study takes over, with the trials that are still running. Until then
    points are random ones, and the new study's random stream is another one, so that none of them repeats.

    Args:
        dimensions: The free parameters.
        sampler: Makes the sampler from a seed.
        seed: Of the sampler.
    """

    def __init__(self, dimensions: Dimensions, sampler: Callable[[int], Any], seed: int) -> None:
        self._optuna = load("optuna")
        self._distributions = {one.name: self._distribution(one) for one in dimensions.free}
        self._sampler, self._seed = sampler, seed
        self._n_objectives: int | None = None
        self._running: list[Running] = []
        self._study = self._new_study(1, seed)

    def _new_study(self, n_objectives: int, seed: int) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that samplers and settings are experimental
            made = self._sampler(seed)
        log, level = self._optuna.logging, self._optuna.logging.get_verbosity()
        log.set_verbosity(log.WARNING)  # a line for each new study is of no use in a benchmark
        try:
            return self._optuna.create_study(sampler=made, directions=["minimize"] * n_objectives)
        finally:
            log.set_verbosity(level)

    def _distribution(self, one: Dimension) -> Any:
        library = self._optuna.distributions
        if one.kind == "category":
            return library.CategoricalDistribution(list(range(int(one.high) + 1)))
        if one.kind == "integer":
            return library.IntDistribution(one.low, one.high, log=one.log)
        return library.FloatDistribution(one.low, one.high, log=one.log)

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Call `study.ask` `n` times; it knows the running trials itself."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asked = [Running(self._study.ask(self._distributions)) for _ in range(n)]
        self._running += asked
        return [
            Suggestion(tuple(one.trial.params[name] for name in self._distributions), one) for one in asked
        ]

    def tell(self, told: Sequence[Told]) -> None:
        """Finish trials; a point that was not asked for becomes a finished trial of its own."""
        for one in told:
            if self._n_objectives is None and one.values is not None:
                self._begin(len(one.values))
            if one.handle is None:
                self._study.add_trial(self._finished(one))
            else:
                self._finish(one)

    def forget(self, pending: Suggestion) -> None:
        """End the trial as failed."""
        self._finish(Told(pending.point, None, pending.handle))

    def _begin(self, n_objectives: int) -> None:
        self._n_objectives = n_objectives
        if n_objectives == 1:
            return
        self._study = self._new_study(n_objectives, self._seed + 1)
        for one in self._running:
            self._study.enqueue_trial(one.trial.params)
            one.trial = self._study.ask(self._distributions)

    def _finish(self, told: Told) -> None:
        state, trial = self._optuna.trial.TrialState, told.handle.trial
        self._running = [one for one in self._running if one is not told.handle]
        for name, value in _limits(told).items():
            trial.set_constraint(name, value)
        ending = state.FAIL if told.values is None else state.COMPLETE
        self._study.tell(trial, None if told.values is None else list(told.values), state=ending)

    def _finished(self, told: Told) -> Any:
        state = self._optuna.trial.TrialState
        return self._optuna.trial.create_trial(
            params=dict(zip(self._distributions, told.point, strict=True)),
            distributions=self._distributions,
            values=None if told.values is None else list(told.values),
            state=state.FAIL if told.values is None else state.COMPLETE,
            constraints=_limits(told),
        )


def _limits(told: Told) -> dict[str, float]:
    """Return measured constraints as Optuna has them, by name."""
    return {f"constraint_{column}": value for column, value in enumerate(told.constraints)}
