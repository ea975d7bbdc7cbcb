import math

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError


def space_of(**keys):
    return DesignSpace().parse([{"name": "x", **keys}])


def encoded(space, *values):
    return space.encode(pd.DataFrame({"x": list(values)}))[:, 0].tolist()


def test_num_is_encoded_as_itself():
    assert encoded(space_of(type="num", lb=-1, ub=2), -1, 0.5, 2) == [-1.0, 0.5, 2.0]


def test_num_with_log_is_encoded_as_natural_logarithm():
    space = space_of(type="num", lb=1, ub=math.e**2, log=True)
    assert encoded(space, 1.0, math.e) == pytest.approx([0.0, 1.0])
    assert space.bounds[:, 0].tolist() == pytest.approx([0.0, 2.0])


def test_pow_counts_decades_by_default_and_powers_of_its_base_otherwise():
    assert encoded(space_of(type="pow", lb=1e-3, ub=1e3), 1e-3, 1.0, 1000.0) == [-3.0, 0.0, 3.0]
    assert encoded(space_of(type="pow", lb=1, ub=16, base=2), 8) == [3.0]
    assert encoded(space_of(type="pow", lb=1, ub=81, base=3), 27) == pytest.approx([3.0])


def test_sigmoid_is_encoded_as_log_odds():
    space = space_of(type="sigmoid", lb=0.1, ub=0.9)
    assert encoded(space, 0.5, 0.75) == pytest.approx([0.0, math.log(3.0)])
    assert space.decode(torch.tensor([[math.log(3.0)]]))["x"][0] == pytest.approx(0.75)


def test_steps_round_to_the_grid_and_decode_without_float_noise():
    space = space_of(type="num", lb=0, ub=1, step=0.1)
    x = space.project(torch.tensor([[0.26], [0.31], [2.0], [-1.0]], dtype=torch.float64))
    assert space.decode(x)["x"].tolist() == [0.3, 0.3, 1.0, 0.0]
    assert space.cardinality == 11
    assert space.discrete_dims == {0}


def test_a_step_that_does_not_divide_the_range_ends_below_ub():
    space = space_of(type="num", lb=0, ub=1, step=0.3)
    assert space.bounds[:, 0].tolist() == pytest.approx([0.0, 0.9])
    assert space.decode(torch.tensor([[5.0]]))["x"][0] == 0.9


def test_log_and_step_combine_to_even_values_rounded_in_natural_units():
    space = space_of(type="num", lb=1, ub=101, step=10, log=True)
    assert space.decode(torch.tensor([[math.log(17.0)], [math.log(15.0)]]))["x"].tolist() == [21.0, 11.0]


@pytest.mark.parametrize(
    ("lb", "ub", "step"), [(0, 1e-198, 1e-200), (1e20, 2e20, 1e19), (-1e-25, 1e-25, 1e-26), (0, 1, 1 / 3)]
)
def test_steps_of_any_magnitude_survive(lb, ub, step):
    space = space_of(type="num", lb=lb, ub=ub, step=step)
    values = space.decode(space.points(1000))["x"]
    assert values.tolist() == pytest.approx([lb + step * k for k in range(len(values))], rel=1e-9, abs=0)
    assert space.encode(values.to_frame())[:, 0].allclose(space.points(1000)[:, 0], rtol=1e-12, atol=0)


def test_decoded_reals_are_plain_float_columns_within_the_bounds():
    space = space_of(type="pow", lb=3e-7, ub=7e-3)
    frame = space.decode(space.bounds)
    assert frame["x"].dtype == "float64"
    assert frame["x"].between(3e-7, 7e-3).all()


@pytest.mark.parametrize(("lb", "ub"), [(0, 0.5), (0.5, 1), (-0.1, 0.5), (0.5, 1.5), (0.3, 0.3)])
def test_sigmoid_refuses_bounds_outside_the_open_unit_interval(lb, ub):
    with pytest.raises(SpaceError, match=r"'x': (lb|ub) = .*(strictly between 0 and 1|equals ub)"):
        space_of(type="sigmoid", lb=lb, ub=ub)
