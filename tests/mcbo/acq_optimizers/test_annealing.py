"""Tests of `mcbo.acq_optimizers.annealing`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqFunction
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.acq_optimizers.annealing import SimulatedAnnealing

SPACE = DesignSpace().parse([{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(10)])


def test_the_maximum_of_a_rugged_function_is_found(nk: Callable[..., AcqFunction]) -> None:
    every = SPACE.points(3**10)
    assert every is not None
    for seed in range(3):
        function = nk(10, 3, 2, seed)
        found = SimulatedAnnealing(n_steps=100).maximize(function, SPACE, generator=make_generator(seed))
        assert evaluate(function, found.x[:1]) >= 0.98 * evaluate(function, every).max()


def test_the_result_does_not_depend_on_the_scale_of_the_acquisition(nk: Callable[..., AcqFunction]) -> None:
    function = nk(10, 3, 2, 0)
    plain = SimulatedAnnealing(n_steps=50).maximize(function, SPACE, generator=make_generator(0))
    scaled = SimulatedAnnealing(n_steps=50).maximize(
        lambda x: 1024 * function(x) - 512, SPACE, generator=make_generator(0)
    )
    assert plain.x[:20].tolist() == scaled.x[:20].tolist()


def test_heat_takes_chains_over_valleys_that_cold_ones_do_not_cross() -> None:
    space = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(16)])

    def saw(x: Tensor) -> Tensor:  # at an even number of ones every change of one boolean is a loss
        ones = x.squeeze(-2).sum(-1, keepdim=True)
        return ones - 1.5 * (ones % 2)

    for seed in range(2):
        pool_best, cold, hot = (
            evaluate(
                saw,
                SimulatedAnnealing(t_initial=heat, t_final=min(heat, 0.02), n_pool=8, n_chains=8, n_steps=n)
                .maximize(saw, space, generator=make_generator(seed))
                .x[:1],
            ).item()
            for heat, n in ((1e-6, 1), (1e-6, 150), (0.4, 150))
        )
        assert cold == pool_best
        assert hot > cold


def test_a_value_that_is_infinite_somewhere_leaves_the_temperature_alone() -> None:
    def acq(x: Tensor) -> Tensor:
        total = x.squeeze(-2).sum(-1, keepdim=True)
        return torch.where(x[..., 0, :1] == 0, -torch.inf, total)

    found = SimulatedAnnealing(n_steps=200).maximize(acq, SPACE, generator=make_generator(0))
    assert found.x[0].tolist() == [2.0] * 10


def test_a_flat_acquisition_does_no_harm() -> None:
    found = SimulatedAnnealing(n_steps=5).maximize(
        lambda x: torch.zeros(len(x), 1, dtype=x.dtype), SPACE, generator=make_generator(0)
    )
    assert SPACE.contains(found.x).all()


def test_a_chain_that_would_heat_up_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"t_final = 0\.5 is above t_initial = 0\.1"):
        SimulatedAnnealing(t_initial=0.1, t_final=0.5)
