"""Constraint weighting: any acquisition times the probability of feasibility.

Inside the library larger is better, so what is modeled of a constraint is its slack: minus its value, in
standard deviations of the values measured. It is scaled and not shifted, so that zero stays the boundary.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from botorch.models.model import Model
from torch import Tensor

from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction
from hebo.data import Data

# Deviations below this share of the largest value are rounding: such a constraint looks the same everywhere.
_MIN_SPREAD = 1e-9


def slacks(data: Data) -> Tensor:
    """Return minus the constraint values in standard deviations, `n x c`; >= 0 where fulfilled.

    NaN where a constraint was not measured. One that has shown a single value is divided by its size.
    """
    columns = [_slack(column) for column in data.constraints.unbind(-1)]
    return torch.stack(columns, dim=-1) if columns else data.constraints


def slack_data(data: Data) -> list[Data]:
    """Return one set of data per constraint, with its slack as the value.

    A point whose objective failed still tells about the constraints that were measured there.
    """
    free = data.without_constraints()
    return [free.with_y(slack.unsqueeze(-1)) for slack in slacks(data).unbind(-1)]


def slack_unit(values: Tensor) -> float:
    """Return the unit of slacks, given `n` values of a constraint: minus a slack times it is a value."""
    measured = values[torch.isfinite(values)]
    size = float(measured.abs().amax()) if len(measured) else 0.0
    if not size > 0:
        return 1.0
    spread = float((measured / size).std(correction=0))
    return size * spread if spread > _MIN_SPREAD else size


def toward_feasible(data: Data) -> Data:
    """Return the data with what is to be improved as the value.

    That is the objective. While no point is feasible it is minus the sum of all violations, in standard
    deviations: then there is nothing to improve on, and a region gathers where constraints are nearly met.
    """
    if not data.constraints.shape[1] or bool(data.feasible.any()):
        return data
    violation = -slacks(data).clamp_max(0.0).sum(-1, keepdim=True)
    return data.without_constraints().with_y(-violation)


def log_feasibility(models: Sequence[Model], x: Tensor) -> Tensor:
    """Log probability that all constraints hold, `b`, at `b x 1 x d` points.

    `sum_j log P[slack_j > 0]` for independent slacks; finite however unlikely.

    Args:
        models: One per constraint, fitted to `slack_data`.
        x: Where.
    """
    return torch.stack([marginals(model, x).log_pi(0.0) for model in models]).sum(0)


def times_feasibility(acq: AcqFunction, models: Sequence[Model]) -> AcqFunction:
    """Add the log probability that all constraints hold to every value of `acq`.

    For log expected improvement that is constrained EI (Gardner et al., 2014; Gelbart et al., 2014); for a
    bound in standardized units it is a penalty of about one standard deviation per factor e.

    Args:
        acq: Function to weight.
        models: See `log_feasibility`.
    """

    def weighted(x: Tensor) -> Tensor:
        values: Tensor = acq(x) + log_feasibility(models, x).unsqueeze(-1)
        return values

    return weighted


def indifferent(n_values: int) -> AcqFunction:
    """Return an acquisition to which all points are alike: weighted, it is the weight and nothing else."""

    def zeros(x: Tensor) -> Tensor:
        return x.new_zeros(len(x), n_values)

    return zeros


def _slack(values: Tensor) -> Tensor:
    measured = values[torch.isfinite(values)]
    size = measured.abs().amax() if len(measured) else values.new_zeros(())
    if not size > 0:
        return -values
    scaled = values / size  # first, for squares of huge values overflow
    spread = (measured / size).std(correction=0)
    return -scaled / spread if spread > _MIN_SPREAD else -scaled
