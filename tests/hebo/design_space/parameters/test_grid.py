import math

import pytest
import torch

from hebo.design_space.parameters.grid import Grid
from hebo.design_space.parameters.scale import Linear, Log, Logit


@pytest.mark.parametrize("scale", [Linear(), Log(), Log(2.0), Log(10.0), Log(7.0), Logit()])
def test_scales_are_undone_by_their_inverse_and_increase(scale):
    values = torch.linspace(0.01, 0.99, 50, dtype=torch.float64)
    x = scale.forward(values)
    assert torch.allclose(scale.inverse(x), values, rtol=1e-14)
    assert (x.diff() > 0).all()


def test_powers_of_ten_and_two_have_integer_logarithms():
    exponents = torch.arange(-12, 13, dtype=torch.float64)
    for base in (2.0, 10.0):
        assert Log(base).forward(torch.pow(base, exponents)).equal(exponents)


def test_values_are_numbered_and_clipped_at_the_ends():
    grid = Grid.of(2, 3, 4)
    x = torch.tensor([[-math.inf], [2.0], [4.0], [12.0], [math.inf]], dtype=torch.float64)
    assert grid.index(x)[:, 0].tolist() == [0.0, 0.0, 1.0, 3.0, 3.0]
    assert grid.nearest(x)[:, 0].tolist() == [2.0, 2.0, 5.0, 11.0, 11.0]


def test_stacked_grids_serve_their_own_columns():
    grid = Grid.stack([Grid.of(0, 1, 3), Grid.of(10, 5, 2)])
    x = torch.tensor([[9.0, 9.0], [1.2, 13.0]], dtype=torch.float64)
    assert grid.nearest(x).tolist() == [[2.0, 10.0], [1.0, 15.0]]


def test_the_ends_of_the_unit_interval_give_the_ends_of_the_grid():
    for grid in (Grid.of(1, 1, 5), Grid.of(1, 1, 5, scale=Log())):
        u = torch.tensor([[0.0], [math.nextafter(1.0, 0.0)]], dtype=torch.float64)
        assert grid.index(grid.from_unit(u))[:, 0].tolist() == [0.0, 4.0]
