"""Random search of an acquisition: many random points, ranked."""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain


class RandomSubset(AcqOptimizer):
    """Evaluate the acquisition at random feasible points and keep the best.

    Attributes:
        n_points: How many to draw.
        n_keep: How many to rank and return.
    """

    n_points: int = Field(default=4096, ge=1)
    n_keep: int = Field(default=100, ge=1)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`."""
        x = domain.sample(self.n_points, generator=generator)
        if start is not None:
            x = torch.cat([domain.project(start), x])
        return rank(x, evaluate(acq, x), limit=self.n_keep)
