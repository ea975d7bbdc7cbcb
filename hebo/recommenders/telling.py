"""Most telling observations: where to evaluate, to learn the risk measure of a design that was chosen.

An acquisition over a risk measure says which design is worth a look; the value of the design itself says
little about how it fares in other variants. The evaluation takes place where it takes away most of the
variance of the measure (Janusevskis and Le Riche, "Simultaneous kriging-based estimation and optimization of
mean response", 2013, choose design and variant in two steps as well).

Notation: `n` designs, `k` choices, `d` columns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from hebo.base import FittedModels
from hebo.design_space.domains.distinct import distinct
from hebo.recommenders.fitted_models import all_on_means
from hebo.recommenders.model_based import Around, Proposal
from hebo.request import Request
from hebo.surrogates.risk_model import RiskModel


@dataclass(frozen=True)
class Placed(Around[Proposal]):
    """A proposal whose designs are evaluated at other points.

    Attributes:
        request: The ask.
        place: Returns where designs are evaluated, under models.
    """

    request: Request
    place: Callable[[Tensor, FittedModels, Request], Tensor]

    def choose(self, n: int) -> Tensor:
        """Return `n` points to evaluate, `n x d`."""
        models = self.models
        assert models is not None  # the proposal is that of a loop
        return self.place(self.proposal.choose(n), models, self.request)


def most_telling(
    designs: Tensor,
    choices_of: Callable[[Tensor], Tensor],
    models: FittedModels,
    request: Request,
    *,
    fallback: int,
) -> Tensor:
    """Return for each design the choice that tells most about its measure, `n x d`.

    Of several objectives all count alike. What was chosen is conditioned on, at its means, for the next one.

    Args:
        designs: `n x d`.
        choices_of: From `d` to `k x d`, where a design may be evaluated.
        models: Whose objectives are risk models.
        request: Says which points are new, and where points lie.
        fallback: Place of the choice that is taken where no choice is new and feasible.
    """
    chosen = designs[:0]
    for design in designs:
        choices = choices_of(design)
        allowed = is_allowed(choices, request)
        place = fallback
        if bool(allowed.any()):
            place = int(_shares(design, choices, models).masked_fill(~allowed, -torch.inf).argmax())
        point = choices[[place]]
        chosen, request, models = (
            torch.cat([chosen, point]),
            request.after(point),
            all_on_means(models, point),
        )
    return chosen


def is_allowed(x: Tensor, request: Request) -> Tensor:
    """Say which points (`n x d`) lie in the domain of the ask and are new, `n` bool."""
    inside: Tensor = request.domain.contains(x)
    is_new = [bool(len(distinct(one, request.data.seen, request.space))) for one in x.unsqueeze(1)]
    return inside & torch.tensor(is_new, dtype=torch.bool)


def _shares(design: Tensor, choices: Tensor, models: FittedModels) -> Tensor:
    """Return what share of the variance of the measure each choice takes away, `k`."""
    shares = []
    for model in models.objectives:
        assert isinstance(model, RiskModel)  # as the surrogates of these loops fit it
        shares.append(model.explained(design.to(models.device), choices.to(models.device)).cpu())
    return torch.stack(shares).mean(0)
