import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, SpaceError
from hebo.random import make_generator

SPACE = DesignSpace().parse(
    [
        {"name": "lr", "type": "pow", "lb": 1e-4, "ub": 1},
        {"name": "n", "type": "int", "lb": 1, "ub": 9},
        {"name": "kernel", "type": "cat", "categories": ["rbf", "poly", "linear"]},
        {"name": "order", "type": "permutation", "length": 3},
        {"name": "degree", "type": "int", "lb": 2, "ub": 6, "active_if": {"kernel": ["poly"]}},
        {"name": "gamma", "type": "num", "lb": 0, "ub": 1, "active_if": {"kernel": ["rbf", "poly"]}},
    ]
)


def draw(domain, n=64):
    x = domain.sample(n, generator=make_generator(1))
    assert domain.contains(x).all()
    assert SPACE.contains(x).all()
    assert domain.project(x).equal(x)
    return SPACE.decode(x)


def test_pinned_parameters_hold_their_natural_value_and_others_vary():
    frame = draw(SPACE.fix({"lr": 0.01, "n": np.int64(3), "order": [2, 0, 1]}))
    assert set(frame["lr"]) == {0.01}
    assert set(frame["n"]) == {3}
    assert frame["order"].tolist() == [[2, 0, 1]] * 64
    assert set(frame["kernel"]) == {"rbf", "poly", "linear"}


def test_bounds_have_no_range_in_pinned_columns():
    domain = SPACE.fix({"lr": 0.01})
    assert domain.bounds[:, 0].tolist() == [-2.0, -2.0]
    assert domain.bounds[:, 1:].equal(SPACE.bounds[:, 1:])


def test_projection_restores_pinned_values_and_contains_asks_for_them():
    domain = SPACE.fix({"n": 3})
    x = SPACE.sample(20, generator=make_generator(0))
    assert (domain.contains(x) == (x[:, 1] == 3)).all()
    assert (domain.project(x)[:, 1] == 3).all()


def test_neighbors_never_leave_the_pinned_values():
    domain = SPACE.fix({"n": 3, "kernel": "poly"})
    x = domain.sample(1, generator=make_generator(0))[0]
    near = SPACE.decode(domain.neighbors(x, generator=make_generator(0)))
    assert set(near["n"]) == {3}
    assert set(near["kernel"]) == {"poly"}
    assert len(near) > 0


def test_pinning_a_child_holds_its_parent_to_a_value_that_keeps_it_active():
    frame = draw(SPACE.fix({"degree": 4}))
    assert set(frame["kernel"]) == {"poly"}
    assert set(frame["degree"]) == {4}


def test_a_parent_with_several_good_values_still_takes_them_all_alike():
    frame = draw(SPACE.fix({"gamma": 0.5}), 256)
    assert frame["kernel"].value_counts().to_dict() == pytest.approx({"rbf": 128, "poly": 128}, abs=8)
    assert set(frame["gamma"]) == {0.5}


def test_projection_moves_a_free_parent_to_a_value_that_keeps_a_pinned_child_active():
    domain = SPACE.fix({"degree": 4})
    x = SPACE.sample(30, generator=make_generator(0))
    assert set(SPACE.decode(domain.project(x))["degree"]) == {4}


def test_a_parent_pinned_to_another_value_switches_its_pinned_child_off():
    frame = draw(SPACE.fix({"kernel": "linear", "degree": 4}))
    assert frame["degree"].isna().all()


def test_nested_parents_of_a_pinned_child_are_held_as_well():
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "bool"},
            {"name": "b", "type": "int", "lb": 0, "ub": 9, "active_if": {"a": [True]}},
            {"name": "c", "type": "bool", "active_if": {"b": [7, 9]}},
        ]
    )
    frame = space.decode(space.fix({"c": False}).sample(40, generator=make_generator(0)))
    assert set(frame["a"]) == {True}
    assert set(frame["b"]) == {7, 9}
    assert set(frame["c"]) == {False}
    off = space.decode(space.fix({"a": False, "c": True}).sample(4, generator=make_generator(0)))
    assert off["c"].isna().all()


def test_children_that_need_different_parents_are_refused():
    space = DesignSpace().parse(
        [
            {"name": "k", "type": "cat", "categories": ["a", "b"]},
            {"name": "x", "type": "bool", "active_if": {"k": ["a"]}},
            {"name": "y", "type": "bool", "active_if": {"k": ["b"]}},
        ]
    )
    with pytest.raises(DataError, match=r"Cannot fix .* with the others: they need different 'k'"):
        space.fix({"x": True, "y": True})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lrr": 0.1}, "Cannot fix 'lrr': no such parameter. Did you mean 'lr'"),
        ({"lr": 10}, "Cannot fix 'lr'.*outside"),
        ({"lr": None}, "Cannot fix 'lr'.*missing"),
        ({"n": 2.5}, "Cannot fix 'n'.*not on the grid"),
        ({"kernel": "cubic"}, "Cannot fix 'kernel'.*'cubic' is not one of"),
        ({"degree": "3"}, "Cannot fix 'degree'.*not a number"),
    ],
)
def test_unknown_names_and_bad_values_are_refused_at_once(values, message):
    with pytest.raises(DataError, match=message):
        SPACE.fix(values)


def test_fixing_everything_leaves_one_point():
    values = {"lr": 0.1, "n": 1, "kernel": "poly", "order": [0, 1, 2], "degree": 2, "gamma": 0.0}
    domain = SPACE.fix(values)
    assert len(domain.points(1)) == 1
    assert SPACE.decode(domain.points(1)).iloc[0].to_dict() == values
    assert len(domain.neighbors(domain.points(1)[0], generator=make_generator(0))) == 0


def test_all_points_of_a_fixed_space_are_listed():
    domain = SPACE.fix({"lr": 0.1, "n": 2, "gamma": 0.5, "order": [0, 1, 2]})
    kernels = SPACE.decode(domain.points(100))[["kernel", "degree"]].values.tolist()
    assert sorted(map(str, kernels)) == sorted(
        map(str, [["rbf", None], *(["poly", degree] for degree in range(2, 7))])
    )


CAKE = DesignSpace().parse(
    [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in ("flour", "sugar", "egg")],
    constraints=[{"type": "linear", "coefficients": {"flour": 1, "sugar": 1, "egg": 1}, "lb": 1, "ub": 1}],
)


def test_the_free_parameters_make_up_for_a_pinned_one_in_a_mixture():
    domain = CAKE.fix({"sugar": 0.75})
    for x in (
        domain.sample(50, generator=make_generator(0)),
        domain.project(torch.rand(50, 3, generator=make_generator(1))),
    ):
        assert domain.contains(x).all()
        assert (x[:, 1] == 0.75).all()
        assert torch.allclose(x.sum(1), torch.ones(50, dtype=torch.float64))


def test_pins_that_leave_nothing_feasible_are_refused_with_the_constraint():
    domain = CAKE.fix({"sugar": 0.75, "egg": 0.75})
    with pytest.raises(SpaceError, match=r"with sugar, egg fixed: constraint 1 <= 1\*flour \+ 1\*sugar"):
        domain.sample(3, generator=make_generator(0))


# Three places for letters, each with a number that exists while one of the places holds it.
PLACES = [{"name": f"p{i}", "type": "cat", "categories": list("abcdef")} for i in (1, 2, 3)]
LETTERS = DesignSpace().parse(
    [
        *PLACES,
        *(
            {
                "name": f"n_{a}",
                "type": "int",
                "lb": 0,
                "ub": 9,
                "active_if": [{f"p{i}": [a]} for i in (1, 2, 3)],
            }
            for a in "abcdef"
        ),
    ]
)


def letters(*places):
    values = dict(zip(("p1", "p2", "p3"), places, strict=True), **{f"n_{a}": 1 for a in "abcdef"})
    return LETTERS.encode(pd.DataFrame([values]))


def letters_of(domain, n=200, **settings):
    x = domain.sample(n, generator=make_generator(3), **settings)
    assert domain.contains(x).all()
    assert LETTERS.contains(x).all()
    assert domain.project(x).equal(x)
    return LETTERS.decode(x)


def test_pinning_a_child_with_alternatives_puts_its_value_into_one_of_the_places():
    frame = letters_of(LETTERS.fix({"n_c": 7}), 600, method="random")
    assert set(frame["n_c"]) == {7}
    has = frame[["p1", "p2", "p3"]] == "c"
    assert has.any(axis=1).all()
    # It goes to all places alike: 1/6 by itself, and a third of the (5/6)^3 of points that had none.
    expected = 600 * (1 / 6 + (5 / 6) ** 3 / 3)
    assert has.sum().tolist() == pytest.approx([expected] * 3, abs=40)


def test_pins_of_several_children_share_the_places():
    frame = letters_of(LETTERS.fix({"n_a": 1, "n_b": 2, "n_c": 3}))
    places = frame[["p1", "p2", "p3"]].agg("".join, axis=1)
    assert set(places.map(sorted).map("".join)) == {"abc"}
    assert len(set(places)) == 6


def test_more_children_than_places_are_refused():
    with pytest.raises(
        DataError, match=r"Cannot fix 'n_d' with the others: they need different 'p1', 'p2', 'p3'"
    ):
        LETTERS.fix(dict.fromkeys(["n_a", "n_b", "n_c", "n_d"], 1))


def test_one_place_left_is_held_and_none_left_switches_off():
    held = LETTERS.fix({"p1": "a", "p3": "b", "n_c": 5})
    assert set(letters_of(held)["p2"]) == {"c"}
    frame = letters_of(LETTERS.fix({"p1": "a", "p2": "b", "p3": "b", "n_c": 5}))
    assert frame["n_c"].isna().all()
    assert set(frame["n_a"]) > {0}


def test_projection_changes_the_fewest_places_and_the_nearest_of_them():
    domain = LETTERS.fix({"n_c": 7})
    point = letters("a", "f", "d")
    assert LETTERS.decode(domain.project(point))[["p1", "p2", "p3"]].values.tolist() == [["a", "f", "c"]]
    with_c = letters("a", "c", "d")
    assert LETTERS.decode(domain.project(with_c))[["p1", "p2", "p3"]].values.tolist() == [["a", "c", "d"]]


def test_all_points_of_a_space_fixed_by_alternatives_are_listed_once():
    small = DesignSpace().parse(
        [*PLACES, {"name": "n", "type": "int", "lb": 0, "ub": 9, "active_if": [{"p1": ["a"]}, {"p2": ["b"]}]}]
    )
    domain = small.fix({"n": 4, "p3": "f"})
    every = domain.points(1000)
    assert len(every) == len(every.unique(dim=0)) == 6 + 6 - 1
    assert domain.contains(every).all()
    near = domain.neighbors(every[0], generator=make_generator(0))
    assert domain.contains(near).all()
