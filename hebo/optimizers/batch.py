"""Rules for taking a batch from the candidates that an acquisition search found."""

from __future__ import annotations

from collections.abc import Callable

import torch
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, Candidates, Domain
from hebo.optimizers.distinct import distinct, fill

Predict = Callable[[Tensor], tuple[Tensor, Tensor]]
BuildAcq = Callable[[Model], AcqFunction]


@torch.no_grad()
def choose_from_front(
    candidates: Candidates, predict: Predict, seen: Tensor, n: int, domain: Domain, *, generator: Generator
) -> Tensor:
    """Choose `n` new points from the front (Cowen-Rivers et al., 2012.03826, section 4).

    Points are drawn from the front at random. For `n > 2` the first slot goes to the front's most uncertain
    point and the second to its highest mean. A front with too few new points is filled from the next ranks,
    then with new random points.

    Args:
        candidates: Result of the acquisition search.
        predict: Gives means and standard deviations at `k x 1 x d` points.
        seen: `s x d` evaluated and pending points.
        n: Batch size.
        domain: Where random points come from.
        generator: Source of every random choice.

    Returns:
        `n x d` points; distinct and new unless a finite domain is exhausted.
    """
    tie_break = torch.rand(len(candidates.x), generator=generator)
    order = torch.argsort(candidates.rank + tie_break)
    x = distinct(candidates.x[order], seen, domain)
    n_front = len(distinct(candidates.x[candidates.rank == 0], seen, domain))
    if n > 2 and n_front > 2:
        front = x[:n_front]
        means, deviations = predict(front.unsqueeze(-2))
        first = int(deviations.argmax())
        means[first] = -torch.inf
        second = int(means.argmax())
        rest = [index for index in range(len(x)) if index not in (first, second)]
        x = x[[first, second, *rest]]
    return fill(x, seen, n, domain, generator=generator)


@torch.no_grad()
def choose_by_belief(
    candidates: Candidates,
    model: Model,
    build: BuildAcq,
    seen: Tensor,
    n: int,
    domain: Domain,
    *,
    generator: Generator,
) -> Tensor:
    """Choose `n` new points one by one, believing the model's mean at those chosen already.

    After each choice the model is conditioned on its own prediction there, the acquisition is built anew,
    and the next point is drawn from the Pareto front of the candidates (Ginsbourger et al., 2010, the kriging
    believer, on a list of candidates). The batch spreads by itself: a chosen point takes the uncertainty of
    its surroundings with it.

    Args:
        candidates: Result of the acquisition search.
        model: Can be conditioned on further observations.
        build: Returns the acquisition under a model.
        seen: `s x d` evaluated and pending points.
        n: Batch size.
        domain: Where random points come from.
        generator: Source of every random choice.

    Returns:
        `n x d` points; distinct and new unless a finite domain is exhausted.
    """
    pool = distinct(candidates.x, seen, domain)
    chosen = pool[:0]
    while len(chosen) < n and len(pool):
        ranked = rank(pool, evaluate(build(model), pool))
        front = int((ranked.rank == 0).sum())
        point = ranked.x[int(torch.randint(front, (1,), generator=generator))].unsqueeze(0)
        chosen = torch.cat([chosen, point])
        pool = pool[(pool != point).any(1)]
        model = model.condition_on_observations(point, model.posterior(point).mean)
    return fill(chosen, seen, n, domain, generator=generator)
