"""The methods that are compared: what makes a step, from which samples, and what is tuned of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import torch
from problems import Portfolio, Problem
from torch import Generator, Tensor
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR

from hebo.abilities import NestedExpectation
from hebo.descent.cadam import CADAM, AdamOnSchedules
from hebo.descent.compositional import CompositionalOptimizer
from hebo.descent.nasa import NASA
from hebo.descent.nested import descend, descend_plug_in
from hebo.descent.projections import Box, Projection
from hebo.descent.scgd import ASCGD, SCGD
from hebo.descent.schedules import sample_size
from hebo.random import make_generator

Sizes = Callable[[int], int]
Settings = Mapping[str, float]
LR = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


@dataclass(frozen=True)
class Method:
    """A row of the table.

    Attributes:
        make: Tensor, settings, projection, number of steps -> optimizer; compositional ones project.
        sizes: Samples of each step; a compositional step draws twice as many.
        grid: Settings that are tuned, by name.
        batch: Whether the objective is the plug-in CVaR of the batch.
        euclidean: Whether Adam is projected in the Euclidean metric, as is often done, and not in that of
            its step.
    """

    make: Callable[[Tensor, Settings, Projection, int], Optimizer]
    sizes: Sizes
    grid: Mapping[str, tuple[float, ...]]
    batch: bool = False
    euclidean: bool = False

    def settings(self) -> Iterator[dict[str, float]]:
        """Yield all combinations of the grid."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))


def run(
    method: Method, problem: Problem, settings: Settings, n_samples: int, n_marks: int
) -> list[tuple[int, float]]:
    """Return samples drawn and gap, at the start and at `n_marks` places until `n_samples` are used up."""
    x = problem.start.clone()
    n_steps = _affordable(method, n_samples, per_step=2 if _is_compositional(method, x, settings) else 1)
    optimizer = method.make(x.requires_grad_(), settings, problem.projection, n_steps)
    generator = make_generator("samples", problem.seed)
    drawn, marks = 0, [(0, problem.gap(x.detach()))]
    for first, last in _pieces(n_steps, n_marks):
        drawn += _steps(method, optimizer, x, problem, generator, first, last - first)
        marks.append((drawn, problem.gap(x.detach())))
    return marks


def _steps(
    method: Method,
    optimizer: Optimizer,
    x: Tensor,
    problem: Problem,
    generator: Generator,
    first: int,
    n: int,
) -> int:
    if isinstance(optimizer, CompositionalOptimizer):
        return descend(optimizer, problem.nested(), n, generator=generator, sample_sizes=method.sizes)
    objective: NestedExpectation = problem.nested()
    if method.batch:
        assert isinstance(problem, Portfolio)
        objective = problem.batch()
    return descend_plug_in(
        optimizer,
        x,
        objective,
        n,
        generator=generator,
        sample_sizes=lambda t: method.sizes(first + t),
        projection=_projection(method, optimizer, x, problem),
    )


def _projection(
    method: Method, optimizer: Optimizer, x: Tensor, problem: Problem
) -> Callable[[Tensor], Tensor] | None:
    """Return the projection in the metric of Adam's step, None for an optimizer that projects by itself."""
    if isinstance(optimizer, AdamOnSchedules):
        return None
    if method.euclidean:
        return problem.projection
    return lambda z: problem.projection(z, 1.0 / (optimizer.state[x]["exp_avg_sq"].sqrt() + 1e-8))


def _is_compositional(method: Method, x: Tensor, settings: Settings) -> bool:
    return isinstance(method.make(x, settings, Box(-torch.inf, torch.inf), 1), CompositionalOptimizer)


def _affordable(method: Method, n_samples: int, per_step: int) -> int:
    n_steps, drawn = 0, 0
    while drawn + per_step * method.sizes(n_steps + 1) <= n_samples:
        n_steps += 1
        drawn += per_step * method.sizes(n_steps)
    return n_steps


def _pieces(n_steps: int, n_marks: int) -> Iterator[tuple[int, int]]:
    ends = sorted({round(n_steps * mark / n_marks) for mark in range(n_marks + 1)})
    yield from pairwise(ends)


def _adam(x: Tensor, settings: Settings, projection: Projection, n_steps: int) -> Optimizer:
    return Adam([x], lr=settings["lr"])


def _adam_cosine(x: Tensor, settings: Settings, projection: Projection, n_steps: int) -> Optimizer:
    optimizer = Adam([x], lr=settings["lr"])
    scheduler = CosineAnnealingLR(optimizer, T_max=n_steps)
    optimizer.register_step_post_hook(lambda *_: scheduler.step())
    return optimizer


def _scheduled(x: Tensor, settings: Settings, projection: Projection, n_steps: int) -> Optimizer:
    return AdamOnSchedules([x], lr=settings["lr"], projection=projection)


def _stepper(stepper: Any) -> Callable[[Tensor, Settings, Projection, int], Optimizer]:
    return lambda x, settings, projection, n_steps: stepper([x], **settings, projection=projection)


def same(n: int) -> Sizes:
    """Return the schedule that draws `n` samples at every step."""
    return lambda t: n


STEPS = {"lr": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)}
INVERSE = {"beta": (3.0, 10.0, 30.0, 100.0, 300.0)}


def _tracked(beta: tuple[float, ...], n: int, n_many: int) -> dict[str, Method]:
    """Return the compositional methods; `beta` are the tracker weights that are tried with C-ADAM."""
    grid = {"lr": (0.01, 0.03, 0.1, 0.3), "beta": beta}
    sizes = {f"K = {n}": same(n), f"K = {n_many}": same(n_many), "K = t^4/5": sample_size}
    return {
        f"SCGD, K = {n}": Method(_stepper(SCGD), same(n), STEPS),
        f"ASCGD, K = {n}": Method(_stepper(ASCGD), same(n), STEPS),
        f"NASA, K = {n}": Method(_stepper(NASA), same(n), INVERSE),
        **{f"C-ADAM, {label}": Method(_stepper(CADAM), size, grid) for label, size in sizes.items()},
    }


def _plug_in(*sizes: int) -> dict[str, Method]:
    """Return Adam with constant and falling steps, and on C-ADAM's schedules, for each sample size."""
    kinds = {"Adam": _adam, "Adam, cosine": _adam_cosine, "Adam on schedules": _scheduled}
    by_label = {f"K = {n}": same(n) for n in sizes} | {"K = t^4/5": sample_size}
    return {
        f"{kind}, {label}": Method(make, size, {"lr": LR})
        for kind, make in kinds.items()
        for label, size in by_label.items()
    }


METHODS: dict[str, dict[str, Method]] = {
    "portfolio": {
        **_plug_in(16, 128),
        "Adam, cosine, Euclidean, K = 16": Method(_adam_cosine, same(16), {"lr": LR}, euclidean=True),
        **{
            f"batch CVaR, K = {n}": Method(_adam_cosine, same(n), {"lr": LR}, batch=True)
            for n in (20, 100, 400)
        },
        **_tracked((0.1,), 16, 128),  # its outer function is linear: the tracker makes no difference
    },
    "log_partition": {**_plug_in(4, 32, 256), **_tracked((0.03, 0.1, 0.3, 0.6, 0.9), 4, 32)},
}
