"""Joint batches: all points at once, as the maximum of an acquisition of several points together.

Notation: `q` points of `d` columns; a search sees them as one joint point of `q d` columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Generator, Tensor

from hebo.abilities import JOINT_VALUES, Ability, Inner, NestedExpectation
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqFunction, BatchProblem, BatchRule, Focus
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct
from hebo.design_space.domains.joint import JointDomain
from hebo.errors import IncompatibleError

_AT_ONCE = 4096
"""Points, of all batches together, that the acquisition values in one call."""


class JointBatch(BatchRule):
    """The batch that maximizes an acquisition of batches, such as `q_log_ei` (Ginsbourger et al., 2010).

    Points that are chosen one by one are never moved again when the next ones are known. Here the search of
    the composition looks for all of them together: any search, in the product of as many copies of the
    domain as there are points, with gradients where it has any. It starts from the batch of
    `kriging_believer`, which is taken if nothing better is found. Of the batches found, the best one whose
    points are all new and different is chosen. A single point is that of `kriging_believer`.
    """

    example_around: ClassVar[dict[str, Any]] = {"acquisition": "q_log_ei"}
    needs: ClassVar[frozenset[Ability]] = frozenset({JOINT_VALUES})

    def check(self, space: DesignSpace) -> None:
        """Refuse a table of candidates, whose batches are too many to value each.

        Raises:
            IncompatibleError: With what to use.
        """
        if space.is_listed:
            raise IncompatibleError(
                f"JointBatch would have to choose among all batches of {space.cardinality} candidates, and a "
                "table is searched exactly; write `batch: {type: kriging_believer}`"
            )

    def choose(self, problem: BatchProblem, n: int, *, generator: Generator) -> Tensor:
        """See `hebo.base.BatchRule`."""
        greedy = KrigingBeliever().choose(problem, n, generator=generator)
        if n < 2:
            return greedy
        return improved(greedy, problem.acquisition(problem.models), problem)


def improved(batch: Tensor, acq: AcqFunction, problem: BatchProblem) -> Tensor:
    """Return the best batch of new points that the search finds from a batch, `n x d`, or that one.

    Args:
        batch: Where the search starts.
        acq: Values batches, `b x n x d`.
        problem: Has the search, its domain, and the points not to be chosen.
    """
    domain, start = JointDomain(problem.focus.domain, len(batch)), batch.reshape(1, -1)
    joint = of_batches(acq, domain)
    x = torch.cat([problem.maximize(joint, Focus(domain, start)).x, start])
    batches = domain.split(rank(x, evaluate(joint, x)).x)
    return next(_all_new(batches, problem), batch)


def _all_new(batches: Tensor, problem: BatchProblem) -> Iterator[Tensor]:
    """Yield those batches of which no point was seen or is repeated."""
    for batch in batches:
        if len(distinct(batch, problem.seen, problem.domain)) == len(batch):
            yield batch


def of_batches(acq: AcqFunction, domain: JointDomain) -> AcqFunction:
    """Return an acquisition of batches as a function of joint points, `b x 1 x q d`.

    It is a nested expectation where the acquisition is one.
    """
    if isinstance(acq, NestedExpectation):
        return _NestedOfJoint(acq, domain, acq)
    return _OfJoint(acq, domain)


@dataclass(frozen=True)
class _OfJoint:
    """Values of batches that are given as joint points."""

    acq: AcqFunction
    domain: JointDomain

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`, at `b x 1 x q d` points, in bounded memory."""
        points = self.domain.split(x)
        parts = torch.split(points, max(1, _AT_ONCE // points.shape[1]))
        return torch.cat([self.acq(part) for part in parts])


@dataclass(frozen=True)
class _NestedOfJoint(_OfJoint):
    """The same of a nested expectation; see `hebo.abilities.NestedExpectation`."""

    nested: NestedExpectation

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return the inner function of joint points."""
        inner = self.nested.sample(n, generator)
        return lambda x: inner(self.domain.split(x))

    def outer(self, y: Tensor) -> Tensor:
        """Return the outer function, `r`."""
        return self.nested.outer(y)
