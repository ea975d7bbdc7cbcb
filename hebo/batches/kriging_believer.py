"""Kriging-believer batches: points one by one, each conditioned on the model's means at those before."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, BatchProblem, BatchRule, Candidates
from hebo.design_space.domains.distinct import distinct, fill
from hebo.design_space.domains.domain import Domain

_DRAWS = 8
"""How often random points are drawn, in the end, to find some that are far enough from the others."""


class KrigingBeliever(BatchRule):
    """Each point is drawn at random from the Pareto front of the candidates (2012.03826, section 4).

    The models are then conditioned on their own means there and the acquisition built anew, so that the next
    front lies elsewhere: a chosen point takes the uncertainty of its surroundings with it (Ginsbourger et
    al., 2010). The candidates are those of one search, and of another one only where none is left that is far
    enough from the points chosen. The original HEBO draws the whole batch from the first front.

    Attributes:
        min_distance: Least number of columns in which two points of the batch differ: a Hamming distance, for
            batches of different designs. Points nearer than that are chosen where neither the search nor
            chance finds others.
    """

    min_distance: int = Field(default=1, ge=1)

    def choose(self, problem: BatchProblem, n: int, *, generator: Generator) -> Tensor:
        """See `hebo.base.BatchRule`."""
        seen, domain, models = problem.seen, problem.domain, problem.models
        candidates = problem.search(models)
        pool = distinct(candidates.x, seen, domain)
        chosen = pool[:0]
        while len(pool) and len(chosen) < n:
            is_whole = not len(chosen) and len(pool) == len(candidates.x)
            ranked = candidates if is_whole else _ranked(pool, problem.acquisition(models))
            n_front = int((ranked.rank == 0).sum())
            point = ranked.x[int(torch.randint(n_front, (1,), generator=generator))]
            chosen = torch.cat([chosen, point.unsqueeze(0)])
            if len(chosen) == n:
                break
            models = problem.condition(models, chosen[-1:])
            pool = _apart(pool, chosen[-1:], self.min_distance)
            if not len(pool) and self.min_distance > 1:
                found = distinct(problem.search(models).x, torch.cat([seen, chosen]), domain)
                pool = _apart(found, chosen, self.min_distance)
        if self.min_distance > 1:
            chosen = _scattered(chosen, seen, n, domain, self.min_distance, generator)
        return fill(chosen, seen, n, domain, generator=generator)


@torch.no_grad()
def _ranked(x: Tensor, acq: AcqFunction) -> Candidates:
    return rank(x, evaluate(acq, x))


def _apart(x: Tensor, others: Tensor, distance: int) -> Tensor:
    """Return the rows of `x` that differ from each of the others in so many columns."""
    return x[((x.unsqueeze(1) != others).sum(-1) >= distance).all(1)]


def _scattered(
    chosen: Tensor, seen: Tensor, n: int, domain: Domain, distance: int, generator: Generator
) -> Tensor:
    """Add random points that are far enough from all others, if any are drawn."""
    for _ in range(_DRAWS):
        for point in distinct(domain.sample(max(2 * n, 16), generator=generator), seen, domain):
            if len(chosen) < n and len(_apart(point.unsqueeze(0), chosen, distance)):
                chosen = torch.cat([chosen, point.unsqueeze(0)])
        if len(chosen) == n:
            break
    return chosen
