import itertools
import math

import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.sampling import UnitCube
from hebo.errors import ConfigError
from hebo.random import make_generator


def draw(keys, n, method="sobol", seed=0):
    space = DesignSpace().parse([{"name": "x", **keys}])
    x = space.sample(n, generator=make_generator(seed), method=method)
    assert x.dtype == torch.float64
    assert space.contains(x).all()
    return x[:, 0]


EVEN = [
    ({"type": "int", "lb": 0, "ub": 4}, 5),
    ({"type": "cat", "categories": ["a", "b", "c"]}, 3),
    ({"type": "ordinal", "levels": ["a", "b", "c"]}, 3),
    ({"type": "bool"}, 2),
    ({"type": "num", "lb": 0, "ub": 1, "step": 0.1}, 11),
    ({"type": "step_int", "lb": 0, "ub": 30, "step": 10}, 4),
    ({"type": "int_exponent", "lb": 32, "ub": 256, "base": 2}, 4),
]


@pytest.mark.parametrize(("keys", "count"), EVEN)
def test_every_value_gets_its_share_of_a_sobol_sample_ends_included(keys, count):
    shares = draw(keys, 4096).unique(return_counts=True)[1] / 4096
    assert shares.tolist() == pytest.approx([1 / count] * count, abs=1e-3)


@pytest.mark.parametrize(("keys", "count"), EVEN)
def test_every_value_is_equally_likely_in_a_random_sample(keys, count):
    counts = draw(keys, 8000, "random").unique(return_counts=True)[1]
    assert len(counts) == count
    sd = math.sqrt(8000 / count * (1 - 1 / count))
    assert counts.tolist() == pytest.approx([8000 / count] * count, abs=4.5 * sd)


@pytest.mark.parametrize(("type_", "extra"), [("int", {"log": True}), ("pow_int", {})])
def test_log_integers_get_the_share_of_their_cell_on_the_log_scale(type_, extra):
    x = draw({"type": type_, "lb": 1, "ub": 10, **extra}, 8192)
    shares = (x.unique(return_counts=True)[1] / 8192).tolist()
    total = math.log(10.5 / 0.5)
    assert shares == pytest.approx([math.log((k + 0.5) / (k - 0.5)) / total for k in range(1, 11)], abs=2e-3)


def test_a_first_log_step_near_zero_gets_a_cell_like_that_above_it():
    x = draw({"type": "num", "log": True, "lb": 1, "ub": 31, "step": 10}, 8192)
    edges = [1 / 6, 6, 16, 26, 36]
    widths = [math.log(b / a) / math.log(216) for a, b in itertools.pairwise(edges)]
    assert (x.unique(return_counts=True)[1] / 8192).tolist() == pytest.approx(widths, abs=2e-3)


@pytest.mark.parametrize("keys", [{"type": "num", "lb": -1, "ub": 3}, {"type": "pow", "lb": 0.1, "ub": 1000}])
def test_real_numbers_are_uniform_in_their_encoded_column(keys):
    x = (draw(keys, 1024) + 1) / 4
    assert x.sort()[0].tolist() == pytest.approx(((torch.arange(1024) + 0.5) / 1024).tolist(), abs=2e-3)


def test_all_orders_of_a_permutation_are_equally_likely():
    space = DesignSpace().parse([{"name": "p", "type": "permutation", "length": 3}])
    x = space.sample(6000, generator=make_generator(0), method="random")
    counts = x.unique(dim=0, return_counts=True)[1]
    assert counts.tolist() == pytest.approx([1000] * 6, abs=130)


def test_a_wide_integer_range_is_hit_finer_than_sobol_digits():
    x = draw({"type": "int", "lb": 0, "ub": 2**40}, 64)
    assert (x % 2**10).unique().numel() > 50


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_the_generator_alone_decides(method):
    keys = {"type": "num", "lb": 0, "ub": 1}
    torch.manual_seed(1)
    one = draw(keys, 16, method)
    torch.manual_seed(2)
    assert one.equal(draw(keys, 16, method))
    assert not one.equal(draw(keys, 16, method, seed=1))


def test_two_draws_from_one_generator_differ():
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
    generator = make_generator(0)
    assert not space.sample(4, generator=generator).equal(space.sample(4, generator=generator))


def test_sobol_spreads_better_than_random():
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
    cells = {
        method: (space.sample(256, generator=make_generator(0), method=method) * 16).floor().unique(dim=0)
        for method in ("sobol", "random")
    }
    assert len(cells["sobol"]) == 256
    assert len(cells["random"]) < 200


def test_more_columns_than_torch_has_sobol_dimensions_are_filled_up():
    cube = UnitCube(21300, method="sobol", generator=make_generator(0))
    u = cube.draw(4)
    assert u.shape == (4, 21300)
    assert ((u >= 0) & (u < 1)).all()
    assert u.std(0).min() > 0


def test_no_points_may_be_asked_for():
    assert draw({"type": "bool"}, 0).shape == (0,)


def test_an_unknown_method_is_refused():
    with pytest.raises(ConfigError, match="method = 'grid' is unknown; use 'sobol' or 'random'"):
        draw({"type": "bool"}, 2, "grid")


def constrained(parameters, *rules):
    return DesignSpace().parse(parameters, constraints=[{"type": "linear", **rule} for rule in rules])


UNIT = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abcdefgh"]
COUNTS = [{"name": name, "type": "int", "lb": 0, "ub": 100} for name in "abcdefgh"]
ONES = dict.fromkeys("abcdefgh", 1)

HARD = {
    "small corner": constrained(UNIT, {"coefficients": ONES, "ub": 0.1}),
    "thin slab": constrained(UNIT, {"coefficients": ONES, "lb": 2, "ub": 2 + 1e-6}),
    "mixture": constrained(UNIT, {"coefficients": ONES, "lb": 1, "ub": 1}),
    "two equations": constrained(
        UNIT,
        {"coefficients": ONES, "lb": 3, "ub": 3},
        {"coefficients": {"a": 1, "b": -1, "c": 2}, "lb": 0.5, "ub": 0.5},
    ),
    "narrow wedge": constrained(
        UNIT,
        {"coefficients": {"a": 1, "b": -1}, "lb": 0},
        {"coefficients": {"a": 1, "b": -1.001}, "ub": 0},
        {"coefficients": {"c": 1, "d": -1}, "lb": 0, "ub": 1e-4},
    ),
    "integer sum": constrained(COUNTS, {"coefficients": ONES, "lb": 100, "ub": 100}),
    "small integer sum": constrained(COUNTS, {"coefficients": ONES, "ub": 5}),
    "weighted integers": constrained(
        COUNTS, {"coefficients": {"a": 3, "b": 5, "c": 7}, "lb": 101, "ub": 101}
    ),
    "mixed": constrained(
        [*UNIT[:2], *COUNTS[2:5]],
        {"coefficients": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, "lb": 7.5, "ub": 7.5},
    ),
    "logarithms": constrained(
        [{"name": name, "type": "pow", "lb": 1e-3, "ub": 10} for name in "abc"],
        {"coefficients": {"a": 1, "b": 1, "c": 1}, "lb": 20, "ub": 20.001},
    ),
    "exponents": constrained(
        [{"name": name, "type": "int_exponent", "lb": 1, "ub": 1024, "base": 2} for name in "abc"],
        {"coefficients": {"a": 1, "b": 1, "c": 1}, "ub": 7},
    ),
    "conditional": constrained(
        [
            *UNIT[:2],
            {"name": "k", "type": "cat", "categories": ["x", "y"]},
            {**UNIT[2], "active_if": {"k": ["x"]}},
        ],
        {"coefficients": {"a": 1, "b": 1, "c": 1}, "lb": 1.5, "ub": 1.5},
    ),
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("method", ["sobol", "random"])
def test_samples_of_hard_constraints_are_feasible_and_varied(name, method):
    space = HARD[name]
    x = space.sample(40, generator=make_generator(0), method=method)
    assert x.shape == (40, space.n_dims)
    assert space.contains(x).all()
    assert space.contains(space.encode(space.decode(x))).all()
    assert len(x.unique(dim=0)) >= 12
    assert x.equal(space.sample(40, generator=make_generator(0), method=method))


@pytest.mark.parametrize("name", HARD)
def test_any_point_is_repaired_to_a_feasible_one_that_stays(name):
    space = HARD[name]
    low, high = space.bounds
    wild = torch.rand(200, space.n_dims, dtype=torch.float64, generator=make_generator(0))
    x = space.project(low - 0.5 * (high - low) + 2 * wild * (high - low))
    assert space.contains(x).all()
    assert space.project(x).equal(x)
    assert len(x.unique(dim=0)) > 10


def test_mixtures_are_spread_like_a_uniform_simplex():
    space = constrained(UNIT[:3], {"coefficients": {"a": 1, "b": 1, "c": 1}, "lb": 1, "ub": 1})
    x = space.sample(2000, generator=make_generator(0))
    # Uniform on the simplex: each component is Beta(1, 2).
    for level in (0.1, 0.3, 0.5, 0.8):
        assert (x < level).double().mean(0).tolist() == pytest.approx([1 - (1 - level) ** 2] * 3, abs=0.06)


def test_small_corners_are_spread_like_a_uniform_simplex():
    space = constrained(UNIT[:4], {"coefficients": dict.fromkeys("abcd", 1), "ub": 0.01})
    x = space.sample(2000, generator=make_generator(0)) * 100
    # The sum of a uniform point of a 4-d corner is the largest of four uniform numbers: Beta(4, 1).
    for level in (0.5, 0.8, 0.9):
        assert (x.sum(1) < level).double().mean().item() == pytest.approx(level**4, abs=0.06)
