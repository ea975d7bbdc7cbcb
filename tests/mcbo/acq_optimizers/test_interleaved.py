"""Tests of `mcbo.acq_optimizers.interleaved`: numbers and categories are found together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqFunction
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.acq_optimizers.interleaved import InterleavedSearch

MIXED = DesignSpace().parse(
    [
        *({"name": f"a{i}", "type": "num", "lb": -1, "ub": 1} for i in range(2)),
        *({"name": f"c{i}", "type": "cat", "categories": [0, 1, 2, 3]} for i in range(6)),
        *({"name": f"b{i}", "type": "bool"} for i in range(3)),
    ]
)
PLACES = 2 * torch.rand(6, 4, dtype=torch.float64, generator=make_generator("places")) - 1
HEIGHTS = torch.rand(6, 4, dtype=torch.float64, generator=make_generator("heights"))
COLUMNS = torch.arange(6)


def hills(x: Tensor) -> Tensor:
    """Numbers should follow places that the categories set; the maximum is the sum of the best heights."""
    x = x.squeeze(-2)
    codes = x[:, 2:8].detach().long()
    place, height = PLACES[COLUMNS, codes], HEIGHTS[COLUMNS, codes]
    misses = (x[:, 0] - place[:, :3].mean(1)).square() + (x[:, 1] - place[:, 3:].mean(1)).square()
    return (height.sum(1) - 5 * misses + x[:, 8:].sum(1) - 3).unsqueeze(1)


def test_numbers_follow_the_categories_and_both_come_near_the_maximum() -> None:
    for seed in range(4):
        found = InterleavedSearch().maximize(hills, MIXED, generator=make_generator(seed))
        # A better category far from the present numbers costs more than it gains, so this is no certainty.
        assert evaluate(hills, found.x[:1]).item() >= 0.9 * HEIGHTS.amax(1).sum().item()
        codes = found.x[0, 2:8].long()
        place = PLACES[COLUMNS, codes].reshape(2, 3).mean(1)
        torch.testing.assert_close(found.x[0, :2], place, rtol=0, atol=1e-4)


def test_the_exact_maximum_is_found_where_numbers_and_categories_agree() -> None:
    def separable(x: Tensor) -> Tensor:
        x = x.squeeze(-2)
        height = HEIGHTS[COLUMNS, x[:, 2:8].detach().long()].sum(1)
        return (height - (x[:, :2] - 0.3).square().sum(1) + x[:, 8:].sum(1) - 3).unsqueeze(1)

    found = InterleavedSearch(n_pool=32, n_restarts=0).maximize(separable, MIXED, generator=make_generator(0))
    assert evaluate(separable, found.x[:1]).item() == pytest.approx(HEIGHTS.amax(1).sum().item(), abs=1e-8)
    assert found.x[0, 2:8].tolist() == HEIGHTS.argmax(1).tolist()


def test_a_purely_discrete_rugged_function_is_solved(nk: Callable[..., AcqFunction]) -> None:
    space = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(16)])
    every = space.points(2**16)
    assert every is not None
    for seed in range(3):
        function = nk(16, 2, 3, seed)
        found = InterleavedSearch().maximize(function, space, generator=make_generator(seed))
        assert evaluate(function, found.x[:1]) >= 0.96 * evaluate(function, every).max()


def test_a_maximum_beyond_a_constraint_ends_on_it() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "k", "type": "int", "lb": 0, "ub": 1000},
            {"name": "c", "type": "cat", "categories": list("uvw")},
        ],
        constraints=[{"type": "linear", "coefficients": {"a": 1.0, "k": 0.001}, "ub": 1.2}],
    )

    def acq(x: Tensor) -> Tensor:  # at the constraint a = 1, k = 200 or a = 0.2, k = 1000; best is k = 700
        a, k, c = x.squeeze(-2).unbind(-1)
        return (a - (k / 1000 - 0.7).square() * 100 + (c == 1).to(x)).unsqueeze(1)

    found = InterleavedSearch().maximize(acq, space, generator=make_generator(0))
    assert space.contains(found.x).all()
    k = torch.arange(1001, dtype=torch.float64)
    best = (torch.minimum(torch.tensor(1.0), 1.2 - k / 1000) - (k / 1000 - 0.7).square() * 100).max() + 1
    assert evaluate(acq, found.x[:1]).item() == pytest.approx(best.item(), abs=0.01)


def test_restarts_find_what_a_single_pool_misses(nk: Callable[..., AcqFunction]) -> None:
    space = DesignSpace().parse(
        [{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(14)]
    )
    gains = []
    for seed in range(3):
        function = nk(14, 3, 4, seed)
        once, often = (
            InterleavedSearch(n_pool=32, n_starts=2, n_restarts=n).maximize(
                function, space, generator=make_generator(seed)
            )
            for n in (0, 6)
        )
        gains.append((evaluate(function, often.x[:1]) - evaluate(function, once.x[:1])).item())
    assert min(gains) >= 0
    assert max(gains) > 0
