"""Tests of `mcbo.acq_optimizers.offspring`."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from mcbo.acq_optimizers.offspring import Offspring

SPACE = DesignSpace().parse([{"name": f"c{i}", "type": "cat", "categories": [0, 1, 2]} for i in range(10)])


def ones(x: Tensor) -> Tensor:
    return (x == 1).sum(-1, dtype=torch.float64)


def test_candidates_are_relatives_of_the_parents_the_best_first() -> None:
    parents = torch.stack([torch.zeros(10), torch.full((10,), 2.0)]).double()
    found = Offspring(n_children=100).maximize(ones, SPACE, generator=make_generator(0), start=parents)
    # A column is that of a parent, but for one mutation and what polynomial mutation changes.
    assert (found.x == 1).double().mean() < 0.2
    assert ones(found.x[:1].unsqueeze(1)).item() == ones(found.x.unsqueeze(1)).max() > 0


def test_no_candidate_is_a_parent_or_comes_twice() -> None:
    parents = SPACE.sample(20, generator=make_generator(0))
    found = Offspring().maximize(ones, SPACE, generator=make_generator(1), start=parents).x
    assert len(torch.cat([found, parents]).unique(dim=0)) == len(found) + len(parents.unique(dim=0))


@pytest.mark.parametrize("n_children", [1, 7, 50])
def test_as_many_children_are_looked_at_as_are_asked_for(n_children: int) -> None:
    seen: list[Tensor] = []

    def counted(x: Tensor) -> Tensor:
        seen.append(x)
        return ones(x)

    parents = SPACE.sample(20, generator=make_generator(0))
    search = Offspring(n_children=n_children)
    search.maximize(counted, SPACE, generator=make_generator(1), start=parents)
    assert 0.8 * n_children <= sum(map(len, seen)) <= n_children


def test_without_parents_they_are_random() -> None:
    found = Offspring().maximize(ones, SPACE, generator=make_generator(0))
    assert len(found.x) > 50
    assert ones(found.x[:1].unsqueeze(1)).item() >= 6


def test_children_of_a_single_parent_are_its_mutants() -> None:
    parent = torch.zeros(1, 10, dtype=torch.float64)
    found = Offspring(n_children=40).maximize(ones, SPACE, generator=make_generator(0), start=parent)
    n_changed = (found.x != 0).sum(1)
    assert len(found.x) >= 10
    assert (n_changed >= 1).all()
    assert n_changed.double().mean() < 3  # of ten; about two, and 6.7 in random points


def test_a_space_of_one_point_has_one_candidate() -> None:
    space = DesignSpace().parse([{"name": "c", "type": "cat", "categories": ["a"]}])
    assert Offspring().maximize(ones, space, generator=make_generator(0)).x.tolist() == [[0.0]]
