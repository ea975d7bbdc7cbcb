"""Probability of feasibility: where measured constraints hold, whatever the objective."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Generator, Tensor

from hebo.acquisitions.constrained import log_feasibility
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError


class ProbabilityOfFeasibility(Acquisition):
    """Log probability that all measured constraints hold, `sum_j log Phi(mu_j / s_j)` of the slacks.

    It looks for feasible points and nothing else (Gardner et al., 2014), for problems where any feasible
    point will do. Most other acquisitions are weighted by the same probability, and while no point is
    feasible the weight alone decides, so that they need no help from it. Slacks are modeled as independent.
    """

    example_around: ClassVar[dict[str, Any]] = {"task": "pressure_vessel"}
    handles_constraints: ClassVar[bool] = True
    needs_constraints: ClassVar[bool] = True

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats.

        Raises:
            IncompatibleError: If no constraint is measured: every point would be as good as any other.
        """
        if not models.constraints:
            raise IncompatibleError(
                "ProbabilityOfFeasibility was told no measured constraint, so that all points have the "
                "probability 1; tell values of constraints (`tell(x, y, constraints=...)`, or `constraints` "
                "of the task), or use an acquisition of the objective, such as log_ei"
            )
        constraints = models.constraints

        def value(x: Tensor) -> Tensor:
            return log_feasibility(constraints, x).unsqueeze(-1)

        return value
