"""Optimizers for Bayesmark, the benchmark of the NeurIPS 2020 black-box optimization challenge.

Bayesmark starts an optimizer file by its path; `configs/bayesmark/` holds such files and their
`config.json`. The contract is that of `bayesmark.abstract_optimizer.AbstractOptimizer` (version 0.0.8). It
needs nothing of that package, so this module works without it: where it is installed, the classes here
are registered as its subclasses, elsewhere they serve any driver of the same protocol.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, ClassVar

import pandas as pd

from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.optimizers.hebo import HEBORecipe
from hebo.plugins.bayesmark_space import space_from_api_config
from hebo.recipe import Preset
from hebo.recommenders.random import RandomSearch

Point = dict[Hashable, Any]


class BayesmarkOptimizer:
    """HEBO behind Bayesmark's interface; a subclass names another `recipe`.

    Args:
        api_config: Parameter name -> Bayesmark's description of it.
        seed: Repeats the suggestions; without one, the optimizer draws its seed from NumPy's global
            stream, which Bayesmark seeds for each study.
        settings: Fields of the recipe, as in `config.json`.

    Raises:
        SpaceError: If `api_config` describes no usable space.
    """

    primary_import: ClassVar[str] = "hebo"
    recipe: ClassVar[type[OptimizerRecipe] | Preset] = HEBORecipe

    def __init__(
        self, api_config: Mapping[str, Mapping[str, Any]], *, seed: int | None = None, **settings: Any
    ) -> None:
        self.api_config = api_config
        self.space = space_from_api_config(api_config)
        self.optimizer = self.recipe(**settings).build(self.space, seed=seed)

    @classmethod
    def get_version(cls) -> str:
        """Return the installed version, which Bayesmark writes beside its results."""
        return version("hebo-framework")

    def suggest(self, n_suggestions: int = 1) -> list[Point]:
        """Return points to evaluate next, in Bayesmark's own types (Python numbers, strings, booleans)."""
        return self.optimizer.ask(n_suggestions).to_dict("records")

    def observe(self, X: Sequence[Mapping[str, Any]], y: Sequence[float]) -> None:
        """Take the objective values (to be minimized) of points, suggested or not.

        Bayesmark reports an evaluation that crashed as infinite; like NaN, that counts as failed.

        Raises:
            DataError: If the points or values are not usable.
        """
        self.optimizer.tell(pd.DataFrame(list(X)), list(y))


class RandomSearchOptimizer(BayesmarkOptimizer):
    """Our random search, to compare with Bayesmark's: it never repeats a point of a finite space."""

    recipe: ClassVar[type[OptimizerRecipe] | Preset] = RandomSearch


opt_wrapper = BayesmarkOptimizer
"""The name under which Bayesmark looks for the class in an optimizer file."""


def _register_with_bayesmark() -> None:
    """Make the classes here subclasses of Bayesmark's abstract class, where that package is installed."""
    try:
        contract = import_module("bayesmark.abstract_optimizer").AbstractOptimizer
    except ModuleNotFoundError as error:
        if error.name not in ("bayesmark", "bayesmark.abstract_optimizer"):
            raise
    else:
        contract.register(BayesmarkOptimizer)


_register_with_bayesmark()
