"""Taking one or several points from the candidates that an acquisition search found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, Candidates, Domain
from hebo.optimizers.distinct import distinct, fill

Belief = TypeVar("Belief")
"""What is known: a model, or the models of objective and constraints."""


@torch.no_grad()
def choose_batch(
    candidates: Candidates,
    belief: Belief,
    build: Callable[[Belief], AcqFunction],
    believe: Callable[[Belief, Tensor], Belief],
    seen: Tensor,
    n: int,
    domain: Domain,
    *,
    generator: Generator,
) -> Tensor:
    """Choose `n` new points one by one, believing the model's mean at those chosen already.

    Each point is drawn at random from the Pareto front of the candidates (2012.03826, section 4). The model
    is then conditioned on its own prediction there and the acquisition built anew, so that the next front
    lies elsewhere: a chosen point takes the uncertainty of its surroundings with it (the kriging believer of
    Ginsbourger et al., 2010, on a list). HEBO draws the whole batch from the first front.

    Args:
        candidates: Result of the acquisition search, ranked under `belief`.
        belief: What is known.
        build: Returns the acquisition under a belief.
        believe: Returns a belief conditioned on its own mean at a point, `1 x d`.
        seen: `s x d` evaluated and pending points.
        n: Batch size.
        domain: Where random points come from if the candidates do not suffice.
        generator: Source of every random choice.

    Returns:
        `n x d` points; distinct and new unless a finite domain is exhausted.
    """
    pool = distinct(candidates.x, seen, domain)
    chosen = pool[:0]
    while len(pool) and len(chosen) < n:
        if len(chosen):
            belief = believe(belief, chosen[-1:])
        whole = len(pool) == len(candidates.x)
        ranked = candidates if whole else rank(pool, evaluate(build(belief), pool))
        n_front = int((ranked.rank == 0).sum())
        point = ranked.x[int(torch.randint(n_front, (1,), generator=generator))]
        chosen = torch.cat([chosen, point.unsqueeze(0)])
        pool = pool[(pool != point).any(1)]
    return fill(chosen, seen, n, domain, generator=generator)
