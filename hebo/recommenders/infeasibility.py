"""Infeasibility: whether any point of a domain keeps the measured constraints as far as their models know."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acquisitions.constrained import slack_data
from hebo.base import AcqOptimizer, Acquisition, FittedModels, Surrogate
from hebo.data import Data
from hebo.request import Request

N_STARTS = 10
"""Evaluated points that the search starts from."""


def declared_infeasible(
    surrogate: Surrogate, acquisition: Acquisition, search: AcqOptimizer, data: Data, request: Request
) -> bool | None:
    """Say whether the optimistic slack of an acquisition is below zero in the whole domain.

    Args:
        surrogate: Models each constraint.
        acquisition: Says what is optimistic.
        search: That of the composition; NSGA-II takes its place where it looks into acquisitions.
        data: What is known, with measured constraints, on the device of the models.
        request: Says where, and draws.

    Returns:
        None if the acquisition makes no such statement, or too little has succeeded.
    """
    if bool(data.feasible.any()):
        return False
    slacks = [one.train() for one in slack_data(data)]
    if min(len(one.x) for one in slacks) < 2:
        return None
    fitted = (surrogate.fit(one, request.space, generator=request.generator) for one in slacks)
    models = FittedModels((), tuple(fitted), device=data.x.device)
    bound = acquisition.optimistic_slack(models, data.successes())
    if bound is None:
        return None

    def slack(x: Tensor) -> Tensor:
        return bound(x.to(models.device)).to(x.device)

    told = request.domain.project(data.x.cpu())
    start = rank(told, evaluate(slack, told)).x[:N_STARTS]
    found = (NSGA2() if search.needs else search).maximize(
        slack, request.domain, generator=request.generator, start=start
    )
    return not bool((evaluate(slack, torch.cat([start, found.x])) >= 0).any())
