"""Nested expectations `J(x) = f(E_w[g_w(x)])` of given functions, and loops of steps over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.optim import Optimizer

from hebo.abilities import Inner, NestedExpectation, Outer
from hebo.descent.checks import check_count, check_inner
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.schedules import sample_size
from hebo.errors import DataError

SampleSizes = Callable[[int], int]
"""Step, from 1 -> number of samples."""


@dataclass(frozen=True)
class Nested:
    """A `NestedExpectation` of three functions.

    Attributes:
        draw: Number `n` of samples and a generator -> `n` samples, `n x ...`.
        inner: Points and samples -> the values `g_w(x)` of each restart and sample, `r x n x m`;
            differentiable.
        outer: `f`, `r x m -> r`; differentiable.
    """

    draw: Callable[[int, Generator], Tensor]
    inner: Callable[[Tensor, Tensor], Tensor]
    outer: Outer

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return the mean of `g_w` over `n` samples as a function of `x`, `r x m`.

        Raises:
            ConfigError: If `n` is below 1.
            DataError: If `draw` returns another number of samples.
        """
        check_count("Nested.sample", "n", n)
        w = self.draw(n, generator)
        if len(w) != n:
            raise DataError(f"draw returned {len(w)} samples and {n} were wanted; return `n x ...`")

        def inner(x: Tensor) -> Tensor:
            values = self.inner(x, w.to(x))
            if values.ndim < 3 or values.shape[:2] != (len(x), n):
                raise DataError(
                    f"inner returned the shape {tuple(values.shape)} for {len(x)} restarts and {n} "
                    "samples; it must return `r x n x m` values, whose mean over samples is taken here"
                )
            return values.mean(1)

        return inner


def descend(
    stepper: CompositionalOptimizer,
    problem: NestedExpectation,
    n_steps: int,
    *,
    generator: Generator,
    sample_sizes: SampleSizes = sample_size,
) -> int:
    """Make steps with fresh samples, one half of them for the gradient and one for the tracker.

    A stepper whose state was loaded goes on at its step, and with the state of the generator makes the same
    steps.

    Args:
        stepper: Holds the points, in place.
        problem: The objective.
        n_steps: How many steps.
        generator: Source of the samples.
        sample_sizes: `K_t`; each step draws `2 K_t`.

    Returns:
        How many samples were drawn.
    """
    n_drawn, first = 0, stepper.n_steps + 1
    for t in range(first, first + check_count("descend", "n_steps", n_steps)):
        n = sample_sizes(t)
        inner, tracked = problem.sample(n, generator), problem.sample(n, generator)
        stepper.step(inner, problem.outer, tracked)
        n_drawn += 2 * n
    return n_drawn


def descend_plug_in(
    optimizer: Optimizer,
    x: Tensor,
    problem: NestedExpectation,
    n_steps: int,
    *,
    generator: Generator,
    sample_sizes: SampleSizes,
    projection: Callable[[Tensor], Tensor] | None = None,
) -> int:
    """Make steps of any optimizer of torch along gradients of the plug-in estimate `f(mean of K_t samples)`.

    The estimate is biased where `f` is not linear, the more so the fewer samples.

    Args:
        optimizer: Moves `x`.
        x: The points, `r x d` or `r x q x d`, a leaf tensor that requires a gradient; in place.
        problem: The objective.
        n_steps: How many steps.
        generator: Source of the samples.
        sample_sizes: `K_t`, from step 1 of this call.
        projection: Applied to `x` after each step; None for all points, and for an optimizer that projects.
            On a set that is no box, one that rescales columns (Adam) needs the metric of its steps.

    Returns:
        How many samples were drawn.
    """
    n_drawn = 0
    for t in range(1, check_count("descend_plug_in", "n_steps", n_steps) + 1):
        n = sample_sizes(t)
        y = problem.sample(n, generator)(x)
        check_inner("descend_plug_in", y, x)
        optimizer.zero_grad()
        problem.outer(y).sum().backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        if projection is not None:
            with torch.no_grad():
                x.copy_(projection(x))
        n_drawn += n
    return n_drawn
