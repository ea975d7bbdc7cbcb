"""Batches that begin point by point, and are then improved together where their joint value is known."""

from __future__ import annotations

from pydantic import Field, field_validator
from torch import Generator, Tensor

from hebo.abilities import JOINT_VALUES, Ability
from hebo.acquisitions.batch_improvement import QLogEI
from hebo.base import Acquisition, BatchProblem, BatchRule
from hebo.batches.joint import improved
from hebo.batches.kriging_believer import KrigingBeliever


class JointlyImproved(BatchRule):
    """The batch of `kriging_believer`, moved to where an acquisition of whole batches is largest.

    The acquisition of the composition finds the points one by one, and those of a single ask. It may have
    several values, as MACE has. What the points of a batch are worth together is said by `acquisition`, and
    the search looks for all of them at once, from the batch found so far; see `hebo.batches.joint`.

    The points stay those of `kriging_believer` where no such value is to be had: where there are several
    objectives, where predictions are not jointly normal, on tables of candidates, and where measured
    constraints or failures weigh on single points.

    Attributes:
        acquisition: Of batches.
    """

    acquisition: Acquisition = Field(default_factory=QLogEI)

    @property
    def needs_of_models(self) -> frozenset[Ability]:  # type: ignore[override]  # a class variable of others
        """What the acquisition of batches needs."""
        return self.acquisition.needs

    @field_validator("acquisition")
    @classmethod
    def _values_batches(cls, acquisition: Acquisition) -> Acquisition:
        if JOINT_VALUES not in acquisition.gives:
            raise ValueError(
                f"{type(acquisition).__name__} does not offer {JOINT_VALUES.name}; use an acquisition of "
                "batches (q_log_ei, q_log_nei, q_ei, q_pi, q_sr, q_ucb)"
            )
        return acquisition

    def choose(self, problem: BatchProblem, n: int, *, generator: Generator) -> Tensor:
        """See `hebo.base.BatchRule`."""
        greedy = KrigingBeliever().choose(problem, n, generator=generator)
        if n < 2 or not _has_joint_values(problem):
            return greedy
        acq = problem.weigh(problem.models, problem.unweighted(self.acquisition, problem.models))
        return improved(greedy, acq, problem)


def _has_joint_values(problem: BatchProblem) -> bool:
    models = problem.models
    is_weighted = bool(models.constraints) or models.success is not None
    return len(models.objectives) == 1 and not is_weighted and not problem.domain.is_listed
