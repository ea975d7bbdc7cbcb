"""Tests of `mcbo.acq_optimizers.message_passing`, and of the protocol of additive acquisitions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from hebo.abilities import AdditiveAcq
from hebo.acq_optimizers.ranking import evaluate
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.constraints import register_constraint
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.regions.neighborhood import Neighborhood
from mcbo.acq_optimizers.message_passing import MessagePassing

DISCRETE = DesignSpace().parse(
    [
        {"name": "c0", "type": "cat", "categories": list("uvwx")},
        {"name": "k0", "type": "int", "lb": 3, "ub": 5},
        {"name": "b0", "type": "bool"},
        {"name": "c1", "type": "cat", "categories": list("uvw")},
        {"name": "o0", "type": "ordinal", "levels": ["low", "mid", "high"]},
        {"name": "b1", "type": "bool"},
        {"name": "c2", "type": "cat", "categories": list("uvwx")},
    ]
)


class Waves:
    """Each component is a random wave of its columns, as rugged as can be."""

    def __init__(self, cliques: Sequence[tuple[int, ...]], seed: int) -> None:
        self.cliques = list(cliques)
        generator = make_generator("waves", seed)
        self.rates = [
            6 * torch.randn(len(one) + 1, dtype=torch.float64, generator=generator) for one in cliques
        ]

    def components(self, index: int, points: Tensor) -> Tensor:
        rates = self.rates[index]
        return torch.sin(points @ rates[:-1] + points.square().sum(1) + rates[-1])

    def __call__(self, x: Tensor) -> Tensor:
        x = x.squeeze(-2)
        parts = [self.components(index, x[:, list(one)]) for index, one in enumerate(self.cliques)]
        return torch.stack(parts).sum(0).unsqueeze(1)


def random_tree(d: int, seed: int) -> list[tuple[int, ...]]:
    """Pairs that form a forest over random columns, in random order, and single columns."""
    generator = make_generator("tree", seed)
    order = torch.randperm(d, generator=generator).tolist()
    cliques: list[tuple[int, ...]] = [(column,) for column in order[::3]]
    for number in range(1, d):
        parent = order[int(torch.randint(number, (), generator=generator))]
        if torch.rand((), generator=generator) < 0.8:
            cliques.append((parent, order[number]) if number % 2 else (order[number], parent))
    return cliques


@pytest.mark.parametrize("seed", range(8))
def test_the_best_point_is_that_of_all_points(seed: int) -> None:
    every = DISCRETE.points(10_000)
    assert every is not None
    acq = Waves(random_tree(7, seed), seed)
    found = MessagePassing(n_pool=8).maximize(acq, DISCRETE, generator=make_generator(seed))
    assert evaluate(acq, found.x[:1]).item() == pytest.approx(evaluate(acq, every).max().item())
    assert DISCRETE.contains(found.x).all()
    assert found.rank[0].item() == 0


def test_pairs_given_twice_and_in_both_orders_add_up() -> None:
    acq = Waves([(0, 3), (3, 0), (0, 3), (6,), (6,), ()], 1)
    every = DISCRETE.points(10_000)
    assert every is not None
    found = MessagePassing(n_pool=8).maximize(acq, DISCRETE, generator=make_generator(0))
    assert evaluate(acq, found.x[:1]).item() == pytest.approx(evaluate(acq, every).max().item())


def test_pinned_columns_keep_their_values() -> None:
    domain = DISCRETE.fix({"c0": "w", "k0": 4})
    every = domain.points(10_000)
    assert every is not None
    acq = Waves(random_tree(7, 3), 3)
    found = MessagePassing(n_pool=8).maximize(acq, domain, generator=make_generator(0))
    assert domain.contains(found.x).all()
    assert evaluate(acq, found.x[:1]).item() == pytest.approx(evaluate(acq, every).max().item())


class Springs:
    """A chain of numbers held at both ends: the maximum, a straight line between them, is known."""

    def __init__(self, n: int) -> None:
        self.cliques = [(0,), (n - 1,), *((i, i + 1) for i in range(n - 1))]

    def components(self, index: int, points: Tensor) -> Tensor:
        if index < 2:
            return -1e3 * (points[:, 0] - (0.123, 0.857)[index]).square()
        return -(points[:, 1] - points[:, 0]).square()

    def __call__(self, x: Tensor) -> Tensor:
        x = x.squeeze(-2)
        parts = [self.components(index, x[:, list(one)]) for index, one in enumerate(self.cliques)]
        return torch.stack(parts).sum(0).unsqueeze(1)


def test_finer_and_finer_grids_reach_a_continuous_maximum() -> None:
    space = DesignSpace().parse([{"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(6)])
    line = torch.linspace(0.123, 0.857, 6, dtype=torch.float64)
    misses = [
        (
            MessagePassing(n_zooms=n_zooms, n_pool=4)
            .maximize(Springs(6), space, generator=make_generator(0))
            .x[0]
            - line
        )
        .abs()
        .max()
        .item()
        for n_zooms in (0, 10)
    ]
    assert misses[1] < 2e-3 < misses[0]


def test_a_column_of_many_levels_is_zoomed_into() -> None:
    space = DesignSpace().parse([{"name": name, "type": "int", "lb": 1, "ub": 400} for name in "ab"])

    class Peak:
        cliques: Sequence[tuple[int, ...]] = [(0, 1)]

        def components(self, index: int, points: Tensor) -> Tensor:
            return -(points - torch.tensor([123.0, 321.0])).square().sum(1)

        def __call__(self, x: Tensor) -> Tensor:
            return self.components(0, x.squeeze(-2)).unsqueeze(1)

    found = MessagePassing(n_pool=4).maximize(Peak(), space, generator=make_generator(0))
    assert found.x[0].tolist() == [123.0, 321.0]


def test_a_maximum_outside_the_constraints_is_repaired_and_improved() -> None:
    register_constraint("codes add up", lambda f: (f.astype(int).sum(axis=1) % 7 == 3).to_numpy(dtype=bool))
    space = DesignSpace().parse(
        [{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2, 3]} for i in range(6)],
        constraints=[{"type": "function", "name": "codes add up"}],
    )
    every = space.points(5000)
    assert every is not None
    ratios = []
    for seed in range(5):
        acq = Waves(random_tree(6, seed), seed)
        found = MessagePassing(n_pool=64).maximize(acq, space, generator=make_generator(seed))
        assert space.contains(found.x).all()
        ratios.append((evaluate(acq, found.x[:1]) / evaluate(acq, every).max()).item())
    assert sum(ratios) / 5 > 0.75  # no neighbor of a feasible point is feasible, unless its sum is kept
    assert max(ratios) == pytest.approx(1.0)


def test_a_region_holds_and_its_maximum_is_found() -> None:
    center = DISCRETE.sample(1, generator=make_generator(4))[0]
    region = Neighborhood(DISCRETE, center, length=1.0, n_changes=2, generator=make_generator(0))
    every = region.points(10_000)
    assert every is not None
    acq = Waves([(column,) for column in range(7)], 2)
    found = MessagePassing(n_pool=16).maximize(
        acq, region, generator=make_generator(0), start=center.unsqueeze(0)
    )
    assert region.contains(found.x).all()
    assert evaluate(acq, found.x[:1]).item() == pytest.approx(evaluate(acq, every).max().item())


def test_columns_that_do_not_matter_are_those_of_the_start() -> None:
    start = DISCRETE.sample(1, generator=make_generator(9))
    acq = Waves([(0, 1)], 0)
    found = MessagePassing(n_pool=8).maximize(acq, DISCRETE, generator=make_generator(0), start=start)
    values = evaluate(acq, found.x)[:, 0]
    best = found.x[values >= values[0] - 1e-12]
    assert (best[:, 2:] == start[0, 2:]).all(1).any()


def test_orders_of_items_are_repaired() -> None:
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 5}])
    every = space.points(120)
    assert every is not None
    acq = Waves([(column,) for column in range(5)], 0)
    found = MessagePassing(n_pool=40).maximize(acq, space, generator=make_generator(0))
    assert space.contains(found.x).all()
    assert evaluate(acq, found.x[:1]) >= 0.9 * evaluate(acq, every).max()


def test_candidates_suffice_for_a_batch() -> None:
    found = MessagePassing().maximize(Waves(random_tree(7, 0), 0), DISCRETE, generator=make_generator(0))
    assert len(found.x) >= 100
    assert len(torch.unique(found.x, dim=0)) == len(found.x)


def test_the_protocol_tells_additive_acquisitions_from_others() -> None:
    assert isinstance(Waves([(0,)], 0), AdditiveAcq)
    assert not isinstance(lambda x: x.sum(-1), AdditiveAcq)


@pytest.mark.parametrize(
    ("acq", "message"),
    [
        (lambda x: x.sum(-1), r"needs an acquisition that is a sum.*`cliques`.*function has none"),
        (Waves([(0, 1, 2)], 0), r"one or two columns, one depends on \(0, 1, 2\)"),
        (Waves([(0, 1), (1, 2), (2, 0)], 0), r"form a forest, the pair \(0, 2\) closes a cycle"),
        (Waves([(3, 3)], 0), r"the pair \(3, 3\) closes a cycle"),
    ],
)
def test_other_acquisitions_are_refused_with_what_is_needed(acq: AdditiveAcq, message: str) -> None:
    with pytest.raises(IncompatibleError, match=message):
        MessagePassing().maximize(acq, DISCRETE, generator=make_generator(0))
