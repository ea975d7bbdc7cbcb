"""Tests of `hebo.recommenders.telling`: the most telling of the choices that are new and in the domain."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.recommenders.telling import is_allowed, most_telling
from hebo.request import Request
from hebo.surrogates.risk_measures import Expectation
from hebo.surrogates.risk_model import risk_model
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0, "ub": 1}, {"name": "t", "type": "num", "lb": 0, "ub": 1}]
)
LEVELS = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)


def at_levels(x: Tensor) -> Tensor:
    """Return a point at three levels of its second column."""
    points = x.unsqueeze(-2).repeat(*(1 for _ in x.shape[:-1]), 3, 1)
    points[..., 1] = LEVELS
    return points


@pytest.fixture(scope="module")
def data() -> Data:
    """Observations at the first level alone, and a few elsewhere far away."""
    a = torch.linspace(0, 1, 9, dtype=torch.float64)
    x = torch.cat([torch.stack([a, torch.zeros(9)], 1), torch.tensor([[0.0, 0.5], [0.0, 1.0]])]).double()
    return Data(x, torch.sin(5 * x.sum(1, keepdim=True)))


@pytest.fixture(scope="module")
def models(data: Data) -> FittedModels:
    inner = WarpedGP().fit(data, SPACE, generator=make_generator(0))
    return FittedModels((risk_model(inner, at_levels, torch.ones(3).double() / 3, Expectation()),))


def request_of(data: Data, fixed: dict[str, float] | None = None) -> Request:
    domain = SPACE.fix(fixed) if fixed else SPACE
    return Request(1, data, SPACE, domain, 0, 0, 0, frozenset(fixed or ()))


DESIGNS = torch.tensor([[0.8, 0.3], [0.8, 0.3], [0.8, 0.3]], dtype=torch.float64)


def test_levels_that_are_known_tell_less(data: Data, models: FittedModels) -> None:
    found = most_telling(DESIGNS[:1], at_levels, models, request_of(data), fallback=0)
    assert found[0, 0] == 0.8
    assert found[0, 1] in (0.5, 1.0)


def test_what_was_chosen_is_believed_and_not_chosen_again(data: Data, models: FittedModels) -> None:
    found = most_telling(DESIGNS, at_levels, models, request_of(data), fallback=0)
    assert sorted(found[:, 1].tolist()) == [0.0, 0.5, 1.0]
    assert found[2, 1] == 0.0


def test_without_a_new_choice_the_fallback_is_taken(data: Data, models: FittedModels) -> None:
    seen = data.with_pending(at_levels(DESIGNS[0]))
    found = most_telling(DESIGNS[:1], at_levels, models, request_of(seen), fallback=2)
    assert found[0].tolist() == [0.8, 1.0]


def test_choices_outside_the_domain_are_not_taken(data: Data, models: FittedModels) -> None:
    request = request_of(data, {"t": 0.0})
    assert is_allowed(at_levels(DESIGNS[0]), request).tolist() == [True, False, False]
    assert most_telling(DESIGNS[:1], at_levels, models, request, fallback=1)[0].tolist() == [0.8, 0.0]
