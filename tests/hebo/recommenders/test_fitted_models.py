"""Tests of `hebo.recommenders.fitted_models`: models conditioned on what is pending."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from botorch.models import SingleTaskGP
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.optimizers.hebo import HEBORecipe
from hebo.random import make_generator
from hebo.recommenders.fitted_models import condition_on_mean
from hebo.request import Request
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.surrogates.mixed_gp import MixedGP

SPACE = DesignSpace().parse(
    [{"name": "a", "type": "num", "lb": 0, "ub": 1}, {"name": "b", "type": "num", "lb": 0, "ub": 1}]
)


class PlainGP(Surrogate):
    """BoTorch's default model, as an author writes it who knows nothing of pending points."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        return SingleTaskGP(data.x, data.y, outcome_transform=None)


class WithoutConditioning(PlainGP):
    """A model that takes no further observations."""

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        model = super()._fit(data, space, generator=generator)

        def refuse(X: Tensor, Y: Tensor, **kwargs: Any) -> Model:
            raise NotImplementedError("no conditioning")

        model.condition_on_observations = refuse
        return model


def bowl(n: int) -> Data:
    x = SPACE.sample(n, generator=make_generator(0))
    y = -(x - 0.4).square().sum(-1, keepdim=True)
    return Data(x, (y - y.mean()) / y.std())


@pytest.mark.parametrize("surrogate", [WarpedGP(), MixedGP(), ExtraTrees(), PlainGP()], ids=repr)
def test_a_pending_point_lowers_the_variance_and_keeps_the_mean(surrogate: Surrogate) -> None:
    model = surrogate.fit(bowl(8), SPACE, generator=make_generator(1))
    x = torch.tensor([[0.85, 0.15], [0.1, 0.9]], dtype=torch.float64)
    before = model.posterior(x.unsqueeze(-2))
    after = condition_on_mean(model, x).posterior(x.unsqueeze(-2))
    assert bool((after.variance < 0.9 * before.variance).all())
    torch.testing.assert_close(after.mean, before.mean, rtol=0, atol=0.2)


def test_without_pending_points_a_model_stays_what_it_is() -> None:
    model = WarpedGP().fit(bowl(8), SPACE, generator=make_generator(1))
    assert condition_on_mean(model, bowl(8).x[:0]) is model


def test_an_observed_model_of_another_author_spreads_what_is_asked_before_any_value_is_told() -> None:
    for seed in range(5):
        optimizer = HEBORecipe(surrogate=PlainGP(), n_initial=4).build(SPACE, seed=seed)
        begin = optimizer.ask(6)
        optimizer.tell(begin, (begin["a"] - 0.3) ** 2 + (begin["b"] - 0.6) ** 2)
        x = torch.cat([SPACE.encode(optimizer.ask()) for _ in range(5)])
        apart = (x.unsqueeze(1) - x).abs().amax(-1) + torch.eye(5)
        assert apart.min() > 1e-3


def test_a_model_that_cannot_be_conditioned_is_named_once_points_are_pending() -> None:
    optimizer = HEBORecipe(surrogate=WithoutConditioning(), n_initial=4).build(SPACE, seed=0)
    begin = optimizer.ask(6)
    optimizer.tell(begin, (begin["a"] - 0.3) ** 2)
    optimizer.ask()
    with pytest.raises(
        IncompatibleError, match=r"SingleTaskGP cannot be conditioned.*tell the value of each"
    ):
        optimizer.ask()


def test_the_model_before_pending_points_is_kept_for_leave_one_out() -> None:
    data = bowl(6).with_pending(SPACE.sample(2, generator=make_generator(5)))
    recipe = HEBORecipe(n_initial=4, second_surrogate=None).of.one.of
    proposal = recipe.propose(Request(1, data, SPACE, SPACE, iteration=0, n_asked=8, seed=0))
    conditioned, observed = proposal.models.objective, proposal.observed[0]
    assert isinstance(conditioned, GaussianProcess)
    assert isinstance(observed, GaussianProcess)
    assert (len(observed.x), len(conditioned.x)) == (6, 8)
    assert torch.equal(proposal.models.pending, data.pending)
