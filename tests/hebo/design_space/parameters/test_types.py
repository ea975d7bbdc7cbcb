import math
import pickle
from dataclasses import dataclass

import pandas as pd
import pytest
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters import types
from hebo.design_space.parameters.bounded import Bounded
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.scale import Scale
from hebo.design_space.parameters.types import register_parameter_type
from hebo.errors import SpaceError
from hebo.random import make_generator


@dataclass(frozen=True)
class Root(Scale):
    """The square root."""

    def forward(self, value):
        return value.sqrt()

    def inverse(self, x):
        return x.square()


@dataclass(frozen=True, kw_only=True, eq=False)
class Area(Bounded):
    """A positive number on a square-root scale."""

    unit: str = "m2"

    @property
    def scale(self):
        return Root()


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    monkeypatch.setattr(types, "_registered", {})


def test_an_own_type_takes_part_in_everything():
    register_parameter_type("area", Area)
    space = DesignSpace().parse([{"name": "a", "type": "area", "lb": 1, "ub": 9, "unit": "ha"}])
    assert space.bounds[:, 0].tolist() == [1.0, 3.0]
    assert space.encode(pd.DataFrame({"a": [4.0]})).item() == 2.0
    x = space.sample(16, generator=make_generator(0))
    assert space.contains(x).all()
    assert space.decode(x)["a"].between(1, 9).all()
    assert DesignSpace.from_json(space.to_json()) == space
    assert space.to_json()["parameters"][0]["unit"] == "ha"


def test_an_own_type_is_offered_as_a_spelling_and_checks_its_keys():
    register_parameter_type("area", Area)
    with pytest.raises(SpaceError, match=r"unknown type 'areas'. Did you mean 'area'"):
        DesignSpace().parse([{"name": "a", "type": "areas", "lb": 1, "ub": 9}])
    with pytest.raises(SpaceError, match=r"'a': unknown key 'units'. Did you mean 'unit'"):
        DesignSpace().parse([{"name": "a", "type": "area", "lb": 1, "ub": 9, "units": "ha"}])


def test_a_space_of_own_types_unpickles_where_they_are_not_registered(monkeypatch):
    register_parameter_type("area", Area)
    space = DesignSpace().parse([{"name": "a", "type": "area", "lb": 1, "ub": 9}])
    data = pickle.dumps(space)
    monkeypatch.setattr(types, "_registered", {})
    assert pickle.loads(data) == space


def test_an_own_type_may_be_registered_again():
    register_parameter_type("area", Area)
    register_parameter_type("area", Area)
    assert types.parameter_types()["area"] is Area


def test_a_type_of_several_columns_is_built_on_the_base_class():
    @dataclass(frozen=True, kw_only=True, eq=False)
    class Direction(Parameter):
        """An angle in degrees on the unit circle, two columns."""

        n_columns = 2
        cardinality = None
        bounds = torch.tensor([[-1.0, -1.0], [1.0, 1.0]], dtype=torch.float64)
        canonical = torch.tensor([1.0, 0.0], dtype=torch.float64)

        def project(self, x):
            return x / x.norm(dim=1, keepdim=True)

        def from_unit(self, u):
            return torch.stack([(math.tau * u[:, 0]).cos(), (math.tau * u[:, 0]).sin()], 1)

        def neighbors(self, x, *, generator):
            return -x.unsqueeze(0)

        def every(self):
            raise AssertionError("infinitely many")

        def encode(self, values):
            return self.from_unit(torch.tensor(values.astype(float)).unsqueeze(1) / 360)

        def decode(self, x):
            return torch.rad2deg(torch.atan2(x[:, 1], x[:, 0])).numpy()

    register_parameter_type("direction", Direction)
    space = DesignSpace().parse(
        [{"name": "d", "type": "direction"}, {"name": "x", "type": "num", "lb": 0, "ub": 1}]
    )
    assert space.decode(space.encode(pd.DataFrame({"d": [90.0], "x": [0.5]})))["d"][0] == pytest.approx(90)
    x = space.sample(8, generator=make_generator(0))
    assert space.contains(x).all()
    assert torch.allclose(x[:, :2].norm(dim=1), torch.ones(8, dtype=torch.float64))
    assert space.cardinality is None
    assert space.points(10) is None


@pytest.mark.parametrize("name", ["num", "cat", "", 3, None])
def test_names_that_are_taken_or_empty_are_refused(name):
    with pytest.raises(SpaceError, match="not a free name"):
        register_parameter_type(name, Area)


@pytest.mark.parametrize("cls", [int, "Area", None])
def test_classes_that_are_no_parameters_are_refused(cls):
    with pytest.raises(SpaceError, match=r"'area': .* is not a class derived from Parameter"):
        register_parameter_type("area", cls)


def test_abstract_classes_are_refused_with_what_they_lack():
    with pytest.raises(SpaceError, match="'area': Bounded is abstract; it lacks scale"):
        register_parameter_type("area", Bounded)
