"""Constraint repair: projections onto linear constraints, then a search towards feasible points."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.design_space.domains.typed_points import TypedPoints
from hebo.design_space.rules.linear import LinearSystem

MAX_ROUNDS = 200
"""Most rounds of alternating projections."""

N_FRACTIONS = 16
"""Points looked at, at once, on the way from a point to a feasible one."""

N_REFINEMENTS = 4
"""Times that the gap before the first feasible of these is searched again."""


def repair(domain: TypedPoints, x: Tensor) -> Tensor:
    """Return feasible points near `x` (`n x d`, settled).

    First `repair_linear`; points that are still infeasible go along the line to the nearest of the
    domain's `anchors`, as far as needed (to within 2^-16 of the way).

    Raises:
        SpaceError: If the domain has no feasible point.
    """
    result = repair_linear(domain, x)
    bad = ~domain.constraints.satisfied(result)
    if bad.any():
        result[bad] = _towards_anchor(domain, result[bad])
    return result


def repair_linear(domain: TypedPoints, x: Tensor) -> Tensor:
    """Return points (`n x d`) moved towards satisfying the linear constraints.

    Alternating projections in natural units over all numeric columns, rounding, single steps of discrete
    columns while these lower the violation, and alternating projections over the continuous columns only.
    """
    system = domain.constraints.linear
    if not system.constraints:
        return x.clone()
    movable = (~domain.pinned[system.columns]).to(x.dtype)
    result = domain.settle(_alternate(system, x, movable))
    if not (movable * (1.0 - system.free)).any():
        return result
    for _ in range(2):
        result = domain.settle(_alternate(system, result, movable * system.free))
        bad = ~system.inside(result).all(1)
        if not bad.any():
            break
        result[bad] = domain.settle(_step_down(system, result[bad], movable))
    return result


def _alternate(system: LinearSystem, x: Tensor, movable: Tensor) -> Tensor:
    """Project onto the linear constraints and the bounds (Dykstra's algorithm, Boyle & Dykstra, 1986).

    Distances are measured in natural units divided by the range of each parameter. The limits are drawn in
    by half the forgiven noise, so that rounding does not undo the result.

    Args:
        system: The constraints, `m` over `k` parameters.
        x: Settled points, `n x d`.
        movable: `k`, 0 for parameters that must stay.
    """
    natural, span = system.natural(x), system.ends[1] - system.ends[0]
    unit = torch.where(span > 0, span, 1.0)
    sizes = (system.matrix.abs() * unit).amax(1)
    rows = system.coefficients(x) * unit / sizes[:, None]
    lengths = (rows.square() * movable).sum(2)
    margin = torch.minimum(system.slack, system.upper - system.lower) / 2
    lower, upper = (system.lower + margin) / sizes, (system.upper - margin) / sizes
    low, high = system.ends / unit
    start = values = natural / unit
    owed = torch.zeros(len(lower) + 1, *start.shape, dtype=x.dtype)
    for _ in range(MAX_ROUNDS):
        before = values
        for number in range(len(lower)):
            shifted = values + owed[number]
            sums = (rows[:, number] * shifted).sum(1)
            excess = sums - sums.clamp(lower[number], upper[number])
            factor = torch.where(lengths[:, number] > 0, excess / lengths[:, number], 0.0)
            values = shifted - factor.unsqueeze(1) * rows[:, number] * movable
            owed[number] = shifted - values
        shifted = values + owed[-1]
        values = torch.minimum(torch.maximum(shifted, low), high)
        owed[-1] = shifted - values
        if ((values - before).abs() <= 1e-12).all():
            break
    return system.with_natural(x, natural, torch.where(values == start, natural, values * unit))


def _step_down(system: LinearSystem, x: Tensor, movable: Tensor) -> Tensor:
    """Take single steps of discrete numbers, each time the one that lowers the violation most.

    The violation is the sum of the excesses in units of what is forgiven. A conditional parameter counts
    as it did at the start.
    """
    start, rows = system.natural(x), system.coefficients(x)
    values, scale = start, system.slack.clamp(min=torch.finfo(x.dtype).tiny)
    for _ in range(MAX_ROUNDS):
        options = torch.stack([values, *system.one_step(values, movable)])
        sums = (rows * values.unsqueeze(1)).sum(2)
        changes = rows * (options - values).unsqueeze(2)
        sums = sums.unsqueeze(2) + changes
        outside = sums - torch.minimum(torch.maximum(sums, system.lower[:, None]), system.upper[:, None])
        violation = (outside.abs() / scale[:, None]).sum(2)
        best, position = violation.permute(1, 0, 2).flatten(1).min(1)
        better = best < violation[0, :, 0] * (1 - 1e-9)
        if not better.any():
            break
        direction, column = position // values.shape[1], position % values.shape[1]
        everyone = torch.arange(len(values))
        chosen = values.clone()
        chosen[everyone, column] = options[direction, everyone, column]
        values = torch.where(better.unsqueeze(1), chosen, values)
    return system.with_natural(x, start, values)


def _towards_anchor(domain: TypedPoints, x: Tensor) -> Tensor:
    """Move each row of `x` (`n x d`) towards the nearest anchor until it is feasible.

    The first feasible of `N_FRACTIONS` equal steps is found, then the gap before it is searched in the same
    way, `N_REFINEMENTS` times. Categories stay as they are, unless only the anchor itself is feasible.
    """
    low, high = domain.bounds
    span = torch.where(high > low, high - low, 1.0)
    anchors = domain.anchors[torch.cdist(x / span, domain.anchors / span).argmin(1)]
    result, begin, width = anchors.clone(), torch.zeros(len(x), dtype=x.dtype), 1.0
    waiting = torch.ones(len(x), dtype=torch.bool)
    for _ in range(N_REFINEMENTS):
        width /= N_FRACTIONS
        fractions = begin[waiting].unsqueeze(1) + width * torch.arange(1, N_FRACTIONS + 1, dtype=x.dtype)
        moved = _between(domain, x[waiting], anchors[waiting], fractions)
        feasible = domain.constraints.satisfied(moved.flatten(0, 1)).reshape(fractions.shape)
        first, found = feasible.double().argmax(1), feasible.any(1)
        rows = waiting.nonzero()[:, 0][found]
        result[rows] = moved[found, first[found]]
        begin[rows] += width * first[found]
        waiting[waiting.clone()] = found
        if not waiting.any():
            break
    return result


def _between(domain: TypedPoints, x: Tensor, anchors: Tensor, fractions: Tensor) -> Tensor:
    """Return the settled points, `n x f x d`, at fractions (`n x f`) of the way from `x` to the anchors."""
    moved = x.unsqueeze(1) + fractions.unsqueeze(2) * (anchors - x).unsqueeze(1)
    unordered = list(domain.categorical_dims)
    moved[:, :, unordered] = x[:, None, unordered]
    return domain.settle(moved.flatten(0, 1)).reshape(moved.shape)
