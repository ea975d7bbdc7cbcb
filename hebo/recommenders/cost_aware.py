"""Cost-aware multi-fidelity optimization: each point at the level that says most of its target per cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import field_validator
from torch import Tensor

from hebo.base import Recommender
from hebo.design_space.design_space import DesignSpace
from hebo.recommenders.fidelity_costs import FidelityCosts, fidelity_levels
from hebo.recommenders.fidelity_levels import FidelityLevels
from hebo.recommenders.model_based import Around, ModelBased, Proposal, proposal_of
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request


class CostAware(Wrapper, ModelBased):
    """The points of a model-based recommender, evaluated at cheap fidelities where these tell enough.

    A point is evaluated where that explains most of its value at the target per cost (see
    `FidelityLevels.most_informative`), a space-filling point at every level in turn (at three of them where
    there are more). Where `ask` pins the fidelity, all points are evaluated there.

    Attributes:
        of: Recommends the points.
        costs: What an evaluation costs at each level of the space's fidelity parameter, in ascending order of
            the levels, or as a function of its number; only ratios matter.
    """

    example: ClassVar[dict[str, Any]] = {
        "of": {
            "type": "bayes_opt_loop",
            "surrogate": "warped_gp",
            "acquisition": "log_ei",
            "acq_optimizer": "nsga2",
            "output_transform": "standardize",
            "n_initial": 8,
        },
        "costs": [0.1, 1.0],
    }

    costs: FidelityCosts

    @field_validator("of")
    @classmethod
    def _fits_models(cls, of: Recommender) -> Recommender:
        if not (isinstance(of, ModelBased) and of.has_models):
            raise ValueError(
                f"{type(of).__name__} fits no model that could say what a cheap level tells; use "
                "bayes_opt_loop, or a committee that begins with one, and put `interleaved` around cost_aware"
            )
        return of

    def check(self, space: DesignSpace) -> None:
        """Refuse a space that `of` cannot search, or to whose fidelity the costs do not fit."""
        super().check(space)
        fidelity_levels(space, self.costs)

    def propose(self, request: Request) -> Proposal | None:
        """Return the proposal of `of`, with a level for each of its points."""
        proposal, levels = proposal_of(self.of, request), self._free_levels(request)
        return proposal if proposal is None or levels is None else _Levelled(proposal, levels, request)

    def space_filling(self, request: Request, n: int) -> Tensor:
        """Return the points of a Sobol sequence, each at its levels before the next one follows."""
        levels = self._free_levels(request)
        if levels is None:
            return super().space_filling(request, n)
        numbers, places = levels.shares(request.n_asked, n)
        return request.filled(levels.at(request.sobol(numbers.tolist()), places, request), n)

    def _free_levels(self, request: Request) -> FidelityLevels | None:
        """Return the levels among which there is a choice; None where the caller pinned the fidelity."""
        levels = fidelity_levels(request.space, self.costs)
        return None if levels.name in request.fixed else levels


@dataclass(frozen=True)
class _Levelled(Around[Proposal]):
    """A proposal whose points are moved to other levels."""

    levels: FidelityLevels
    request: Request

    def choose(self, n: int) -> Tensor:
        models = self.models
        assert models is not None  # `of` is model-based
        return self.levels.most_informative(self.proposal.choose(n), models, self.request)
