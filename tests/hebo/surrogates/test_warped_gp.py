"""Tests of `hebo.surrogates.warped_gp`."""

from __future__ import annotations

import math

import pytest
import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.models.model import Model
from botorch.optim import optimize_acqf
from botorch.sampling import SobolQMCNormalSampler

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.recommenders.fidelity_levels import explained
from hebo.surrogates.gradient_gp import GradientGP
from hebo.surrogates.hyperparameters import Columns, overlap_prior
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": -2, "ub": 3} for name in "ab"])


def parabola(n: int) -> Data:
    x = SPACE.sample(n, generator=make_generator(0))
    y = -((x - 1.0) ** 2).sum(-1, keepdim=True)
    return Data(x, (y - y.mean()) / y.std())


def test_botorch_maximizes_its_own_noisy_expected_improvement_on_the_warped_gp() -> None:
    data = parabola(15)
    model = WarpedGP().fit(data, SPACE, generator=make_generator(1))
    assert isinstance(model, Model)
    acq = qLogNoisyExpectedImprovement(
        model, data.x, sampler=SobolQMCNormalSampler(torch.Size([64]), seed=0), prune_baseline=True
    )
    torch.manual_seed(0)
    x, value = optimize_acqf(acq, bounds=SPACE.bounds, q=2, num_restarts=4, raw_samples=64)
    assert x.shape == (2, 2)
    assert torch.isfinite(value)
    assert (x - 1.0).abs().amin(0).max().item() < 0.5  # a point near the optimum (1, 1)


def test_predictions_interpolate_noiseless_data() -> None:
    data = parabola(25)
    model = WarpedGP().fit(data, SPACE, generator=make_generator(1))
    error = (model.posterior(data.x).mean - data.y).abs().max().item()
    assert error < 0.1


def test_a_function_of_a_power_is_predicted_far_better_under_the_warp() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    x = torch.linspace(0, 1, 24, dtype=torch.float64).unsqueeze(-1)
    between = x[:-1] + 0.5 / 23
    error = {}
    for warp in (True, False):
        model = WarpedGP(warp=warp).fit(Data(x, torch.sin(12 * x**3)), space, generator=make_generator(0))
        error[warp] = (model.marginals(between)[0] - torch.sin(12 * between**3)[:, 0]).square().mean()
    assert error[True] < 0.5 * error[False]


def test_many_observations_are_fitted_on_a_part_and_predicted_from_all() -> None:
    data = parabola(60)
    model = WarpedGP(max_fit=20).fit(data, SPACE, generator=make_generator(0))
    assert len(model.x) == 60
    assert (model.posterior(data.x).mean - data.y).abs().max().item() < 0.1


def test_categories_are_told_apart() -> None:
    space = DesignSpace().parse([{"name": "c", "type": "cat", "categories": ["u", "v", "w"]}])
    x = torch.tensor([[0.0], [1.0], [2.0]], dtype=torch.float64).repeat(4, 1)
    y = torch.tensor([[-1.0], [0.2], [0.8]], dtype=torch.float64).repeat(4, 1)
    model = WarpedGP().fit(Data(x, y), space, generator=make_generator(0))
    torch.testing.assert_close(model.posterior(x[:3]).mean, y[:3], atol=0.15, rtol=0)


def test_a_category_met_at_bad_numbers_alone_is_expected_to_be_good_where_another_one_is() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "c", "type": "cat", "categories": ["known", "met_twice"]},
        ]
    )
    known = torch.stack([torch.linspace(0, 1, 8), torch.zeros(8)], -1).double()
    x = torch.cat([known, torch.tensor([[0.05, 1.0], [0.95, 1.0]], dtype=torch.float64)])
    y = -4 * (x[:, :1] - 0.5).square()
    data = Data(x, (y - y.mean()) / y.std())
    model = WarpedGP().fit(data, space, generator=make_generator(0))
    bad, good = model.marginals(torch.tensor([[0.05, 1.0], [0.5, 1.0]], dtype=torch.float64))[0]
    assert bad < -0.5
    assert good > 0.5  # 1.0 for the other one; unrelated categories would have the mean, 0


def test_points_of_few_categories_are_related_before_any_data_and_random_ones_of_many_hardly() -> None:
    for n in (1, 2, 4):
        assert math.exp(-1 / (n * overlap_prior(n).mode)) == pytest.approx(math.exp(-0.1))  # one mismatch
    for n in (5, 50):
        assert math.exp(-1 / overlap_prior(n).mode) == pytest.approx(math.exp(-2))  # all columns differ


def test_a_constant_parameter_does_no_harm() -> None:
    space = DesignSpace().parse(
        [{"name": "a", "type": "num", "lb": 0, "ub": 1}, {"name": "k", "type": "num", "lb": 5, "ub": 5}]
    )
    x = space.sample(8, generator=make_generator(0))
    model = WarpedGP().fit(Data(x, x[:, :1] - x[:, :1].mean()), space, generator=make_generator(0))
    assert torch.isfinite(model.posterior(x).mean).all()


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_observations_are_enough(n: int) -> None:
    x = SPACE.sample(n, generator=make_generator(0))
    y = torch.zeros(n, 1, dtype=torch.float64)
    model = WarpedGP().fit(Data(x, y), SPACE, generator=make_generator(0))
    assert torch.isfinite(model.posterior(x).variance).all()


def test_many_booleans_are_learnt_from_few_observations() -> None:
    space = DesignSpace().parse([{"name": f"b{i}", "type": "bool"} for i in range(18)])
    x = space.sample(140, generator=make_generator(0), method="random")
    y = x @ torch.linspace(-1, 2, 18, dtype=torch.float64)
    y = ((y - y.mean()) / y.std()).unsqueeze(-1)
    model = WarpedGP().fit(Data(x[:40], y[:40]), space, generator=make_generator(0))
    error = (model.marginals(x[40:])[0] - y[40:, 0]).square().mean().item()
    assert error < 0.2  # the mean alone has 1.0; so had lengthscales that could not grow together


def test_predictions_rest_on_a_stated_number_of_observations() -> None:
    data = parabola(40)
    model = WarpedGP(max_train=12).fit(data, SPACE, generator=make_generator(0))
    assert len(model.x) == 12
    assert bool((model.x == data.best).all(1).any())


LEVELS = {"name": "s", "type": "ordinal", "levels": [1, 4], "role": "fidelity"}


def levels(role: str | None) -> DesignSpace:
    """One number and two levels, of which the last column says which."""
    numbers = {"name": "a", "type": "num", "lb": 0, "ub": 1}
    return DesignSpace().parse([numbers, LEVELS if role else {**LEVELS, "role": None}])


def test_levels_of_a_fidelity_have_a_prior_of_their_own_that_expects_them_to_be_related() -> None:
    own, plain = (WarpedGP()._layout(Columns(levels(role)), 9) for role in ("fidelity", None))
    group = own.groups["lengthscale"]
    assert (own.size, own.fidelities, plain.fidelities) == (plain.size, (1,), ())
    assert own.center[group][0] == plain.center[group][0]
    ratio = 3**0.5 / math.exp(own.center[group][1])
    assert (1 + ratio) * math.exp(-ratio) == pytest.approx(0.78, abs=0.01)  # a Matern correlation
    others = [one for one in range(own.size) if one != group.start + 1]
    assert own.center[others].tolist() == plain.center[others].tolist()


@pytest.mark.parametrize("recipe", [WarpedGP(), WarpedGP(warp=False, smoothness=2.5), GradientGP()])
def test_a_cheap_level_with_a_smooth_bias_tells_most_of_the_full_one(recipe: Surrogate) -> None:
    space = levels("fidelity")
    a = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)
    x = torch.cat([torch.stack([a, torch.full_like(a, level)], 1) for level in (0.0, 1.0)])
    y = torch.sin(5 * x[:, 0]) + 0.2 * x[:, 0] * x[:, 1]
    y = ((y - y.mean()) / y.std()).unsqueeze(-1)
    model = recipe.fit(Data(x, y), space, generator=make_generator(0))
    between = torch.tensor([[[0.2, 0.0], [0.2, 1.0]]], dtype=torch.float64)
    assert float(explained(model, between, target=1)[0, 0]) > 0.5
