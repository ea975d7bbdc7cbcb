"""Tests of `hebo.acq_optimizers.lbfgs`: precision, one call a round, and BoTorch's search as the measure."""

from __future__ import annotations

import pytest
import torch
from botorch.optim import optimize_acqf
from searches import CONSTRAINED, NUMERIC, beyond, bowl, rastrigin
from torch import Tensor

from hebo.acq_optimizers.lbfgs import LBFGS
from hebo.random import make_generator, seeded


def rosenbrock(x: Tensor) -> Tensor:
    """Largest, 0, at 1 in every column, at the end of a curved ridge."""
    head, tail = x[..., :-1], x[..., 1:]
    return -(100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(-1)


@pytest.mark.parametrize("function", [bowl, rosenbrock])
def test_a_smooth_maximum_is_reached_to_many_digits(function: object) -> None:
    found = LBFGS().maximize(function, NUMERIC, generator=make_generator(0))  # type: ignore[arg-type]
    assert (found.x[0] - 1.0).abs().max().item() < 1e-2


def test_a_ridge_along_a_constraint_is_followed() -> None:
    found = LBFGS().maximize(beyond, CONSTRAINED, generator=make_generator(0))
    assert beyond(found.x[:1]).item() > -0.1801


def test_all_restarts_are_valued_in_one_call() -> None:
    sizes: list[int] = []

    def noted(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return bowl(x)

    LBFGS(n_raw=64, n_restarts=8).maximize(noted, NUMERIC, generator=make_generator(0))
    assert sizes[0] == 64
    assert sizes[1:3] == [8, 8]
    assert len(sizes) < 30  # a bowl takes a few iterations, and not eight times as many


def test_it_is_as_good_as_botorch_on_many_local_maxima() -> None:
    generator, ours, theirs = make_generator("theirs"), [], []
    for seed in range(5):
        found = LBFGS().maximize(rastrigin, NUMERIC, generator=make_generator(seed))
        ours.append(rastrigin(found.x[:1]).item())
        with seeded(generator):
            _, value = optimize_acqf(
                lambda x: rastrigin(x).squeeze(-1), NUMERIC.bounds, q=1, num_restarts=20, raw_samples=512
            )
        theirs.append(value.item())
    # Both end in one of the best few of 10^4 local maxima, which are one apart in value
    assert torch.tensor(ours).mean().item() > torch.tensor(theirs).mean().item() - 2.0
