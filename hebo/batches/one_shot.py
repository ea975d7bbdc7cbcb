"""One-shot optimization: a point and the solutions of the problems inside its value climb together."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import ONE_SHOT, Ability, OneShotAcq
from hebo.acq_optimizers.ascent import ascend
from hebo.base import AcqFunction, BatchProblem, BatchRule, FittedModels
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct, fill
from hebo.design_space.domains.joint import JointDomain
from hebo.errors import IncompatibleError


class OneShot(BatchRule):
    """Points of a one-shot acquisition, such as `one_shot_kg`, one by one.

    The search of the composition finds single points. The best of them, each with the inner solutions that
    are best for it among known points, are joint points of `1 + n_fantasies` points, and gradients move all
    of these at once (Balandat et al., 1910.06403). The point with the largest joint value is chosen, and the
    models are conditioned on their means there before the next one.

    Attributes:
        n_starts: Single points to start from.
        n_rounds: Most steps of gradient ascent.
    """

    example_around: ClassVar[dict[str, Any]] = {"acquisition": "one_shot_kg"}
    needs: ClassVar[frozenset[Ability]] = frozenset({ONE_SHOT})

    n_starts: int = Field(default=4, ge=1)
    n_rounds: int = Field(default=20, ge=1)

    def check(self, space: DesignSpace) -> None:
        """Refuse a space without a continuous number: nothing could move.

        Raises:
            IncompatibleError: With what to use.
        """
        discrete = [name for name, where in space.columns.items() if _all_in(where, space.discrete_dims)]
        if space.is_listed or len(discrete) == len(space.columns):
            raise IncompatibleError(
                f"OneShot moves points along continuous numbers, and of {discrete} none is one; use the "
                "acquisition knowledge_gradient, whose value is exact over a finite set, with `batch: {type: "
                "kriging_believer}`"
            )

    def choose(self, problem: BatchProblem, n: int, *, generator: Generator) -> Tensor:
        """See `hebo.base.BatchRule`."""
        models, chosen = problem.models, problem.seen[:0]
        while len(chosen) < n:
            taken = torch.cat([problem.seen, chosen])
            found = distinct(self._best_first(problem, models), taken, problem.domain)[:1]
            if not len(found):
                break
            chosen = torch.cat([chosen, found])
            if len(chosen) < n:
                models = problem.condition(models, found)
        return fill(chosen, problem.seen, n, problem.domain, generator=generator)

    def _best_first(self, problem: BatchProblem, models: FittedModels) -> Tensor:
        """Return the points that climbed, that of the largest joint value first, then the single ones."""
        acq = problem.acquisition(models)
        if not isinstance(acq, OneShotAcq):
            raise ONE_SHOT.missing(acq)
        single = problem.maximize(acq, problem.focus).x
        start = acq.augmented(single[: self.n_starts])
        domain = JointDomain(problem.focus.domain, start.shape[1])
        x = ascend(_of_joint(acq, domain), domain, start.flatten(1), n_rounds=self.n_rounds)
        with torch.no_grad():
            order = acq(domain.split(x))[:, 0].argsort(descending=True)
        return torch.cat([domain.split(x)[order, 0], single])


def _of_joint(acq: AcqFunction, domain: JointDomain) -> AcqFunction:
    return lambda x: acq(domain.split(x))[:, 0]


def _all_in(columns: slice, dims: frozenset[int]) -> bool:
    return all(column in dims for column in range(columns.start, columns.stop))
