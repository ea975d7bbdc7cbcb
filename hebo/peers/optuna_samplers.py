"""Optuna's samplers, through its own ask and tell.

Failed evaluations are told as failed trials, which the samplers leave out. A batch is that many calls of
`study.ask`; how a sampler treats trials that are still running is its own business (see each recipe).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimension, Dimensions
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told, load


class OptunaTPE(OptimizerRecipe):
    """Optuna's `TPESampler` (Bergstra et al., NeurIPS 2011) with the settings that a user gets.

    From Optuna 5 on those are the multivariate estimator and a constant liar for running trials.

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
        return _optimizer(space, "TPESampler", settings, "optuna_tpe", seed)


class OptunaGP(OptimizerRecipe):
    """Optuna's `GPSampler`: Matern-5/2 process, log expected improvement, mixed search.

    Running trials are imagined by the acquisition (Monte-Carlo log EI), so batches spread.

    Attributes:
        n_startup_trials: Random points before the first model.
        deterministic_objective: Whether equal points have equal values; fixes the noise to its least.
    """

    n_startup_trials: int = Field(default=10, ge=0)
    deterministic_objective: bool = False

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        return _optimizer(space, "GPSampler", self.model_dump(), "optuna_gp", seed)


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


def _optimizer(
    space: DesignSpace, sampler: str, settings: dict[str, Any], peer: str, seed: int | None
) -> PeerOptimizer:
    samplers = load("optuna").samplers

    def make(number: int) -> Any:
        return getattr(samplers, sampler)(seed=number, **settings)

    return PeerOptimizer(space, lambda dims, number: OptunaSession(dims, make, number), peer=peer, seed=seed)


class OptunaSession(Session):
    """A study in memory.

    Args:
        dimensions: The free parameters.
        sampler: Makes the sampler from a seed.
        seed: Of the sampler.
    """

    def __init__(self, dimensions: Dimensions, sampler: Callable[[int], Any], seed: int) -> None:
        self._optuna = load("optuna")
        self._distributions = {one.name: self._distribution(one) for one in dimensions.free}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that samplers and settings are experimental
            made = sampler(seed)
        log, level = self._optuna.logging, self._optuna.logging.get_verbosity()
        log.set_verbosity(log.WARNING)  # a line for each new study is of no use in a benchmark
        try:
            self._study = self._optuna.create_study(sampler=made)
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
            trials = [self._study.ask(self._distributions) for _ in range(n)]
        return [Suggestion(tuple(one.params[name] for name in self._distributions), one) for one in trials]

    def tell(self, told: Sequence[Told]) -> None:
        """Finish trials; a point that was not asked for becomes a finished trial of its own."""
        state = self._optuna.trial.TrialState
        for one in told:
            ending = state.FAIL if one.y is None else state.COMPLETE
            if one.handle is not None:
                self._study.tell(one.handle, one.y, state=ending)
                continue
            params = dict(zip(self._distributions, one.point, strict=True))
            finished = self._optuna.trial.create_trial(
                params=params, distributions=self._distributions, value=one.y, state=ending
            )
            self._study.add_trial(finished)

    def forget(self, pending: Suggestion) -> None:
        """End the trial as failed."""
        self._study.tell(pending.handle, state=self._optuna.trial.TrialState.FAIL)
