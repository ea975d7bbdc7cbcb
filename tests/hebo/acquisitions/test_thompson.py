"""Tests of `hebo.acquisitions.thompson`."""

from __future__ import annotations

import pytest
import torch
from acquisition import under
from botorch.models import SingleTaskGP
from botorch.models.model import Model

from hebo.acquisitions.thompson import ThompsonSampling
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
X = torch.tensor([[0.1], [0.4], [0.9]], dtype=torch.float64)
Y = torch.tensor([[-1.0], [1.0], [0.0]], dtype=torch.float64)


@pytest.fixture(scope="module")
def model() -> Model:
    return WarpedGP().fit(Data(X, Y), SPACE, generator=make_generator(0))


def test_one_draw_is_one_function_and_another_draw_another(model: Model) -> None:
    grid = torch.linspace(0, 1, 11, dtype=torch.float64).reshape(-1, 1, 1)
    acq = under(ThompsonSampling(), model, Data(X, Y), generator=make_generator(1))
    assert acq(grid).shape == (11, 1)
    torch.testing.assert_close(acq(grid)[3:5], acq(grid[3:5]), rtol=0, atol=1e-6)
    other = under(ThompsonSampling(), model, Data(X, Y), generator=make_generator(2))
    assert (acq(grid) - other(grid)).abs().max() > 0.05


def test_a_model_without_functions_is_refused() -> None:
    gp = SingleTaskGP(X, Y, outcome_transform=None)
    with pytest.raises(IncompatibleError, match="SingleTaskGP"):
        under(ThompsonSampling(), gp, Data(X, Y), generator=make_generator(0))
