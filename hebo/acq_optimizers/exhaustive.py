"""Exhaustive search: every point of a finite domain is valued, block by block."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acq_optimizers.sorting import front_ranks
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError

BLOCK = 4096
"""Points valued at once."""


class Exhaustive(AcqOptimizer):
    """Evaluate the acquisition at every point of a finite domain and keep the best.

    The result is the exact maximum, or the exact Pareto front of several values. Points are valued one by
    one (no joint covariance) in blocks, and only the best are kept from block to block, so that memory does
    not grow with the domain beyond its list of points. Of a batch the first point is exact in this sense; the
    later ones are the best of `n_kept` under the belief in those before.

    Attributes:
        n_kept: How many points to return, or the whole Pareto front where that is larger.
        max_points: Largest domain that is searched; a guard against spaces that are finite in name only.
    """

    n_kept: int = Field(default=512, ge=1)
    max_points: int = Field(default=2_000_000, ge=1)

    def check(self, space: DesignSpace) -> None:
        """Refuse spaces with infinitely many points, or more than `max_points`.

        Raises:
            IncompatibleError: With their number.
        """
        count = space.cardinality
        if count is None or count > self.max_points:
            many = "infinitely many" if count is None else str(count)
            raise IncompatibleError(
                f"Exhaustive values every point, but the space has {many}, more than max_points = "
                f"{self.max_points}; use nsga2 or local_search, or give a table of candidates"
            )

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`; neither randomness nor a start matters.

        Raises:
            IncompatibleError: If the domain has more points than `max_points`.
        """
        every = domain.points(self.max_points)
        if every is None:
            raise IncompatibleError(
                f"Exhaustive cannot list a domain of more than max_points = {self.max_points} points; raise "
                "it, or use nsga2"
            )
        x, values = every[:0], None
        for block in torch.split(every, BLOCK):
            found = evaluate(acq, block)
            x = torch.cat([x, block])
            values = found if values is None else torch.cat([values, found])
            kept = best_rows(values, self.n_kept)
            x, values = x[kept], values[kept]
        return Candidates(x, torch.arange(0)) if values is None else rank(x, values, limit=self.n_kept)


def best_rows(values: Tensor, n: int) -> Tensor:
    """Return the numbers of the best rows of values (`k x m`), in their order.

    Of one value they are those with the largest, equal ones as they come. Of several they are the whole
    Pareto front, and if that has fewer than `n` rows, others by the best place that they take in the order of
    any value: of thousands of rows, sorting front after front would take longer than the model.
    """
    if len(values) <= n:
        return torch.arange(len(values))
    if values.shape[1] == 1:
        return values[:, 0].argsort(descending=True, stable=True)[:n].sort().values
    is_front = torch.as_tensor(front_ranks(values.cpu().numpy(), 1) == 0)
    places = values.argsort(dim=0, descending=True, stable=True).argsort(dim=0).amin(1)
    order = places.masked_fill(is_front, -1).argsort(stable=True)
    return order[: max(n, int(is_front.sum()))].sort().values
