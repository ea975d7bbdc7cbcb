"""Tests of `hebo.acquisitions.knowledge_gradient`: slow computations, BoTorch's one-shot form, gradients."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from acquisition import PLANE, check_gradients, noisy_plane, on_plane, under
from botorch.acquisition.knowledge_gradient import qKnowledgeGradient
from botorch.models import SingleTaskGP
from botorch.models.model import Model
from botorch.sampling import SobolQMCNormalSampler
from examples import observations
from scipy.integrate import quad
from scipy.stats import norm

from hebo.acquisitions.knowledge_gradient import (
    NOTHING,
    KnowledgeGradient,
    log_expected_rise,
    upper_envelope,
)
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.heteroscedastic_gp import HeteroscedasticGP
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.surrogates.mixed_gp import MixedGP


def points_of(acq: KnowledgeGradient, model: Model, data: Data) -> torch.Tensor:
    """The set that the maximum is taken over, without the candidate."""
    spread = PLANE.sample(acq.n_points, generator=make_generator(0))
    return acq._with_known(spread, model, data.x)[0]


def lines(n: int, m: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = make_generator("lines")
    heights, slopes = (torch.randn(n, m, generator=generator, dtype=torch.float64) for _ in range(2))
    return heights, slopes


@pytest.mark.parametrize("m", [1, 2, 3, 12])
def test_the_expected_rise_is_the_integral_of_the_largest_line(m: int) -> None:
    heights, slopes = lines(5, m)
    values = log_expected_rise(heights, slopes)
    for a, b, value in zip(heights.numpy(), slopes.numpy(), values, strict=True):
        kinks = sorted({-(a[i] - a[j]) / (b[i] - b[j]) for i in range(m) for j in range(i)})
        ends = [-9.0, *(one for one in kinks if -9 < one < 9), 9.0]
        expected = sum(
            quad(lambda z, a=a, b=b: ((a + b * z).max() - a.max()) * norm.pdf(z), low, high)[0]
            for low, high in pairwise(ends)
        )
        assert value.exp().item() == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_envelope_has_the_lines_that_are_largest_somewhere_by_slope() -> None:
    heights, slopes = lines(20, 30)
    z = torch.linspace(-60, 60, 24001, dtype=torch.float64)
    order = upper_envelope(heights, slopes)
    for a, b, row in zip(heights, slopes, order, strict=True):
        assert (b[row].diff() >= 0).all()
        seen = set((a + b * z.unsqueeze(-1)).argmax(-1).tolist())
        assert seen <= set(row.tolist())


def test_equal_and_parallel_lines_change_nothing() -> None:
    heights, slopes = lines(6, 8)
    value = log_expected_rise(heights, slopes)
    doubled = log_expected_rise(torch.cat([heights, heights - 0.5], -1), torch.cat([slopes, slopes], -1))
    torch.testing.assert_close(value, doubled)
    assert (log_expected_rise(heights, torch.ones_like(slopes)) == NOTHING).all()


def test_a_rise_that_is_out_of_reach_keeps_its_digits() -> None:
    heights = torch.tensor([[0.0, -60.0]], dtype=torch.float64)
    slopes = torch.tensor([[0.0, 1.0]], dtype=torch.float64, requires_grad=True)
    value = log_expected_rise(heights, slopes)
    value.backward()
    # log h(-60), by the asymptotic series of h.
    expected = norm.logpdf(60) - 2 * np.log(60) + np.log1p(-3 / 60**2 + 15 / 60**4)
    assert value.item() == pytest.approx(expected, rel=1e-9)
    assert torch.isfinite(slopes.grad).all()  # type: ignore[arg-type]


@pytest.mark.parametrize("surrogate", [WarpedGP(), MixedGP(), HeteroscedasticGP()], ids=repr)
def test_values_are_those_of_simulated_observations(surrogate: Surrogate) -> None:
    data, acq = noisy_plane(15), KnowledgeGradient(n_points=8)
    model: Any = surrogate.fit(data, PLANE, generator=make_generator(0))
    x = PLANE.sample(4, generator=make_generator(3))
    values = on_plane(acq, model, data)(x.unsqueeze(-2))[:, 0].exp()
    z = torch.randn(400, generator=make_generator("z"), dtype=torch.float64)
    for point, value in zip(x, values, strict=True):
        points = torch.cat([points_of(acq, model, data), point.unsqueeze(0)])
        seen: Any = model.posterior(point.reshape(1, 1, -1))
        noise = model.noise_at(point[None]) if hasattr(model, "noise_at") else model.noise_variance
        sd = (seen.variance + noise).sqrt()
        after = torch.stack(
            [
                model.condition_on_observations(point.unsqueeze(0), (seen.mean + sd * one).reshape(1, 1))
                .means(points)
                .max()
                for one in z
            ]
        )
        rise = after - model.means(points).max()
        assert (rise.mean() - value).abs() < 5 * rise.std() / len(z) ** 0.5 + 1e-9


@pytest.mark.parametrize("noise", [1e-4, 0.05, 0.5])
def test_values_are_botorchs_with_the_set_as_fantasy_points(noise: float) -> None:
    data, acq = noisy_plane(15), KnowledgeGradient(n_points=8)
    gp = SingleTaskGP(data.x, data.y, torch.full_like(data.y, noise), outcome_transform=None)
    gp.covar_module.lengthscale = 0.4
    x = PLANE.sample(4, generator=make_generator(3))
    values = on_plane(acq, gp, data)(x.unsqueeze(-2))[:, 0].exp()
    sampler = SobolQMCNormalSampler(torch.Size([512]), seed=0)
    one_shot = qKnowledgeGradient(gp, num_fantasies=512, sampler=sampler)
    points = points_of(acq, gp, data)
    for point, value in zip(x, values, strict=True):
        every = torch.cat([points, point.unsqueeze(0)])
        fantasies = gp.fantasize(point.unsqueeze(0), sampler)
        means = fantasies.posterior(every).mean[..., 0]
        chosen = every[means.argmax(-1)]  # the best of the set under each fantasy
        with torch.no_grad():
            found = one_shot(torch.cat([point.unsqueeze(0), chosen]).unsqueeze(0)).item()
        before = gp.posterior(every).mean.max().item()
        assert value.item() == pytest.approx(found - before, rel=0.03, abs=2e-3)


def test_without_correlation_it_is_expected_improvement_of_the_mean(formula_model: Any) -> None:
    model = formula_model(lambda x: x.sum(-1), lambda x: 0.5 + 0 * x[..., 0], noise_sd=0.3)
    data = Data(torch.tensor([[0.2], [0.8]]).double(), torch.zeros(2, 1).double())
    x = torch.tensor([[0.05], [0.5]], dtype=torch.float64).unsqueeze(-2)
    acq = KnowledgeGradient(n_points=1)
    value = under(acq, model, data, generator=make_generator(0))(x)[:, 0].exp()
    spread = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    best = max(0.8, spread.sample(1, generator=make_generator(0)).item())
    sd = 0.25 / np.sqrt(0.25 + 0.09)
    u = -np.abs(x.numpy().ravel() - best) / sd
    np.testing.assert_allclose(value.numpy(), sd * (norm.pdf(u) + u * norm.cdf(u)), rtol=1e-6)


@pytest.mark.parametrize("surrogate", [WarpedGP(), MixedGP()], ids=repr)
def test_gradients_are_finite_differences(surrogate: Surrogate) -> None:
    data = noisy_plane(15)
    model = surrogate.fit(data, PLANE, generator=make_generator(0))
    acq = on_plane(KnowledgeGradient(n_points=16), model, data)
    check_gradients(acq, PLANE.sample(6, generator=make_generator(5)).unsqueeze(-2))


def test_noise_makes_an_evaluated_point_worth_another_look() -> None:
    x = torch.tensor([[0.1, 0.5], [0.5, 0.5], [0.9, 0.5]], dtype=torch.float64)
    y = torch.tensor([[-1.0], [1.0], [0.0]], dtype=torch.float64)
    values = []
    for noise in (1e-5, 0.3):
        gp = SingleTaskGP(x, y, torch.full_like(y, noise), outcome_transform=None)
        gp.covar_module.lengthscale = 0.3
        values.append(on_plane(KnowledgeGradient(n_points=8), gp, Data(x, y))(x[1].reshape(1, 1, 2)).item())
    assert values[1] > values[0] + 1


def test_joint_points_are_refused() -> None:
    data = observations(PLANE)
    model = WarpedGP(n_starts=1).fit(data, PLANE, generator=make_generator(0))
    with pytest.raises(IncompatibleError, match="single points"):
        on_plane(KnowledgeGradient(), model, data)(data.x[:4].reshape(2, 2, 2))
