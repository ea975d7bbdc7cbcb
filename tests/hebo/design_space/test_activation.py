import itertools

import torch

from hebo.design_space.activation import force, narrow, ways
from hebo.design_space.design_space import DesignSpace

SLOTS = [{"name": f"s{i}", "type": "cat", "categories": ["a", "b", "c"]} for i in (1, 2)]


def in_any_slot(name, *values):
    return {"name": name, "type": "bool", "active_if": [{"s1": list(values)}, {"s2": list(values)}]}


CONDITIONS = (
    DesignSpace()
    .parse(
        [
            *SLOTS,
            in_any_slot("xa", "a"),
            in_any_slot("xb", "b"),
            in_any_slot("xbc", "b", "c"),
            {"name": "deep", "type": "bool", "active_if": [{"xa": [True], "xb": [False]}]},
        ]
    )
    .conditions
)


def codes(**held):
    return {name: torch.tensor(values, dtype=torch.float64) for name, values in held.items()}


def plain(held):
    return {name: values.tolist() for name, values in held.items()}


def found(*wanted, rank=list, **held):
    return [plain(one) for one in ways(CONDITIONS, wanted, codes(**held), rank=rank)]


def test_each_alternative_is_a_way():
    assert found("xa") == [{"s1": [0.0]}, {"s2": [0.0]}]
    assert found("s1") == [{}]


def test_several_parameters_share_what_they_can():
    # `xbc` is certain wherever `xb` is.
    assert found("xb", "xbc") == [{"s1": [1.0]}, {"s2": [1.0]}]
    assert found("xa", "xb") == [{"s1": [0.0], "s2": [1.0]}, {"s2": [0.0], "s1": [1.0]}]


def test_what_is_held_already_rules_ways_out():
    assert found("xa", s1=[1.0]) == [{"s1": [1.0], "s2": [0.0]}]
    assert found("xa", s1=[1.0], s2=[2.0]) == []
    assert found("xbc", s1=[0.0, 1.0], s2=[0.0]) == [{"s1": [1.0], "s2": [0.0]}]


def test_parents_of_parents_are_held_as_well():
    assert found("deep") == [
        {"xa": [1.0], "xb": [0.0], **slots}
        for slots in ({"s1": [0.0], "s2": [1.0]}, {"s2": [0.0], "s1": [1.0]})
    ]


def test_the_ranking_says_which_way_comes_first():
    assert found("xa", rank=lambda options: options[::-1])[0] == {"s2": [0.0]}


def test_a_search_ends_without_a_way_where_three_need_two_places():
    space = DesignSpace().parse([*SLOTS, *(in_any_slot(f"x{one}", one) for one in "abc")])
    for pair in itertools.combinations(["xa", "xb", "xc"], 2):
        assert next(ways(space.conditions, pair, {}), None) is not None
    assert next(ways(space.conditions, ["xa", "xb", "xc"], {}), None) is None


def test_narrowing_keeps_what_both_allow():
    narrowed = narrow(codes(s1=[0.0, 1.0], s2=[2.0]), codes(s1=[1.0, 2.0]))
    assert plain(narrowed) == {"s1": [1.0], "s2": [2.0]}
    assert plain(narrow(codes(s1=[0.0]), codes(s1=[1.0]))) == {"s1": []}


def test_only_what_every_way_needs_is_forced():
    assert force(CONDITIONS, ["xa", "xb"], {}) == ({}, ["xa", "xb"])
    held, left = force(CONDITIONS, ["xa", "xb"], codes(s1=[0.0]))
    assert (plain(held), left) == ({"s1": [0.0], "s2": [1.0]}, [])
    held, left = force(CONDITIONS, ["deep"], codes(s2=[1.0]))
    assert (plain(held), left) == ({"s2": [1.0], "xa": [1.0], "xb": [0.0], "s1": [0.0]}, [])
