"""Offspring: only children of points worth starting from are looked at."""

from __future__ import annotations

import numpy as np
import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, AcqOptimizer, Candidates, Domain
from hebo.rows import new_rows
from mcbo.acq_optimizers.genetic import Family
from mcbo.acq_optimizers.moves import RandomMoves


class Offspring(AcqOptimizer):
    """The best of many children of the points to start from, by crossover and mutation, as they are born.

    The children are those of `genetic`, and nothing climbs from them: a model that ranks relatives of
    good points well may be wrong about points far from all that is known, where a search for the maximum of
    an acquisition ends. It is the preselection of evolutionary algorithms with a surrogate (Jin, 2011,
    doi:10.1016/j.swevo.2011.05.001). Starting points are parents, the best first; the region `population`
    gives some.

    Attributes:
        n_children: How many are born; the fewer, the less the model decides.
        n_kept: Most points returned; of those with one rank all are.
    """

    n_children: int = Field(default=200, ge=1)
    n_kept: int = Field(default=256, ge=1)

    def maximize(
        self, acq: AcqFunction, domain: Domain, *, generator: Generator, start: Tensor | None = None
    ) -> Candidates:
        """See `hebo.base.AcqOptimizer`; without a point to start from, parents are random.

        A single parent, which is what other regions give, has mutants for children.
        """
        if start is None or not len(start):
            start = domain.sample(self.n_children, generator=generator)
        x = self._children(domain.project(start), domain, generator)
        return rank(x, evaluate(acq, x), limit=self.n_kept)

    def _children(self, parents: Tensor, domain: Domain, generator: Generator) -> Tensor:
        """Return distinct children of parents (`k x d`, best first), none of them a parent if others are."""
        family = Family(domain, RandomMoves(domain, generator=generator), generator=generator)
        x, ranks, alike = parents.numpy(), np.arange(len(parents)), np.ones(len(parents))
        broods = [family.children(x, ranks, alike) for _ in range(-(-self.n_children // len(x)))]
        born = torch.cat(broods)
        is_new = new_rows(born.numpy(), x)
        return born[torch.from_numpy(is_new)][: self.n_children] if len(is_new) else born[:1]
