"""HEBO's rule for taking a batch from a Pareto front."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from hebo.base import Candidates, Domain
from hebo.optimizers.distinct import distinct, fill

Predict = Callable[[Tensor], tuple[Tensor, Tensor]]


@torch.no_grad()
def choose_batch(
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
