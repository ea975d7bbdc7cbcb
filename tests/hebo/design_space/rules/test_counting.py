import itertools
import math

import pytest

from hebo.design_space.design_space import DesignSpace


def test_without_conditions_the_cardinalities_are_multiplied():
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "cat", "categories": ["x", "y", "z"]},
            {"name": "b", "type": "int", "lb": 1, "ub": 10},
            {"name": "c", "type": "permutation", "length": 4},
            {"name": "d", "type": "num", "lb": 0, "ub": 1, "step": 0.5},
        ]
    )
    assert space.cardinality == 3 * 10 * 24 * 3


def test_one_real_number_makes_it_infinite():
    space = DesignSpace().parse(
        [{"name": "a", "type": "bool"}, {"name": "x", "type": "num", "lb": 0, "ub": 1}]
    )
    assert space.cardinality is None


def test_a_real_number_that_is_never_active_does_not_make_it_infinite():
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "bool"},
            {"name": "b", "type": "bool", "active_if": {"a": [True]}},
            {"name": "x", "type": "num", "lb": 0, "ub": 1, "active_if": {"a": [False], "b": [True]}},
        ]
    )
    assert space.cardinality == 3


def test_forty_independent_gates_are_counted_without_enumeration():
    gates = [{"name": f"g{i}", "type": "bool"} for i in range(40)]
    values = [
        {"name": f"v{i}", "type": "int", "lb": 0, "ub": 4, "active_if": {f"g{i}": [True]}} for i in range(40)
    ]
    assert DesignSpace().parse(gates + values).cardinality == 6**40


@pytest.mark.parametrize("limit", [17, 18, 1000])
def test_the_count_agrees_with_the_list_of_all_points(limit):
    space = DesignSpace().parse(
        [
            {"name": "n", "type": "int", "lb": 1, "ub": 3},
            *({"name": f"w{i}", "type": "bool", "active_if": {"n": list(range(i, 4))}} for i in (1, 2, 3)),
            {"name": "k", "type": "cat", "categories": ["a", "b"], "active_if": {"n": [3], "w3": [True]}},
        ]
    )
    # 2 points of width 1, 4 of width 2, and of width 3 four with w3 off and twice four with w3 on.
    assert space.cardinality == 2 + 4 + 4 + 8
    every = space.points(limit)
    if limit < 18:
        assert every is None
    else:
        assert len(every) == len(every.unique(dim=0)) == 18
        assert space.contains(every).all()


def test_the_list_of_all_points_of_a_small_grid_is_its_product():
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "int", "lb": 0, "ub": 2},
            {"name": "b", "type": "cat", "categories": ["x", "y", "z"]},
        ]
    )
    every = sorted(map(tuple, space.points(9).tolist()))
    assert every == list(itertools.product([0.0, 1.0, 2.0], repeat=2))
    assert space.points(8) is None


def slots_and_sizes(n_slots, values, n_sizes):
    """Slots of which any may hold any value, and for each value a number that exists while a slot holds it."""
    slots = [{"name": f"s{i}", "type": "cat", "categories": list(values)} for i in range(n_slots)]
    sizes = [
        {
            "name": f"{value}_size",
            "type": "int",
            "lb": 1,
            "ub": n_sizes,
            "active_if": [{slot["name"]: [value]} for slot in slots],
        }
        for value in values
    ]
    return DesignSpace().parse(slots + sizes)


def test_slots_that_share_numbers_are_counted_by_the_set_of_values_used():
    # For each set of k values: the sequences that use just these (inclusion, exclusion), times their sizes.
    def expected(n_slots, n_values, n_sizes):
        return sum(
            math.comb(n_values, k)
            * n_sizes**k
            * sum((-1) ** (k - j) * math.comb(k, j) * j**n_slots for j in range(k + 1))
            for k in range(1, n_values + 1)
        )

    assert slots_and_sizes(2, "ab", 3).cardinality == expected(2, 2, 3) == 2 * 3 + 2 * 9
    assert slots_and_sizes(20, "abcdefg", 5).cardinality == expected(20, 7, 5)


def test_conditions_that_no_point_meets_are_not_counted():
    # `c` needs both values of `a` at once, through `b`.
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "bool"},
            {"name": "b", "type": "bool", "active_if": {"a": [True]}},
            {"name": "x", "type": "num", "lb": 0, "ub": 1, "active_if": [{"a": [False], "b": [True]}]},
            {"name": "d", "type": "bool", "active_if": [{"a": [False]}, {"b": [False]}]},
        ]
    )
    # a = False: d; a = True: b = True, or b = False and d.
    assert space.cardinality == 2 + 1 + 2


def test_a_real_number_behind_one_alternative_makes_it_infinite():
    x = {"name": "x", "type": "num", "lb": 0, "ub": 1}
    gates = [{"name": name, "type": "bool"} for name in "ab"]
    space = DesignSpace().parse([*gates, {**x, "active_if": [{"a": [True]}, {"b": [True]}]}])
    assert space.cardinality is None
