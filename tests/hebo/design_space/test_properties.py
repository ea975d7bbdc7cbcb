"""Laws that hold in every space, tried on random ones."""

import json

import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.values.plain_values import object_column
from hebo.random import make_generator

CHECKS = settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.0, 2.0])
    | st.text("ab1", max_size=2)
)
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.tuples(inner), max_leaves=3)
distinct = st.lists(values, min_size=1, max_size=5, unique_by=repr)
reals = st.floats(-1e6, 1e6).map(lambda value: round(value, 6))


def ordered(strategy):
    return st.tuples(strategy, strategy).map(sorted)


@st.composite
def num(draw):
    lb, ub = draw(ordered(reals))
    step = draw(st.none() | st.floats(0.01, 1.0)) if ub - lb > 1e-3 else None
    return {"type": "num", "lb": lb, "ub": ub, **({} if step is None else {"step": (ub - lb) * step})}


@st.composite
def positive(draw):
    lb, ub = draw(ordered(st.floats(1e-8, 1e8)))
    kind = draw(st.sampled_from(["pow", "num"]))
    return {"type": kind, "lb": lb, "ub": ub, **({"log": True} if kind == "num" else {})}


@st.composite
def integer(draw):
    lb, ub = draw(ordered(st.integers(1, 10**6)))
    kind = draw(st.sampled_from(["int", "pow_int", "log", "step_int", "negative"]))
    if kind == "step_int":
        return {"type": "step_int", "lb": lb, "ub": ub + 3, "step": draw(st.integers(1, ub + 3 - lb))}
    if kind == "negative":
        return {"type": "int", "lb": -ub, "ub": lb}
    return {"type": "pow_int" if kind == "pow_int" else "int", "lb": lb, "ub": ub} | (
        {"log": True} if kind == "log" else {}
    )


@st.composite
def exponent(draw):
    base, (first, last) = draw(st.integers(2, 7)), draw(ordered(st.integers(0, 12)))
    return {"type": "int_exponent", "lb": base**first, "ub": base**last, "base": base}


sigmoid = st.tuples(st.floats(1e-4, 0.4), st.floats(0.5, 0.999)).map(
    lambda ends: {"type": "sigmoid", "lb": ends[0], "ub": ends[1]}
)
listed = st.one_of(
    distinct.map(lambda one: {"type": "cat", "categories": one}),
    distinct.map(lambda one: {"type": "ordinal", "levels": one}),
    distinct.map(lambda one: {"type": "permutation", "items": one}),
    st.integers(1, 6).map(lambda length: {"type": "permutation", "length": length}),
    st.just({"type": "bool"}),
)
parameters = st.lists(num() | positive() | integer() | exponent() | sigmoid | listed, min_size=1, max_size=7)


@st.composite
def spaces(draw):
    """Draw a space of random types, some of whose parameters depend on earlier discrete ones."""
    definitions = [{"name": f"p{i}", **keys} for i, keys in enumerate(draw(parameters))]
    for position, definition in enumerate(definitions):
        listed_before = [one for one in definitions[:position] if one["type"] in ("cat", "ordinal", "bool")]
        if listed_before and draw(st.booleans()):
            either = draw(st.lists(alternatives(listed_before), min_size=1, max_size=3))
            definition["active_if"] = either if draw(st.booleans()) else either[0]
    return DesignSpace().parse(definitions)


@st.composite
def alternatives(draw, parents):
    """Draw values of one or two parents that must agree."""
    chosen = draw(
        st.lists(st.sampled_from(parents), min_size=1, max_size=2, unique_by=lambda one: one["name"])
    )
    choices = {one["name"]: one.get("categories") or one.get("levels") or [False, True] for one in chosen}
    return {
        name: draw(st.lists(st.sampled_from(some), min_size=1, max_size=3)) for name, some in choices.items()
    }


def wild_points(space, seed):
    """Points in and around the bounds, some far outside."""
    low, high = space.bounds
    noise = torch.randn(20, space.n_dims, dtype=torch.float64, generator=make_generator("wild", seed))
    return low + (0.5 + noise) * (high - low + 1e-3)


@given(spaces(), st.integers(0, 9))
@CHECKS
def test_projecting_twice_changes_nothing_and_the_result_is_inside(space, seed):
    x = space.project(wild_points(space, seed))
    assert space.contains(x).all()
    assert space.project(x).equal(x)


@given(spaces(), st.integers(0, 9))
@CHECKS
def test_decoding_and_encoding_gives_projected_points_back(space, seed):
    x = space.project(wild_points(space, seed))
    assert torch.allclose(space.encode(space.decode(x)), x, rtol=1e-9, atol=1e-12)


@given(spaces(), st.sampled_from(["sobol", "random"]))
@CHECKS
def test_samples_are_inside_and_stay_where_they_are(space, method):
    x = space.sample(17, generator=make_generator(0), method=method)
    assert x.shape == (17, space.n_dims)
    assert space.contains(x).all()
    assert torch.allclose(space.project(x), x, rtol=1e-12, atol=1e-12)


@given(spaces())
@CHECKS
def test_neighbors_are_inside_distinct_and_not_the_point_itself(space):
    x = space.sample(1, generator=make_generator(0))
    near = space.neighbors(x[0], generator=make_generator(0))
    assert space.contains(near).all()
    assert len(near.unique(dim=0)) == len(near)
    assert not (near == x).all(1).any()


@given(spaces())
@CHECKS
def test_json_gives_an_equal_space_back(space):
    assert DesignSpace.from_json(json.loads(json.dumps(space.to_json()))) == space


@given(spaces())
@CHECKS
def test_the_list_of_points_has_as_many_as_are_counted(space):
    count, every = space.cardinality, space.points(3000)
    if count is None or count > 3000:
        assert every is None
    else:
        assert len(every) == len(every.unique(dim=0)) == count
        assert space.contains(every).all()


@given(spaces(), st.data())
@CHECKS
def test_the_points_of_a_fixed_space_are_those_of_the_space_with_the_pinned_values(space, data):
    every = space.points(400)
    if every is None:
        return
    active = space.conditions.active(every)
    chosen = data.draw(st.integers(0, len(every) - 1))
    there = [name for name in space.names if name not in active or active[name][chosen]]
    names = data.draw(st.lists(st.sampled_from(there), unique=True, max_size=3))
    row = space.decode(every[chosen].unsqueeze(0)).iloc[0]
    domain = space.fix({name: row[name] for name in names})
    same = torch.ones(len(every), dtype=torch.bool)
    for name in names:
        span = space.columns[name]
        same &= (every[:, span] == every[chosen, span]).all(1) & active.get(name, same)
    assert domain.contains(every).equal(same)
    listed = domain.points(4000)
    assert sorted(listed.tolist()) == sorted(every[same].tolist())


@given(spaces(), st.data())
@CHECKS
def test_pinned_parameters_hold_wherever_a_point_comes_from(space, data):
    row = space.decode(space.sample(1, generator=make_generator(0))).iloc[0]
    given_names = [name for name in space.names if row[name] is not None]
    names = data.draw(st.lists(st.sampled_from(given_names), unique=True))
    domain = space.fix({name: row[name] for name in names})
    for x in (domain.sample(9, generator=make_generator(1)), domain.project(wild_points(space, 0))):
        assert domain.contains(x).all()
        assert space.contains(x).all()
        assert domain.project(x).equal(x)
        for name in names:
            pinned = space.parameters[name].encode(object_column([row[name]]))
            assert x[:, space.columns[name]].equal(pinned.repeat(len(x), 1))


@given(st.lists(st.sampled_from(["num", "int", "step", "pow", "prior"]), min_size=2, max_size=5), st.data())
@CHECKS
def test_points_obey_random_linear_constraints(kinds, data):
    keys = {
        "num": {"type": "num", "lb": -1, "ub": 2},
        "int": {"type": "int", "lb": 0, "ub": 9},
        "step": {"type": "num", "lb": 0, "ub": 2, "step": 0.25},
        "pow": {"type": "pow", "lb": 0.1, "ub": 10},
        "prior": {"type": "pow", "lb": 0.1, "ub": 10, "prior": [1, 6, 2]},
    }
    definitions = [{"name": f"p{i}", **keys[kind]} for i, kind in enumerate(kinds)]
    ends = {one["name"]: (one["lb"], one["ub"]) for one in definitions}
    numbers = st.integers(-3, 3).filter(bool)
    rules = []
    for _ in range(data.draw(st.integers(1, 2))):
        coefficients = {one["name"]: data.draw(numbers) for one in definitions}
        # Each constraint has some room around the same inner point, so that they can hold together.
        inner = sum(
            value * (0.7 * ends[name][0] + 0.3 * ends[name][1]) for name, value in coefficients.items()
        )
        rules.append({"type": "linear", "coefficients": coefficients, "lb": inner - 3, "ub": inner + 3})
    space = DesignSpace().parse(definitions, constraints=rules)
    for x in (space.sample(9, generator=make_generator(0)), space.project(wild_points(space, 0))):
        assert space.contains(x).all()
        assert space.project(x).equal(x)
        assert space.contains(space.encode(space.decode(x))).all()
