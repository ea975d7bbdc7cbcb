"""Pareto fronts of posterior means: what acquisitions of several objectives improve on.

Notation: `b` points, `k` points of a front, `c` cells, `m` objectives; larger is better.
"""

from __future__ import annotations

import torch
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning
from botorch.utils.multi_objective.pareto import is_non_dominated
from torch import Tensor

from hebo.acquisitions.marginals import marginals
from hebo.base import FittedModels
from hebo.data import Data

MANY = 2**31
"""Stands for any number of objectives."""

_BELOW = 0.1
"""A reference point lies below the worst of the front by this share of its range."""


@torch.no_grad()
def mean_values(models: FittedModels, data: Data) -> Tensor:
    """Return the posterior means of all objectives at evaluated and believed points, `n x m`.

    With noise these are better guesses of the values than the observations, of which the luckiest would make
    the front. Points that are pending or chosen for the same batch count with the means that are believed.
    """
    x = torch.cat([data.x, models.pending.to(data.x)]) if len(models.pending) else data.x
    x = x.unsqueeze(-2)
    return torch.stack([marginals(model, x).mean for model in models.objectives], dim=-1)


def front_of(values: Tensor) -> Tensor:
    """Return the rows of `n x m` values that no other row dominates, each once, `k x m`."""
    return values[is_non_dominated(values)]


def near_reference(values: Tensor) -> Tensor:
    """Return a point a tenth of the range of the front below its least values, `m`; `values` are `n x m`.

    With it all of the front counts alike (Ishibuchi et al., 2018). Where all of the front agrees, a tenth of
    the range of all values.
    """
    front = front_of(values)
    width = front.amax(0) - front.amin(0)
    spread = values.amax(0) - values.amin(0)
    width = torch.where(width > 0, width, torch.where(spread > 0, spread, torch.ones_like(spread)))
    return front.amin(0) - _BELOW * width


def far_reference(values: Tensor) -> Tensor:
    """Return a point below the least of all `n x m` values, `m`: with it the ends of the front count most."""
    return torch.minimum(near_reference(values), values.amin(0))


def improvement_cells(front: Tensor, reference: Tensor) -> tuple[Tensor, Tensor]:
    """Return disjoint boxes, lower and upper corners `c x m`, that make up what the front does not dominate.

    All of it above the reference point (Lacour et al., 2017, as BoTorch computes it).
    """
    if len(reference) == 1:
        return front.amax(0, keepdim=True), torch.full_like(front[:1], torch.inf)
    cells = FastNondominatedPartitioning(ref_point=reference, Y=front).get_hypercell_bounds()
    lower, upper = cells
    return lower, upper
