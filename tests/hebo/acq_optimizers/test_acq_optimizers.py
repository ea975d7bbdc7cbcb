"""Tests of `hebo.acq_optimizers`: searches find known optima and stay inside the domain."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.random import RandomSubset
from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.base import AcqOptimizer
from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import counting_fallbacks
from hebo.random import make_generator

NUMERIC = DesignSpace().parse([{"name": name, "type": "num", "lb": -5, "ub": 5} for name in "abc"])
MIXED = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -5, "ub": 5},
        {"name": "k", "type": "int", "lb": 1, "ub": 100},
        {"name": "c", "type": "cat", "categories": list("uvwxyz")},
        {"name": "d", "type": "cat", "categories": list("uvwxyz")},
    ],
    constraints=[{"type": "linear", "coefficients": {"a": 1.0, "k": 0.1}, "ub": 6.0}],
)


def bowl(x: Tensor) -> Tensor:
    """Largest, 0, at x = 1 in every column."""
    return -(x - 1.0).square().sum(-1)


def two_bowls(x: Tensor) -> Tensor:
    """The Pareto set of these two is the segment from 0 to 1 on the diagonal."""
    return torch.stack([-x.square().sum(-1), -(x - 1.0).square().sum(-1)], dim=-1).squeeze(-2)


@pytest.mark.parametrize("search", [NSGA2(), RandomSubset(n_points=20000)], ids=["nsga2", "random"])
def test_a_bowl_is_climbed(search: AcqOptimizer) -> None:
    found = search.maximize(bowl, NUMERIC, generator=make_generator(0))
    assert bowl(found.x[0]).item() > -0.3
    assert found.rank[0].item() == 0
    values = evaluate(bowl, found.x).squeeze(-1)
    assert (values.diff() <= 0).all()


def test_nsga2_finds_the_pareto_segment() -> None:
    search = NSGA2(n_generations=15, polish=24)
    found = search.maximize(two_bowls, NUMERIC, generator=make_generator(0))
    front = found.x[found.rank == 0]
    assert len(front) > 50
    assert (front - front.mean(-1, keepdim=True)).abs().max().item() < 0.15  # on the diagonal
    along = front.mean(-1)
    assert along.min().item() < 0.05
    assert along.max().item() > 0.95
    assert along.min().item() > -0.1
    assert along.max().item() < 1.1


def test_nsga2_solves_a_mixed_constrained_problem() -> None:
    # c and d must both be "x" (code 3); a + k / 10 <= 6 is active at the optimum k = 80, a = -2 of this bowl
    def acq(x: Tensor) -> Tensor:
        a, k, c, d = x.squeeze(-2).unbind(-1)
        mismatches = (c != 3).to(x) + (d != 3).to(x)
        return -((a + k / 10 - 7).square() + (k - 80).square() / 100 + mismatches).unsqueeze(-1)

    found = NSGA2().maximize(acq, MIXED, generator=make_generator(0))
    assert MIXED.contains(found.x).all()
    best = found.x[0]
    assert best[2:].tolist() == [3.0, 3.0]
    assert acq(best.reshape(1, 1, -1)).item() > -1.1  # the bound keeps it at -1 exactly


@pytest.mark.parametrize(
    "search", [NSGA2(n_generations=5), RandomSubset(n_points=64)], ids=["nsga2", "random"]
)
def test_results_are_distinct_feasible_and_respect_pins(search: AcqOptimizer) -> None:
    domain = MIXED.fix({"c": "w", "k": 17})
    found = search.maximize(bowl, domain, generator=make_generator(0), start=MIXED.bounds)
    assert domain.contains(found.x).all()
    assert (found.x[:, 1] == 17).all()
    assert (found.x[:, 2] == 2).all()
    assert len(torch.unique(found.x, dim=0)) == len(found.x)


@pytest.mark.parametrize(
    "search", [NSGA2(n_generations=5), RandomSubset(n_points=64)], ids=["nsga2", "random"]
)
def test_the_same_generator_finds_the_same_points(search: AcqOptimizer) -> None:
    torch.manual_seed(0)
    first = search.maximize(two_bowls, NUMERIC, generator=make_generator(3)).x
    torch.manual_seed(1)
    torch.testing.assert_close(
        search.maximize(two_bowls, NUMERIC, generator=make_generator(3)).x, first, rtol=0, atol=0
    )


def test_nsga2_enumerates_a_small_domain_exactly() -> None:
    space = DesignSpace().parse([{"name": name, "type": "int", "lb": 0, "ub": 9} for name in "ab"])
    found = NSGA2(n_generations=2).maximize(lambda x: bowl(x * 0.25), space, generator=make_generator(0))
    assert found.x[0].tolist() == [4.0, 4.0]
    assert len(found.x) == 100


def test_start_points_are_used() -> None:
    needle = torch.tensor([3.3, -2.2, 1.1], dtype=torch.float64)

    def acq(x: Tensor) -> Tensor:
        return ((x - needle).abs().amax(-1) < 1e-6).to(x)

    found = NSGA2(n_generations=3).maximize(acq, NUMERIC, generator=make_generator(0), start=needle[None])
    assert acq(found.x[:1].unsqueeze(1)).item() == 1.0


def test_rank_sorts_fronts_and_drops_repeats() -> None:
    x = torch.tensor([[0.0], [1.0], [2.0], [1.0]])
    values = torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, 0.0], [2.0, 0.0]])
    found = rank(x, values)
    assert sorted(found.x[found.rank == 0].flatten().tolist()) == [0.0, 1.0]
    assert found.x[found.rank == 1].flatten().tolist() == [2.0]


def test_polish_reaches_the_top_of_a_bowl_and_generations_alone_do_not() -> None:
    polished = NSGA2().maximize(bowl, NUMERIC, generator=make_generator(0))
    plain = NSGA2(polish=0).maximize(bowl, NUMERIC, generator=make_generator(0))
    assert bowl(polished.x[0]).item() > -1e-8
    assert bowl(plain.x[0]).item() < bowl(polished.x[0]).item()


def test_a_value_that_is_no_number_is_the_worst_and_is_counted() -> None:
    def acq(x: Tensor) -> Tensor:
        return torch.where(x[..., 0] > 0, torch.nan, two_bowls(x))

    with counting_fallbacks() as counter:
        found = NSGA2(n_generations=3).maximize(acq, NUMERIC, generator=make_generator(0))
    assert (found.x[found.rank == 0][:, 0] <= 0).all()
    assert counter["acquisition is not a number"] > 0
