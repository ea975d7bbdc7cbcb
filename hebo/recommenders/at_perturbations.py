"""Evaluations around designs: designs by a model of perturbed points, each evaluated at a perturbed point."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from pydantic import field_validator
from torch import Tensor

from hebo.base import FittedModels, Recommender
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.model_based import ModelBased, Proposal
from hebo.recommenders.telling import Placed, most_telling
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request
from hebo.surrogates.perturbed import Perturbed


class AtPerturbations(Wrapper, ModelBased):
    """The designs of a loop whose surrogate is `perturbed`, each evaluated where that tells most about it.

    That is one of its perturbed points, or the design itself (`hebo.recommenders.telling`). A loop by itself
    evaluates designs as they are, and goes on to evaluate the best one while what is not known is how steeply
    values fall around it.

    Attributes:
        of: The loop.
    """

    example: ClassVar[dict[str, Any]] = {
        "of": {
            "type": "bayes_opt_loop",
            "surrogate": {"type": "perturbed", "of": "warped_gp", "input_sd": {"x1": 0.1}},
            "acquisition": "log_ei",
            "acq_optimizer": "nsga2",
            "output_transform": "standardize",
            "n_initial": 8,
        },
    }

    @field_validator("of")
    @classmethod
    def _perturbs(cls, of: Recommender) -> Recommender:
        if not (isinstance(of, BayesOptRecipe) and isinstance(of.surrogate, Perturbed)):
            raise ValueError(
                f"{type(of).__name__} says nothing about perturbations; use bayes_opt_loop with the "
                "surrogate `perturbed`, or write `robust` around the whole optimizer"
            )
        return of

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of the loop, with a place for each of its points."""
        assert isinstance(self.of, BayesOptRecipe)  # see the validator
        proposal = self.of.propose(request)
        return None if proposal is None else Placed(proposal, request, self._placed)

    def _placed(self, x: Tensor, models: FittedModels, request: Request) -> Tensor:
        """Return designs (`n x d`), each at the perturbation that tells most about it."""
        assert isinstance(self.of, BayesOptRecipe)
        assert isinstance(self.of.surrogate, Perturbed)
        variants = self.of.surrogate.variants(request.space)

        def around(design: Tensor) -> Tensor:
            return torch.cat([design.unsqueeze(0), variants(design)])

        return most_telling(x, around, models, request, fallback=0)
