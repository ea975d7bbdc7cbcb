"""SMAC3's hyperparameter optimization facade, through its own ask and tell."""

from __future__ import annotations

import logging
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

from hebo.design_space.design_space import DesignSpace
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimension, Dimensions, Number
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told, load, worst


class SMAC(OptimizerRecipe):
    """SMAC3's `HyperparameterOptimizationFacade` (Lindauer et al., 2109.09831) with its defaults.

    Random forest on log-scaled costs, log expected improvement, local and random search, a Sobol design of
    at most a quarter of `n_trials`, a random point in five, the forest fitted anew after eight points.
    A batch is as many calls of `ask`; SMAC keeps the running ones apart. A failed evaluation is told as the
    worst value seen, since costs must be finite.

    Attributes:
        n_trials: The budget that SMAC plans its first design for; give that of the experiment.
    """

    n_trials: int = Field(default=50, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        load("smac")
        load("ConfigSpace")
        n_trials = self.n_trials
        return PeerOptimizer(
            space, lambda dims, number: SMACSession(dims, n_trials, number), peer="smac", seed=seed
        )


class SMACSession(Session):
    """A facade.

    Args:
        dimensions: The free parameters.
        n_trials: See `SMAC`.
        seed: Of the scenario.
    """

    def __init__(self, dimensions: Dimensions, n_trials: int, seed: int) -> None:
        self._free = dimensions.free
        library = load("ConfigSpace")
        self._space = library.ConfigurationSpace(seed=seed)
        self._space.add([_hyperparameter(library, one) for one in self._free])
        folder = tempfile.mkdtemp(prefix="smac-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        smac = load("smac")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that no target function is given
            scenario = smac.Scenario(
                self._space,
                deterministic=True,
                n_trials=max(n_trials, 1),
                seed=seed,
                output_directory=Path(folder),
            )
            self._facade = smac.HyperparameterOptimizationFacade(
                scenario, None, overwrite=True, logging_level=False
            )
        # SMAC says for each point that the facade was made for a target function
        logging.getLogger("smac").setLevel(logging.ERROR)
        self._seen: list[float] = []

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Call `ask` `n` times."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            infos = [self._facade.ask() for _ in range(n)]
        return [Suggestion(tuple(info.config[one.name] for one in self._free), info) for info in infos]

    def tell(self, told: Sequence[Told]) -> None:
        """Tell one by one, as SMAC takes them."""
        history = load("smac.runhistory")
        for one in told:
            if one.y is not None:
                self._seen.append(one.y)
            cost = worst(self._seen) if one.y is None else one.y
            self._facade.tell(one.handle or self._info(one.point), history.TrialValue(cost=cost), save=False)

    def _info(self, point: Sequence[Number]) -> Any:
        values = {one.name: value for one, value in zip(self._free, point, strict=True)}
        config = load("ConfigSpace").Configuration(self._space, values=values)
        return load("smac.runhistory").TrialInfo(config, seed=0)


def _hyperparameter(library: Any, one: Dimension) -> Any:
    if one.kind == "category":
        return library.Categorical(one.name, list(range(int(one.high) + 1)))
    make = library.Integer if one.kind == "integer" else library.Float
    return make(one.name, (one.low, one.high), log=one.log)
