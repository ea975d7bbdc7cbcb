import itertools

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.rules.activation import Activation, narrow

SLOTS = [{"name": f"s{i}", "type": "cat", "categories": ["a", "b", "c"]} for i in (1, 2)]


def in_any_slot(name, *values):
    return {"name": name, "type": "bool", "active_if": [{"s1": list(values)}, {"s2": list(values)}]}


def activation_of(*definitions):
    space = DesignSpace().parse([*SLOTS, *definitions])
    return Activation.of(space.layout, space.conditions)


ACTIVATION = activation_of(
    in_any_slot("xa", "a"),
    in_any_slot("xb", "b"),
    in_any_slot("xbc", "b", "c"),
    {"name": "deep", "type": "bool", "active_if": [{"xa": [True], "xb": [False]}]},
)


def at(**held):
    return {name: frozenset(positions) for name, positions in held.items()}


def found(*wanted, rank=list, **held):
    return list(ACTIVATION.ways(wanted, at(**held), rank=rank))


def test_each_alternative_is_a_way():
    assert found("xa") == [at(s1=[0]), at(s2=[0])]
    assert found("s1") == [{}]


def test_several_parameters_share_what_they_can():
    # `xbc` is certain wherever `xb` is.
    assert found("xb", "xbc") == [at(s1=[1]), at(s2=[1])]
    assert found("xa", "xb") == [at(s1=[0], s2=[1]), at(s2=[0], s1=[1])]


def test_what_is_held_already_rules_ways_out():
    assert found("xa", s1=[1]) == [at(s1=[1], s2=[0])]
    assert found("xa", s1=[1], s2=[2]) == []
    assert found("xbc", s1=[0, 1], s2=[0]) == [at(s1=[1], s2=[0])]


def test_parents_of_parents_are_held_as_well():
    assert found("deep") == [at(xa=[1], xb=[0], s1=[0], s2=[1]), at(xa=[1], xb=[0], s2=[0], s1=[1])]


def test_the_ranking_says_which_way_comes_first():
    assert found("xa", rank=lambda options: options[::-1])[0] == at(s2=[0])


def test_a_search_ends_without_a_way_where_three_need_two_places():
    activation = activation_of(*(in_any_slot(f"x{one}", one) for one in "abc"))
    for pair in itertools.combinations(["xa", "xb", "xc"], 2):
        assert next(activation.ways(pair, {}), None) is not None
    assert next(activation.ways(["xa", "xb", "xc"], {}), None) is None


def test_narrowing_keeps_what_both_allow():
    assert narrow(at(s1=[0, 1], s2=[2]), at(s1=[1, 2])) == at(s1=[1], s2=[2])
    assert narrow(at(s1=[0]), at(s1=[1])) == at(s1=[])


def test_only_what_every_way_needs_is_forced():
    assert ACTIVATION.force(["xa", "xb"], {}) == ({}, ["xa", "xb"])
    assert ACTIVATION.force(["xa", "xb"], at(s1=[0])) == (at(s1=[0], s2=[1]), [])
    assert ACTIVATION.force(["deep"], at(s2=[1])) == (at(s2=[1], xa=[1], xb=[0], s1=[0]), [])


def test_the_fewest_parents_move_and_those_that_are_nearest():
    def moved(s1, s2, *wanted, target=(0.0, 0.0)):
        point = {"s1": s1, "s2": s2, "xa": 0, "xb": 0}
        return ACTIVATION.nearest(point, dict(zip(("s1", "s2"), target, strict=True)), wanted, {})

    assert moved(0, 2, "xa") == {}
    assert moved(2, 2, "xa", target=(1.9, 1.6)) == {"s2": 0}
    assert moved(2, 2, "xa", target=(1.6, 1.9)) == {"s1": 0}
    # The first place must stay, though the second would be further from its target.
    assert moved(0, 2, "xa", "xb", target=(0.9, 2.4)) == {"s2": 1}
    assert moved(0, 0, "xbc", target=(0.1, 1.6)) == {"s2": 2}
