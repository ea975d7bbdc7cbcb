"""Hit-and-run random walks inside a constrained set, for sampling where rejection finds too little."""

from __future__ import annotations

import torch
from torch import Generator, Tensor

from hebo.design_space.domains.typed_points import TypedPoints

MAX_SHRINKS = 24
"""Most times a step is shortened before the point stays where it is."""

MAX_BLENDED = 16
"""Most feasible points that are averaged into the start of a walk."""

MAX_ROUNDS = 100
"""Most rounds of a walk; short of that it is 16 and 6 per free parameter."""

MAX_EXCHANGES = 8
"""Most exchanges in one round."""

MAX_DOUBLINGS = 6
"""An exchange moves by `2^0` to `2^5` steps."""


def walk(domain: TypedPoints, x: Tensor, *, generator: Generator) -> Tensor:
    """Move feasible points (`n x d`) about inside their set, independently of one another.

    Rounds of three moves, each of which leaves the uniform distribution on the set unchanged:
    *hit and run* (Smith, 1984) in the continuous columns, a uniform step along a random line, shortened
    towards the start until it is feasible (the shrinking of slice sampling, Neal, 2003); a *redraw* of all
    columns of one random parameter, kept if feasible; and an *exchange* between two discrete numbers of a
    linear constraint, some steps up in one and as many down or up in the other, kept if feasible.

    Returns:
        Feasible points, `n x d`.
    """
    spans = [span for span in domain.layout.columns.values() if not domain.pinned[span].all()]
    if not spans or not len(x):
        return x
    for _ in range(min(16 + 6 * len(spans), MAX_ROUNDS)):
        x = _hit_and_run(domain, x, generator)
        span = spans[int(torch.randint(len(spans), (), generator=generator))]
        x = _redraw(domain, x, span, generator)
        for _ in range(min(len(domain.constraints.linear.parameters), MAX_EXCHANGES)):
            x = _exchange(domain, x, generator)
    return x


def blend(domain: TypedPoints, starts: Tensor, n: int, *, generator: Generator) -> Tensor:
    """Return `n` feasible points inside the hull of feasible `starts` (`s x d`), to begin walks from.

    Repaired points lie on the boundary, often in corners that a walk takes long to leave. Each result is an
    average of as many random starts as there are columns (and one more, at most `MAX_BLENDED`), with weights
    uniform on the simplex, in the continuous columns; the others, and all where the average is infeasible,
    are those of a single start.
    """
    count = min(domain.layout.n_dims + 1, MAX_BLENDED)
    order = torch.cat([torch.randperm(len(starts), generator=generator) for _ in range(-(-n // len(starts)))])
    first = starts[order[:n]]
    others = starts[torch.randint(len(starts), (n, count - 1), generator=generator)]
    weights = -torch.rand(n, count, 1, dtype=starts.dtype, generator=generator).log()
    mean = (torch.cat([first.unsqueeze(1), others], 1) * weights).sum(1) / weights.sum(1)
    discrete = sorted(domain.discrete_dims)
    mean[:, discrete] = first[:, discrete]
    return _accept(domain, first, mean)


def _redraw(domain: TypedPoints, x: Tensor, span: slice, generator: Generator) -> Tensor:
    """Draw the columns of one parameter afresh where the result is feasible."""
    fresh = domain.draw(torch.rand(x.shape, dtype=x.dtype, generator=generator))
    moved = x.clone()
    moved[:, span] = fresh[:, span]
    return _accept(domain, x, moved)


def _exchange(domain: TypedPoints, x: Tensor, generator: Generator) -> Tensor:
    """Move two random discrete numbers by the same number of steps, where the result is feasible."""
    system = domain.constraints.linear
    pairs = zip(system.columns.tolist(), system.parameters, strict=True)
    grids = [
        (column, one.grid) for column, one in pairs if one.grid is not None and not domain.pinned[column]
    ]
    if len(grids) < 2:
        return x
    moved, inside = x.clone(), torch.ones(len(x), dtype=torch.bool)
    size = 2.0 ** torch.randint(MAX_DOUBLINGS, (len(x),), generator=generator)
    for choice in torch.randperm(len(grids), generator=generator)[:2].tolist():
        column, grid = grids[choice]
        sign = 2.0 * torch.randint(2, (len(x),), generator=generator) - 1.0
        k = grid.index(x[:, column]) + sign * size
        inside &= (k >= 0) & (k < grid.count)
        moved[:, column] = grid.point(k.clamp(min=0.0))
    return torch.where(inside.unsqueeze(1), _accept(domain, x, moved), x)


def _accept(domain: TypedPoints, x: Tensor, moved: Tensor) -> Tensor:
    """Return the settled moved points where they are feasible, the old ones elsewhere."""
    moved = domain.settle(moved)
    return torch.where(domain.constraints.satisfied(moved).unsqueeze(1), moved, x)


def _hit_and_run(domain: TypedPoints, x: Tensor, generator: Generator) -> Tensor:
    """Take one step along a random line through each point, in the continuous columns."""
    direction = _directions(domain, x, generator)
    near, far = _chord(domain, x, direction)
    result, waiting = x, torch.ones(len(x), dtype=torch.bool)
    for _ in range(MAX_SHRINKS):
        t = near + (far - near) * torch.rand(len(x), dtype=x.dtype, generator=generator)
        moved = domain.settle(x + t.unsqueeze(1) * direction)
        good = waiting & domain.constraints.satisfied(moved)
        result = torch.where(good.unsqueeze(1), moved, result)
        waiting &= ~good
        if not waiting.any():
            break
        near, far = torch.where(t < 0, t, near), torch.where(t < 0, far, t)
    return result


def _chord(domain: TypedPoints, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
    """Return how far each point may move, `n` and `n`: within the bounds and the linear constraints."""
    low, high = domain.bounds
    ends = torch.stack([(low - x) / direction, (high - x) / direction])
    moving = direction != 0
    near = torch.where(moving, ends.amin(0), -torch.inf).amax(1)
    far = torch.where(moving, ends.amax(0), torch.inf).amin(1)
    if domain.constraints.linear.constraints:
        nearer, farther = domain.constraints.linear.chord(x, direction)
        near, far = torch.maximum(near, nearer), torch.minimum(far, farther)
    return near.nan_to_num(neginf=0.0), far.nan_to_num(posinf=0.0)


def _directions(domain: TypedPoints, x: Tensor, generator: Generator) -> Tensor:
    """Return random directions (`n x d`) in the continuous columns, half of them along the constraints."""
    low, high = domain.bounds
    spread = high - low
    spread = torch.where(domain.pinned, 0.0, spread)
    spread[sorted(domain.discrete_dims)] = 0.0
    direction = torch.randn(x.shape, dtype=x.dtype, generator=generator) * spread
    system = domain.constraints.linear
    if not system.constraints:
        return direction
    along = torch.rand(len(x), generator=generator) < 0.5
    direction[along] = system.tangent(x[along], direction[along])
    return direction
