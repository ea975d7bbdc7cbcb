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


_DRAWS = 8
"""How often random points are drawn, in the end, to find some that are far enough from the others."""


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
    distance: int = 1,
    search: Callable[[Belief], Candidates] | None = None,
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
        distance: Fewest columns in which two points of the batch differ.
        search: Finds candidates under another belief, where none is far enough from those chosen.

    Returns:
        `n x d` points; distinct and new unless a finite domain is exhausted, and `distance` apart unless
        neither the search nor chance finds such points.
    """
    pool = distinct(candidates.x, seen, domain)
    chosen = pool[:0]
    while len(pool) and len(chosen) < n:
        is_whole = not len(chosen) and len(pool) == len(candidates.x)
        ranked = candidates if is_whole else rank(pool, evaluate(build(belief), pool))
        n_front = int((ranked.rank == 0).sum())
        point = ranked.x[int(torch.randint(n_front, (1,), generator=generator))]
        chosen = torch.cat([chosen, point.unsqueeze(0)])
        if len(chosen) == n:
            break
        belief = believe(belief, chosen[-1:])
        pool = _apart(pool, chosen[-1:], distance)
        if not len(pool) and search is not None:
            found = distinct(search(belief).x, torch.cat([seen, chosen]), domain)
            pool = _apart(found, chosen, distance)
    return fill(
        _scattered(chosen, seen, n, domain, distance, generator), seen, n, domain, generator=generator
    )


def _apart(x: Tensor, others: Tensor, distance: int) -> Tensor:
    """Return the rows of `x` that differ from each of the others in so many columns."""
    return x[((x.unsqueeze(1) != others).sum(-1) >= distance).all(1)]


def _scattered(
    chosen: Tensor, seen: Tensor, n: int, domain: Domain, distance: int, generator: Generator
) -> Tensor:
    """Add random points that are far enough from all others, if any are drawn; only where it matters."""
    for _ in range(_DRAWS if distance > 1 else 0):
        for point in distinct(domain.sample(max(2 * n, 16), generator=generator), seen, domain):
            if len(chosen) < n and len(_apart(point.unsqueeze(0), chosen, distance)):
                chosen = torch.cat([chosen, point.unsqueeze(0)])
        if len(chosen) == n:
            break
    return chosen
