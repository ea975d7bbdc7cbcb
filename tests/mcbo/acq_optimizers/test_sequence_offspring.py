"""Tests of `mcbo.acq_optimizers.sequence_offspring`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from mcbo.acq_optimizers.sequence_offspring import SequenceOffspring, places

LENGTH, N_LETTERS, GAP = 12, 8, 7


def strings(**more: Any) -> DesignSpace:
    letters = [{"name": f"c{i}", "type": "cat", "categories": list(range(N_LETTERS))} for i in range(LENGTH)]
    return DesignSpace().parse([*letters, *more.values()])


def zeros(x: Tensor) -> Tensor:
    return (x == 0).sum(-1, dtype=torch.float64)


def children(parents: Tensor, space: DesignSpace, n: int = 200, seed: int = 0, **settings: Any) -> Tensor:
    search = SequenceOffspring(n_children=n, **settings)
    return search.maximize(zeros, space, generator=make_generator(seed), start=parents).x


def rows(*texts: str) -> Tensor:
    return torch.tensor([[float(letter) for letter in text] for text in texts], dtype=torch.float64)


def test_children_are_one_change_away_and_begin_and_end_as_their_parents_do() -> None:
    parent = "012345601234"
    kinds = set()
    for child in children(rows(parent), strings()).long().tolist():
        text = "".join(map(str, child))
        head = next(i for i in range(LENGTH) if text[i] != parent[i])
        if text[head + 1 :] == parent[head + 1 :]:
            kinds.add("replaced")
        elif text[head + 1 :] == parent[head:-1]:
            kinds.add("put in")
        elif text[head : LENGTH - 1] == parent[head + 1 :]:
            kinds.add("dropped")
        elif sorted(text) == sorted(parent):
            kinds.add("taken elsewhere")
        else:
            kinds.add("joined")
    assert kinds == {"replaced", "put in", "dropped", "taken elsewhere", "joined"}


def test_gaps_are_filled_and_many_children_keep_all_of_their_parent() -> None:
    found = children(rows("123456777777"), strings(), gap="7")
    assert (found < GAP).all()
    is_prolonged = (found[:, :6] == rows("123456")).all(1)
    assert 0.1 < is_prolonged.double().mean() < 0.4
    # What follows is random: six places of seven letters hardly come twice.
    assert len(found[is_prolonged][:, 6:].unique(dim=0)) == is_prolonged.sum()


def test_without_gaps_the_last_category_is_a_letter_like_others() -> None:
    found = children(rows("777777777777", "000000000000"), strings())
    assert (found == GAP).any(1).double().mean() > 0.3


def test_ends_of_other_parents_are_joined() -> None:
    parents = rows("111111111111", "222222222222")
    found = torch.cat([children(parents, strings(), n=400, seed=seed) for seed in range(6)]).long().tolist()
    # Where both ends together are too short, random letters follow.
    both = [row for row in found if set(row) == {1, 2}]
    joined = [row for row in both if set(row[:6]) == {1} and set(row[-3:]) == {2}]
    assert joined
    assert all(sum(a != b for a, b in pairwise(row)) == 1 for row in joined)


def test_no_child_is_a_parent_or_comes_twice_and_the_best_comes_first() -> None:
    parents = strings().sample(20, generator=make_generator(0))
    found = children(parents, strings(), n=50)
    assert len(torch.cat([found, parents]).unique(dim=0)) == len(found) + len(parents)
    assert len(found) == 50
    assert zeros(found[:1]).item() == zeros(found).max()


def test_better_parents_have_more_children() -> None:
    parents = torch.stack([torch.full((LENGTH,), float(code)) for code in range(N_LETTERS)]).double()
    found = children(parents, strings(), n=400)
    first, last = ((found == code).double().mean() for code in (0, N_LETTERS - 1))
    assert first > 2 * last


def test_other_columns_are_those_of_parents_or_moved() -> None:
    space = strings(
        x={"name": "x", "type": "num", "lb": 0.0, "ub": 1.0},
        flag={"name": "flag", "type": "bool"},
    )
    parents = space.sample(4, generator=make_generator(0))
    found = children(parents, space)
    assert space.contains(found).all()
    is_inherited = torch.isin(found[:, 12], parents[:, 12])
    assert 0.5 < is_inherited.double().mean() < 1.0


def test_pinned_places_stay_as_they_are() -> None:
    domain = strings().fix({"c3": 5})
    parents = domain.sample(5, generator=make_generator(0))
    search = SequenceOffspring(n_children=50)
    found = search.maximize(zeros, domain, generator=make_generator(1), start=parents).x
    assert (found[:, 3] == 5).all()


def test_the_same_generator_gives_the_same_children() -> None:
    parents = strings().sample(5, generator=make_generator(0))
    assert torch.equal(children(parents, strings(), seed=3), children(parents, strings(), seed=3))
    assert not torch.equal(children(parents, strings(), seed=3), children(parents, strings(), seed=4))


def test_places_are_the_columns_of_which_there_are_most() -> None:
    space = strings(flag={"name": "flag", "type": "bool"}, x={"name": "x", "type": "num", "lb": 0, "ub": 1})
    assert places(space) == list(range(LENGTH))


@pytest.mark.parametrize(
    ("definitions", "gap"),
    [
        ([{"name": "x", "type": "num", "lb": 0, "ub": 1}], None),
        ([{"name": "a", "type": "cat", "categories": ["p", "q"]}], None),
        ([{"name": name, "type": "cat", "categories": ["p", "q"]} for name in "ab"], "q"),
    ],
)
def test_what_is_no_string_is_refused(definitions: list[dict[str, Any]], gap: str | None) -> None:
    with pytest.raises(IncompatibleError, match="two columns or more with the same categories"):
        SequenceOffspring(gap=gap).check(DesignSpace().parse(definitions))


def test_a_letter_is_not_taken_for_the_gap() -> None:
    SequenceOffspring(gap="7").check(strings())
    with pytest.raises(IncompatibleError, match="gap='skip', and the last category of a place is '7'"):
        SequenceOffspring(gap="skip").check(strings())
