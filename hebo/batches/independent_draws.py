"""Batches of independent draws: each point maximizes a function of its own, drawn from the posterior."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import CROSS_COVARIANCE, DRAWN_FUNCTION, Ability
from hebo.acq_optimizers.ascent import ascend
from hebo.acq_optimizers.climbing import climb
from hebo.acq_optimizers.exchange import Moves
from hebo.acq_optimizers.ranking import evaluate
from hebo.acq_optimizers.screening import screen
from hebo.acquisitions.joint_draws import JointDraws
from hebo.base import AcqFunction, BatchProblem, BatchRule, Domain
from hebo.design_space.domains.distinct import distinct, fill

_ASCENT_ROUNDS = 5
_CLIMB_ROUNDS = 3


class IndependentDraws(BatchRule):
    """Thompson sampling in parallel: `n` functions are drawn at once, and each point maximizes one of them.

    The points differ as the beliefs about where the maximum is do, and none has to wait for another one
    (Hernandez-Lobato et al., 1706.01825; Kandasamy et al., 1705.09236). The draws are joint ones at
    `n_points` support points, spread over where the ask searches and close to the best points, in one matrix
    product for all draws; see `hebo.acquisitions.joint_draws`. From the best support point of each draw
    gradients and neighbors lead to its maximum. Of a finite domain that is no larger all points are support
    points, and the maxima are exact. Constraints and failures weigh on each draw as they do on the draw of
    `thompson`.

    A point that is the maximum of several draws is chosen once, and the others get their next best support
    points. The search of the composition has no part in it. The draw of a single point is another one than
    that of `thompson` with `kriging_believer`.

    Attributes:
        n_points: Support points. The joint posterior of so many is factorized.
    """

    example_around: ClassVar[dict[str, Any]] = {"acquisition": "thompson"}
    needs: ClassVar[frozenset[Ability]] = frozenset({DRAWN_FUNCTION})
    needs_of_models: ClassVar[frozenset[Ability]] = frozenset({CROSS_COVARIANCE})

    n_points: int = Field(default=1024, ge=2)

    def choose(self, problem: BatchProblem, n: int, *, generator: Generator) -> Tensor:
        """See `hebo.base.BatchRule`."""
        models, seen, focus = problem.models, problem.seen, problem.focus
        pool = self._pool(focus.domain, focus.start, generator)
        draws = JointDraws(models.objective, pool.to(models.device), n, generator=generator)
        acq = problem.weigh(models, lambda x: draws(x.squeeze(-2)))
        values = evaluate(acq, pool)
        x = pool[values.argmax(0)]
        if not focus.domain.is_listed:
            x = _refined(acq, focus.domain, x, pool, generator)
        chosen = _all_different(x, pool, values, seen, problem.domain)
        return fill(chosen, seen, n, problem.domain, generator=generator)

    def _pool(self, domain: Domain, start: Tensor, generator: Generator) -> Tensor:
        """Return the support, `m x d`: the whole domain where it is small."""
        every = domain.points(self.n_points)
        if every is not None:
            return every
        drawn = screen(domain, self.n_points, generator=generator, start=start)
        different: Tensor = torch.unique(drawn, dim=0)
        return different


def _refined(acq: AcqFunction, domain: Domain, x: Tensor, pool: Tensor, generator: Generator) -> Tensor:
    """Return points that are better where row `i` of `x` (`n x d`) is valued by draw `i`, none worse."""

    def own(points: Tensor) -> Tensor:
        return acq(points.unsqueeze(-2)).diagonal()

    def of_owner(points: Tensor, owners: Tensor) -> Tensor:
        return evaluate(acq, points).gather(1, owners.unsqueeze(1))[:, 0]

    x = ascend(own, domain, x, n_rounds=_ASCENT_ROUNDS)
    moves = Moves(domain, pool)
    if not moves:
        return x
    climbed, _ = climb(of_owner, moves, x, n_rounds=_CLIMB_ROUNDS, generator=generator)
    return climbed


def _all_different(x: Tensor, pool: Tensor, values: Tensor, seen: Tensor, domain: Domain) -> Tensor:
    """Return the new points of `x` (`n x d`), then one of the pool for each draw whose point is not new.

    Args:
        x: The maximum of each draw.
        pool: `m x d` support points.
        values: `m x n`, of each draw at these.
        seen: `s x d` points not to be chosen again.
        domain: Says which points are equal.
    """
    chosen = distinct(x, seen, domain)
    if len(chosen) == len(x):
        return chosen
    keys = domain.keys(x)
    is_kept = (keys.unsqueeze(1) == domain.keys(chosen)).all(-1)
    first = is_kept.int().argmax(0)
    left = sorted(set(range(len(x))) - set(first.tolist()))
    for draw in left:
        best = pool[values[:, draw].argsort(descending=True)]
        chosen = torch.cat([chosen, distinct(best, torch.cat([seen, chosen]), domain)[:1]])
    return chosen
