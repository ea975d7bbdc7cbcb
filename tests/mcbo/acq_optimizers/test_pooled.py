"""Tests of `mcbo.acq_optimizers.pooled`, and of what all searches of the package promise."""

from __future__ import annotations

import pytest
import torch
from examples import SPACES
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate
from hebo.base import AcqOptimizer
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.fallbacks import counting_fallbacks
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood
from mcbo.acq_optimizers.annealing import SimulatedAnnealing
from mcbo.acq_optimizers.bandit import BanditSearch
from mcbo.acq_optimizers.genetic import GeneticSearch
from mcbo.acq_optimizers.interleaved import InterleavedSearch
from mcbo.acq_optimizers.local_search import LocalSearch
from mcbo.acq_optimizers.moves import RandomMoves
from mcbo.acq_optimizers.pooled import PooledSearch, spread_pool

SMALL: dict[str, PooledSearch] = {
    "local": LocalSearch(n_pool=32, n_starts=4),
    "interleaved": InterleavedSearch(n_pool=32, n_starts=4, n_restarts=1),
    "annealing": SimulatedAnnealing(n_pool=32, n_chains=4, n_steps=20),
    "genetic": GeneticSearch(n_pool=32, population=12, n_generations=5),
    "bandit": BanditSearch(n_pool=32, n_teams=4, n_pulls=4, n_rounds=5),
}
every_search = pytest.mark.parametrize("search", SMALL.values(), ids=SMALL.keys())

register_constraint("fiftieth", lambda f: (f.astype(int).sum(axis=1) % 50 == 25).to_numpy(dtype=bool))
RARE = DesignSpace().parse(
    [{"name": f"c{i}", "type": "cat", "categories": list(range(8))} for i in range(12)],
    constraints=[{"type": "function", "name": "fiftieth"}],
)
REGULAR = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -2, "ub": 2},
        {"name": "k", "type": "int", "lb": 0, "ub": 30},
        *({"name": f"c{i}", "type": "cat", "categories": list("uvwx")} for i in range(4)),
        *({"name": f"b{i}", "type": "bool"} for i in range(4)),
    ]
)


def sloped(x: Tensor) -> Tensor:
    """Larger is better in every column, with a gradient."""
    return x.sum(-1)


def two_slopes(x: Tensor) -> Tensor:
    """Two values that disagree about every column."""
    shares = (x.squeeze(-2) - REGULAR.bounds[0]) / (REGULAR.bounds[1] - REGULAR.bounds[0])
    return torch.stack([-shares.square().sum(1), -(shares - 1).square().sum(1)], dim=1)


@every_search
@pytest.mark.parametrize("name", sorted(SPACES))
def test_every_space_is_searched_and_results_are_distinct_and_feasible(
    search: AcqOptimizer, name: str
) -> None:
    space = SPACES[name]
    found = search.maximize(sloped, space, generator=make_generator(0), start=space.bounds)
    assert space.contains(found.x).all()
    assert len(torch.unique(found.x, dim=0)) == len(found.x)
    values = evaluate(sloped, found.x)[:, 0]
    assert (values.diff() <= 0).all()
    reached = space.sample(32, generator=make_generator(1))
    assert values[0] >= evaluate(sloped, reached).max()


@every_search
def test_the_same_generator_finds_the_same_points(search: AcqOptimizer) -> None:
    torch.manual_seed(0)
    first = search.maximize(two_slopes, REGULAR, generator=make_generator(3)).x
    torch.manual_seed(1)
    again = search.maximize(two_slopes, REGULAR, generator=make_generator(3)).x
    torch.testing.assert_close(again, first, rtol=0, atol=0)


@every_search
def test_a_rare_feasible_set_is_searched_with_few_evaluations(search: AcqOptimizer) -> None:
    n_valued = 0

    def counted(x: Tensor) -> Tensor:
        nonlocal n_valued
        n_valued += len(x)
        return sloped(x)

    pool = RARE.sample(32, generator=make_generator(0))
    found = search.maximize(counted, RARE, generator=make_generator(0))
    assert RARE.contains(found.x).all()
    assert n_valued < 4000
    assert evaluate(sloped, found.x[:1]) >= evaluate(sloped, pool).median()


@every_search
def test_a_region_and_its_pins_hold(search: AcqOptimizer) -> None:
    domain = REGULAR.fix({"c1": "w", "b2": True})
    center = domain.sample(1, generator=make_generator(2))[0]
    region = Neighborhood(domain, center, length=0.2, n_changes=2, generator=make_generator(0))
    found = search.maximize(sloped, region, generator=make_generator(0), start=center.unsqueeze(0))
    assert region.contains(found.x).all()
    assert (found.x[:, 3] == 2).all()
    assert (found.x[:, 8] == 1).all()
    assert evaluate(sloped, found.x[:1]) > sloped(center)


@every_search
def test_several_values_give_a_front_of_which_no_point_beats_another(search: AcqOptimizer) -> None:
    found = search.maximize(two_slopes, REGULAR, generator=make_generator(0))
    values = evaluate(two_slopes, found.x)
    front = values[found.rank == 0]
    assert len(front) >= 5
    beaten = (front.unsqueeze(0) >= front.unsqueeze(1)).all(2) & (
        front.unsqueeze(0) > front.unsqueeze(1)
    ).any(2)
    assert not beaten.any()
    pool = evaluate(two_slopes, REGULAR.sample(32, generator=make_generator(5)))
    assert (values.amax(0) > pool.amax(0)).all()


@every_search
def test_a_start_point_is_valued_and_its_surroundings_are(search: AcqOptimizer) -> None:
    needle = REGULAR.sample(1, generator=make_generator(8))[0]

    def acq(x: Tensor) -> Tensor:
        return ((x - needle).abs().amax(-1) < 1e-9).to(x) - (x[..., 2:] != needle[2:]).sum(-1) / 100

    found = search.maximize(acq, REGULAR, generator=make_generator(0), start=needle.unsqueeze(0))
    assert evaluate(acq, found.x[:1]).item() == 1.0
    differing = (found.x != needle).sum(1)
    assert ((differing >= 1) & (differing <= 3)).sum() >= 4


@every_search
def test_values_that_are_no_numbers_are_avoided_and_counted(search: AcqOptimizer) -> None:
    def acq(x: Tensor) -> Tensor:
        return torch.where(x[..., 1] > 15, torch.nan, sloped(x))

    with counting_fallbacks() as counter:
        found = search.maximize(acq, REGULAR, generator=make_generator(0))
    assert found.x[0, 1].item() <= 15
    assert counter["acquisition is not a number"] > 0


@every_search
def test_a_small_domain_is_enumerated(search: AcqOptimizer) -> None:
    space = DesignSpace().parse([{"name": name, "type": "bool"} for name in "abcde"])
    found = search.maximize(sloped, space, generator=make_generator(0))
    assert len(found.x) == 32
    assert found.x[0].tolist() == [1.0] * 5


@every_search
def test_the_acquisition_is_valued_in_batches(search: AcqOptimizer) -> None:
    sizes: list[int] = []

    def counted(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return sloped(x)

    search.maximize(counted, REGULAR, generator=make_generator(0))
    assert sum(sizes) / len(sizes) >= 4


def test_the_pool_has_the_start_first_then_its_surroundings() -> None:
    start = REGULAR.sample(2, generator=make_generator(0))
    moves = RandomMoves(REGULAR, generator=make_generator(1))
    pool = spread_pool(REGULAR, moves, 80, start=start, generator=make_generator(2))
    assert len(pool) == 82
    assert pool[:2].tolist() == start.tolist()
    differing = (pool[2:22] != start.repeat(10, 1)).sum(1)
    assert differing.max() <= 3
    assert (pool[22:] != start[0]).sum(1).double().mean() > 5
