"""Distinct good points: the best ones under a model that are not next to one another.

Of one objective they are maxima of the predicted value, each at a distance from those before it; of several
ones they are spread over the predicted Pareto front. Both are found among many random points, which move by
random steps as long as they get better.

Notation: `n` points, `d` columns, `m` objectives.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from botorch.utils.multi_objective.pareto import is_non_dominated
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.domain import Domain
from hebo.errors import DataError

MIN_DISTANCE = 0.1
"""Between two of the points: the mean over the parameters of how far they are apart, in shares of ranges."""

N_POOL, N_BEST, N_ROUNDS, N_STEPS = 2048, 16, 12, 16
_MAX_FRONT = 64
_TRADE_OFF = 0.02
"""Least share of a loss in one objective that a gain in another one has to be, both in ranges."""

Scores = Callable[[Tensor], Tensor]
"""From `n x d` points to what is to be large: `n` for one objective, `n x m` in like units for several."""


class Distance:
    """How far points are apart, between 0 and 1.

    It is the mean over the parameters that vary: differences of numbers in shares of their ranges, 1 for
    other categories; the mean over its columns of a sequence, and of a permutation.

    Args:
        space: The parameters.
        domain: What is fixed in it does not count.
    """

    def __init__(self, space: DesignSpace, domain: Domain) -> None:
        low, high = domain.bounds
        self._range = (high - low).clamp_min(1e-300)
        self._nominal = torch.zeros(len(low), dtype=torch.bool)
        self._nominal[list(space.categorical_dims)] = True
        self._weights = torch.zeros_like(low)
        free = [span for span in space.columns.values() if bool((high[span] > low[span]).any())]
        for span in free:
            self._weights[span] = 1.0 / ((span.stop - span.start) * len(free))

    def between(self, a: Tensor, b: Tensor) -> Tensor:
        """Return the distances, `n x k`, of `n x d` and `k x d` points."""
        apart = (a.unsqueeze(1) - b.unsqueeze(0)).abs()
        return torch.where(self._nominal, (apart > 0).to(a), apart / self._range) @ self._weights


def distinct_best(
    scores: Scores,
    first: Tensor,
    n: int,
    domain: Domain,
    distance: Distance,
    *,
    start: Tensor,
    generator: Generator,
) -> Tensor:
    """Return `n` points, `n x d`: the first ones, and the best ones that are far enough from those before.

    Args:
        scores: What is to be large, `n`.
        first: `k x d`.
        n: How many.
        domain: Where they lie.
        distance: How far they are apart.
        start: `k x d` points that come into question, such as those evaluated.
        generator: Source of random points and steps.

    Raises:
        DataError: If there are not so many points.
    """
    pool = torch.cat([start, domain.sample(N_POOL, generator=generator)])
    values = scores(pool)
    chosen = first
    while len(chosen) < n:
        free = distance.between(pool, chosen).amin(1) >= MIN_DISTANCE
        if not bool(free.any()):
            raise DataError(
                f"{n} points were asked for, and only {len(chosen)} were found that are far enough from one "
                f"another (a mean distance of {MIN_DISTANCE:g} of the ranges); ask for {len(chosen)}"
            )
        best = values.masked_fill(~free, -torch.inf).topk(min(N_BEST, int(free.sum()))).indices
        climbed = _climbed(scores, pool[best], values[best], domain, distance, chosen, generator)
        chosen = torch.cat([chosen, climbed.unsqueeze(0)])
    return chosen


def _climbed(
    scores: Scores,
    x: Tensor,
    values: Tensor,
    domain: Domain,
    distance: Distance,
    chosen: Tensor,
    generator: Generator,
) -> Tensor:
    """Return the best point, `d`, that random steps from `k x d` points lead to, away from those chosen."""
    for round_ in range(N_ROUNDS):
        stepped = steps(x, domain, 0.2 * 0.6**round_, generator)
        allowed = (distance.between(stepped, chosen).amin(1) >= MIN_DISTANCE) & domain.contains(stepped)
        if not bool(allowed.any()):
            continue
        x, values = torch.cat([x, stepped[allowed]]), torch.cat([values, scores(stepped[allowed])])
        kept = values.topk(min(N_BEST, len(values))).indices
        x, values = x[kept], values[kept]
    return x[values.argmax()]


def steps(x: Tensor, domain: Domain, size: float, generator: Generator) -> Tensor:
    """Return points near `k x d` ones, changed in some columns: by a share of the range, or altogether."""
    low, high = domain.bounds
    near = x.repeat_interleave(N_STEPS, 0)
    moved = near + size * (high - low) * torch.randn(near.shape, generator=generator, dtype=near.dtype)
    other = domain.sample(len(near), generator=generator, method="random")
    nominal = list(domain.categorical_dims)
    moved[:, nominal] = other[:, nominal]
    is_changed = torch.rand(near.shape, generator=generator) < max(0.3, 1.0 / near.shape[1])
    is_changed[:, nominal] &= torch.rand(len(near), len(nominal), generator=generator) < 0.5
    return domain.project(torch.where(is_changed, moved, near))


def spread_front(scores: Scores, n: int, domain: Domain, *, start: Tensor, generator: Generator) -> Tensor:
    """Return at most `n` points, `k x d`, whose predicted values are spread over the predicted Pareto front.

    The first ones are the best in each objective; each further one is farthest from those before it, in
    shares of the ranges of the front. Where objectives do not conflict the front is a single point.
    """
    x = torch.cat([start, domain.sample(N_POOL, generator=generator)])
    x, values = _front(x, _worthwhile(scores(x)), _MAX_FRONT)
    for round_ in range(N_ROUNDS):
        stepped = steps(x, domain, 0.2 * 0.7**round_, generator)
        both = torch.cat([values, _worthwhile(scores(stepped))])
        x, values = _front(torch.cat([x, stepped]), both, _MAX_FRONT)
    return x[_farthest(values, min(n, len(x)))]


def _worthwhile(values: Tensor) -> Tensor:
    """Return values (`n x m`) such that a point is dominated if all that it gains is next to nothing.

    A small share of all values is added to each (Geoffrion's proper efficiency with bounded trade-offs).
    """
    return values + _TRADE_OFF * values.sum(-1, keepdim=True)


def _front(x: Tensor, values: Tensor, limit: int) -> tuple[Tensor, Tensor]:
    """Return the points that no other one dominates, each once, at most `limit` that are spread."""
    keep = is_non_dominated(values, deduplicate=True)
    x, values = x[keep], values[keep]
    if len(x) > limit:
        kept = _farthest(values, limit)
        x, values = x[kept], values[kept]
    return x, values


def _farthest(values: Tensor, n: int) -> Tensor:
    """Return the places of `n` values (`k x m`) that are far from one another, the best in each first."""
    low, high = values.amin(0), values.amax(0)
    scaled = (values - low) / (high - low).clamp_min(1e-300)
    chosen = list(dict.fromkeys(scaled.argmax(0).tolist()))[:n]
    while len(chosen) < n:
        apart = torch.cdist(scaled, scaled[chosen]).amin(1)
        apart[chosen] = -1.0
        chosen.append(int(apart.argmax()))
    return torch.tensor(chosen)
