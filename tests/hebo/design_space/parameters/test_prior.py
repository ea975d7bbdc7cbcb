import math

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.errors import SpaceError
from hebo.random import make_generator


def space_of(**keys):
    return DesignSpace().parse([{"name": "x", **keys}])


def encoded(space, *values):
    return space.encode(pd.DataFrame({"x": list(values)}))[:, 0].tolist()


def test_the_column_is_the_share_of_the_prior_below_a_value():
    space = space_of(type="num", lb=-2, ub=4, prior=[1, 3])
    assert encoded(space, -2.0, -0.5, 1.0, 3.0, 4.0) == pytest.approx([0, 0.125, 0.25, 0.75, 1])
    assert space.bounds[:, 0].tolist() == [0.0, 1.0]


def test_cells_have_equal_width_on_the_scale_of_the_parameter():
    space = space_of(type="pow", lb=1e-2, ub=1e2, prior=[2, 6])
    assert encoded(space, 1e-1, 1.0, 10.0) == pytest.approx([0.125, 0.25, 0.625])
    natural = space_of(type="num", lb=1, ub=math.e**2, log=True, prior=[2, 6])
    assert encoded(natural, math.e) == pytest.approx([0.25])


def test_equal_weights_leave_the_order_and_spacing_of_designs():
    plain, even = space_of(type="pow", lb=0.01, ub=10), space_of(type="pow", lb=0.01, ub=10, prior=[4, 4, 4])
    one, two = (space.decode(space.sample(50, generator=make_generator(3)))["x"] for space in (plain, even))
    assert one.tolist() == pytest.approx(two.tolist(), rel=1e-12)


def test_samples_follow_the_prior():
    space = space_of(type="pow", lb=0.1, ub=10, prior=[1, 3, 1, 5])
    values = space.decode(space.sample(20_000, generator=make_generator(0)))["x"]
    counts, _ = np.histogram(np.log10(values), bins=[-1, -0.5, 0, 0.5, 1])
    assert counts / len(values) == pytest.approx([0.1, 0.3, 0.1, 0.5], abs=0.012)


@pytest.mark.parametrize("weights", [[1, 1e-6, 1], [1e-300, 1e-299], [3] * 1000])
def test_values_survive_encoding_whatever_the_weights(weights):
    space = space_of(type="num", lb=5, ub=6, prior=weights)
    x = torch.linspace(0, 1, 999, dtype=torch.float64).unsqueeze(1)
    values = space.decode(x)
    assert values["x"].is_monotonic_increasing
    assert values["x"].between(5, 6).all()
    again = space.decode(space.encode(values))
    assert again["x"].to_numpy() == pytest.approx(values["x"].to_numpy(), abs=1e-9)


def test_the_definition_is_kept_and_builds_the_space_again():
    space = space_of(type="pow", lb=1, ub=4, base=2, prior=(1, 2.5))
    assert space.to_json()["parameters"][0]["prior"] == [1.0, 2.5]
    assert DesignSpace.from_json(space.to_json()) == space
    assert "prior" not in space_of(type="pow", lb=1, ub=4).to_json()["parameters"][0]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"prior": [1]}, r"prior = \[1\] must list the weights of two or more cells"),
        ({"prior": "12"}, "prior = '12' must list"),
        ({"prior": 3}, "prior = 3 must list"),
        ({"prior": [1, 0]}, "prior = 0 must be positive numbers"),
        ({"prior": [1, math.nan]}, "prior = nan must be positive"),
        ({"prior": [1, True]}, "prior = True must be positive"),
        ({"prior": [2, 1e-9]}, "prior = 1e-09 is too small beside 2; use 2e-06"),
        ({"prior": [1, 2], "step": 0.5}, "does not go with a step; drop one of them"),
        ({"prior": [1, 2], "ub": 0}, "says nothing where lb equals ub"),
    ],
)
def test_unusable_priors_are_refused(keys, message):
    with pytest.raises(SpaceError, match=message):
        space_of(**{"type": "num", "lb": 0, "ub": 1, **keys})
