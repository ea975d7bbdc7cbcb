import math

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError


def space_of(**keys):
    return DesignSpace().parse([{"name": "n", **keys}])


@pytest.mark.parametrize(
    ("keys", "values", "columns"),
    [
        ({"type": "int", "lb": -2, "ub": 3}, [-2, 0, 3], [-2.0, 0.0, 3.0]),
        ({"type": "int", "lb": 1, "ub": 100, "log": True}, [1, 100], [0.0, math.log(100)]),
        ({"type": "pow_int", "lb": 1, "ub": 1000}, [1, 10, 1000], [0.0, 1.0, 3.0]),
        ({"type": "pow_int", "lb": 1, "ub": 64, "base": 2}, [1, 8], [0.0, 3.0]),
        ({"type": "step_int", "lb": 5, "ub": 25, "step": 10}, [5, 15, 25], [5.0, 15.0, 25.0]),
        ({"type": "int_exponent", "lb": 32, "ub": 256, "base": 2}, [32, 64, 256], [5.0, 6.0, 8.0]),
    ],
)
def test_encoded_columns_and_the_way_back(keys, values, columns):
    space = space_of(**keys)
    x = space.encode(pd.DataFrame({"n": values}))
    assert x[:, 0].tolist() == pytest.approx(columns)
    decoded = space.decode(x)["n"].tolist()
    assert decoded == values
    assert all(type(value) is int for value in decoded)


def test_a_record_of_a_decoded_frame_keeps_integers_beside_floats():
    space = DesignSpace().parse(
        [{"name": "n", "type": "int", "lb": 1, "ub": 9}, {"name": "x", "type": "num", "lb": 0, "ub": 1}]
    )
    (row,) = space.decode(torch.tensor([[3.0, 0.5]])).to_dict("records")
    assert type(row["n"]) is int


def test_log_integers_round_in_natural_units():
    space = space_of(type="int", lb=1, ub=100, log=True)
    # Halfway between 2 and 3 is 2.5 in natural units, sqrt(6) = 2.449 on the log scale.
    assert space.decode(torch.tensor([[math.log(2.47)]]))["n"][0] == 2
    assert space.decode(torch.tensor([[math.log(2.53)]]))["n"][0] == 3


@pytest.mark.parametrize("log", [False, True])
def test_every_integer_survives_encoding(log):
    space = space_of(type="int", lb=1, ub=5000, log=log)
    values = list(range(1, 5001))
    assert space.decode(space.encode(pd.DataFrame({"n": values})))["n"].tolist() == values


def test_neighbouring_large_log_integers_stay_apart():
    space = space_of(type="pow_int", lb=1, ub=10**12)
    values = [10**12 - 2, 10**12 - 1, 10**12]
    assert space.decode(space.encode(pd.DataFrame({"n": values})))["n"].tolist() == values


def test_int_exponent_gives_exact_powers_beyond_64_bits():
    space = space_of(type="int_exponent", lb=1, ub=3**60, base=3)
    assert space.decode(space.bounds)["n"].tolist() == [1, 3**60]
    assert space.cardinality == 61


def test_step_int_ends_at_the_last_step():
    space = space_of(type="step_int", lb=0, ub=10, step=4)
    assert space.bounds[:, 0].tolist() == [0.0, 8.0]
    assert space.cardinality == 3


def test_integral_floats_and_numpy_integers_are_accepted_as_bounds():
    space = space_of(type="int", lb=1.0, ub=np.int64(4))
    assert space.to_json()["parameters"][0] == {"name": "n", "type": "int", "lb": 1, "ub": 4}


@pytest.mark.parametrize("type_", ["int", "pow_int", "step_int", "int_exponent"])
def test_bounds_that_are_not_integers_are_refused(type_):
    extra = {"step_int": {"step": 1}, "int_exponent": {"base": 2}}.get(type_, {})
    with pytest.raises(SpaceError, match=r"'n': ub = 3.5 is not an integer; round it"):
        space_of(type=type_, lb=1, ub=3.5, **extra)


def test_bounds_where_float64_blurs_integers_are_refused():
    with pytest.raises(SpaceError, match=r"'n': ub = .* beyond 9e"):
        space_of(type="int", lb=0, ub=2**60)
    with pytest.raises(SpaceError, match=r"'n': ub = .* beyond 1e"):
        space_of(type="int", lb=1, ub=10**13, log=True)


def test_int_exponent_refuses_bounds_between_powers_and_names_the_nearest():
    with pytest.raises(SpaceError, match=r"'n': ub = 100 is not a power of base = 2; use 64 or 128"):
        space_of(type="int_exponent", lb=32, ub=100, base=2)


def test_int_exponent_refuses_zero_and_fractional_bases():
    with pytest.raises(SpaceError, match="'n': lb = 0 is not a power"):
        space_of(type="int_exponent", lb=0, ub=8, base=2)
    with pytest.raises(SpaceError, match=r"'n': base = 2.5 must be an integer"):
        space_of(type="int_exponent", lb=1, ub=8, base=2.5)


def test_step_int_refuses_fractional_steps():
    with pytest.raises(SpaceError, match=r"'n': step = 0.5 must be an integer"):
        space_of(type="step_int", lb=0, ub=8, step=0.5)
