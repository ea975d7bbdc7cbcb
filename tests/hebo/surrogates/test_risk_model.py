"""Tests of `hebo.surrogates.risk_model` against draws, quadrature and limits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from botorch.models import SingleTaskGP
from torch import Tensor

from hebo.abilities import LeaveOneOut, OwnBelief, PathSampling
from hebo.base import RiskMeasure
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.risk_measures import CVaR, Expectation, VaR, WorstCase
from hebo.surrogates.risk_model import RiskModel, risk_model
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
X = SPACE.sample(15, generator=make_generator("risk model"))
DATA = Data(X, torch.sin(6 * X.sum(1, keepdim=True)))
SHIFTS = torch.tensor([[-0.1, 0.0], [0.0, 0.0], [0.05, 0.1], [0.1, -0.05]], dtype=torch.float64)
WEIGHTS = torch.tensor([0.4, 0.3, 0.2, 0.1], dtype=torch.float64)
AT = torch.tensor([[0.3, 0.4], [0.7, 0.2], [0.5, 0.9]], dtype=torch.float64)
MEASURES = [Expectation(), VaR(alpha=0.6), CVaR(alpha=0.5), WorstCase()]


def moved(x: Tensor) -> Tensor:
    return x.unsqueeze(-2) + SHIFTS


@pytest.fixture(scope="module")
def inner() -> Any:
    return WarpedGP().fit(DATA, SPACE, generator=make_generator(0))


def model_of(inner: Any, risk: RiskMeasure) -> RiskModel:
    return risk_model(inner, moved, WEIGHTS, risk)


@pytest.mark.parametrize("risk", MEASURES, ids=repr)
def test_moments_are_those_of_many_draws(inner: Any, risk: RiskMeasure) -> None:
    mean, covariance = inner.joint(moved(AT))
    drawn = torch.distributions.MultivariateNormal(mean, covariance)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        values = risk.of(drawn.sample((20_000,)), WEIGHTS)
    found_mean, found_variance = model_of(inner, risk).marginals(AT)
    sd = values.std(0)
    tolerance = 0.02 if risk.is_mean else 0.2
    assert ((found_mean - values.mean(0)).abs() <= tolerance * sd).all()
    assert ((found_variance.sqrt() / sd - 1).abs() <= 2 * tolerance).all()


def test_the_mean_has_the_closed_form_with_joint_covariances(inner: Any) -> None:
    model = model_of(inner, Expectation())
    mean, covariance = inner.joint(moved(AT).flatten(0, 1))
    pick = torch.block_diag(*[WEIGHTS.unsqueeze(0)] * 3)
    found_mean, found = model.joint(AT)
    torch.testing.assert_close(found_mean, pick @ mean)
    torch.testing.assert_close(found, pick @ covariance @ pick.T, atol=1e-8, rtol=1e-6)
    torch.testing.assert_close(model.means(AT), pick @ mean)


def test_without_any_shift_it_is_the_inner_model(inner: Any) -> None:
    for risk in MEASURES:
        still = risk_model(inner, lambda x: x.unsqueeze(-2), torch.ones(1).double(), risk)
        for found, expected in zip(still.marginals(AT), inner.marginals(AT), strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize("risk", MEASURES, ids=repr)
def test_values_have_slopes(inner: Any, risk: RiskMeasure) -> None:
    model, x = model_of(inner, risk), AT.clone().requires_grad_()
    mean, variance = model.marginals(x)
    (slope,) = torch.autograd.grad((mean + variance).sum(), x)
    step = torch.zeros_like(AT)
    step[:, 0] = 1e-6
    up, down = (sum(one.sum() for one in model.marginals(AT + sign * step)) for sign in (1, -1))
    assert float(slope[:, 0].sum()) == pytest.approx(float((up - down) / 2e-6), rel=1e-3, abs=1e-5)


def test_a_belief_is_one_of_the_inner_model_and_narrows_the_measure(inner: Any) -> None:
    model = model_of(inner, WorstCase())
    assert isinstance(model, OwnBelief)
    believing = model.believing(AT[:1])
    assert isinstance(believing.inner, GaussianProcess)
    torch.testing.assert_close(believing.inner.means(AT), inner.means(AT), rtol=1e-5, atol=1e-6)
    assert believing.marginals(AT[:1])[1] < model.marginals(AT[:1])[1]


def test_a_path_is_the_measure_of_a_path_of_the_inner_model(inner: Any) -> None:
    model: Any = model_of(inner, CVaR(alpha=0.5))
    path, under = model.sample_path(make_generator(5)), inner.sample_path(make_generator(5))
    values = under(moved(AT).flatten(0, 1)).reshape(3, 4)
    torch.testing.assert_close(path(AT), CVaR(alpha=0.5).of(values, WEIGHTS))


def test_it_has_the_abilities_of_the_inner_model(inner: Any) -> None:
    of_process = model_of(inner, Expectation())
    assert isinstance(of_process, LeaveOneOut)
    assert isinstance(of_process, PathSampling)
    forest = ExtraTrees(n_trees=5).fit(DATA, SPACE, generator=make_generator(0))
    of_forest = risk_model(forest, moved, WEIGHTS, Expectation())
    assert not isinstance(of_forest, LeaveOneOut)
    assert not isinstance(of_forest, PathSampling)
    values, _, _ = of_process.leave_one_out()
    torch.testing.assert_close(values, inner.leave_one_out()[0])


@pytest.mark.parametrize("risk", MEASURES[:3], ids=repr)
def test_what_an_observation_explains_is_what_conditioning_takes_away(inner: Any, risk: RiskMeasure) -> None:
    model = model_of(inner, risk)
    at = torch.cat([moved(AT[0]), AT[1:]])
    shares = model.explained(AT[0], at)
    assert ((shares >= 0) & (shares <= 1)).all()
    before = model.marginals(AT[:1])[1]
    left = torch.stack(
        [model.believing(point.unsqueeze(0)).marginals(AT[:1])[1] / before for point in at]
    ).flatten()
    if risk.is_mean:
        torch.testing.assert_close(1 - shares, left, atol=1e-3, rtol=1e-3)
    else:  # a measure that is not linear gets narrower about as much
        assert (1 - shares - left).abs().max() < 0.35
        assert int(shares.argmax()) in left.argsort()[:2].tolist()


def test_thousands_of_points_are_answered_in_parts(inner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    model, x = model_of(inner, Expectation()), SPACE.sample(50, generator=make_generator(9))
    whole = model.marginals(x), model.means(x)
    monkeypatch.setattr("hebo.surrogates.risk_model.MAX_VARIANTS", 16)
    torch.testing.assert_close((model.marginals(x), model.means(x)), whole)


def test_a_model_without_joint_moments_is_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"SingleTaskGP has no joint .*; use warped_gp"):
        risk_model(SingleTaskGP(DATA.x, DATA.y), moved, WEIGHTS, Expectation())
