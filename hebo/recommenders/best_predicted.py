"""Best predicted point: the maximum of the posterior mean over a domain, for a recommendation."""

from __future__ import annotations

from typing import Any

import torch
from botorch.models.transforms.outcome import OutcomeTransform
from torch import Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acquisitions.marginals import marginals
from hebo.acquisitions.posterior_mean import feasibility, reliable_mean
from hebo.base import AcqFunction, AcqOptimizer, FittedModels
from hebo.data import Data
from hebo.request import Predicted, Request

N_STARTS = 10
"""Evaluated points that the search starts from."""


def best_predicted(
    search: AcqOptimizer,
    models: FittedModels,
    data: Data,
    transform: OutcomeTransform | None,
    request: Request,
) -> Predicted:
    """Return the point of the largest posterior mean where constraints are likely to hold.

    The search starts from the evaluated points, and its result is compared with all of them: what is
    recommended is never worse under the model than what was measured.

    Args:
        search: That of the composition.
        models: Fitted to what was told alone, not conditioned on pending points.
        data: As modeled, its points moved into the domain of the request.
        transform: From the units of `request.data.y` to those of the models; None where these are the same.
        request: Says where.
    """
    score = reliable_mean(models)
    told = data.successes().x.cpu()
    start = rank(told, evaluate(score, told)).x[:N_STARTS]
    found = _able(search, score).maximize(score, request.domain, generator=request.generator, start=start)
    x = torch.cat([start, found.x])
    return _predicted(rank(x, evaluate(score, x)).x[0], models, transform)


def _able(search: AcqOptimizer, score: AcqFunction) -> AcqOptimizer:
    """Return the search, or NSGA-II where it needs more of an acquisition than the mean offers."""
    return search if all(isinstance(score, one.protocol) for one in search.needs) else NSGA2()


@torch.no_grad()
def _predicted(x: Tensor, models: FittedModels, transform: OutcomeTransform | None) -> Predicted:
    """Return the prediction at a point (`d`); the ends of its interval are inverted, as transforms bend."""
    point: Any = x.reshape(1, 1, -1)
    there = marginals(models.objective, point.to(models.device))
    ends = torch.stack([there.mean, there.mean - there.sd, there.mean + there.sd]).cpu()
    told = ends if transform is None else transform.untransform(ends)[0]
    mean, low, high = told[:, 0].tolist()
    return Predicted(x, mean, low, high, float(feasibility(models, point)))
