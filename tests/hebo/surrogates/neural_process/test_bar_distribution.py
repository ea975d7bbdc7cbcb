"""Closed forms of bar distributions against integrals of their density on a fine grid."""

import itertools
import math

import pytest
import torch
from scipy import integrate
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.surrogates.neural_process.bar_distribution import Bars, default_borders

BARS = Bars(torch.tensor([-3.0, -1.5, -1.0, 0.0, 0.25, 1.0, 2.5], dtype=torch.float64))
LOG_P = torch.randn(3, 6, generator=make_generator("bars"), dtype=torch.float64).log_softmax(-1)
ENDS = [-40.0, *BARS.borders[1:-1].tolist(), 60.0]


def integral(of, low=-math.inf, high=math.inf):
    """Integrals of a function of a scalar to three numbers over the support, bar by bar."""
    total = torch.zeros(3, dtype=torch.float64)
    for a, b in itertools.pairwise(ENDS):
        a, b = max(a, low), min(b, high)
        if a < b:
            cuts = torch.linspace(a, b, 9).tolist()
            for c, d in itertools.pairwise(cuts):
                found, _ = integrate.fixed_quad(lambda z: of(torch.from_numpy(z)).numpy(), c, d, n=20)
                total += torch.from_numpy(found)
    return total


def density(z):
    """Densities, `3 x z`, inside the bars."""
    values = z.expand(3, -1)
    return BARS.log_density(LOG_P.unsqueeze(1).expand(-1, z.shape[-1], -1), values).exp()


def test_densities_integrate_to_one_and_half_of_an_outer_bar_is_between_its_ends():
    assert_close(integral(density), torch.ones(3, dtype=torch.float64))
    assert_close(integral(density, high=-3.0), 0.5 * LOG_P[:, 0].exp())
    assert_close(integral(density, low=2.5), 0.5 * LOG_P[:, -1].exp())


def test_a_density_is_that_of_the_bar():
    found = BARS.log_density(LOG_P, torch.full((3,), 0.1, dtype=torch.float64))
    assert_close(found, LOG_P[:, 3] - math.log(0.25))


def test_moments_are_those_of_the_density():
    mean, variance = BARS.moments(LOG_P)
    expected = integral(lambda z: density(z) * z)
    assert_close(mean, expected)
    assert_close(BARS.mean(LOG_P), expected)
    assert_close(variance, integral(lambda z: density(z) * z.square()) - expected.square())


@pytest.mark.parametrize("tau", [-20.0, -2.0, -1.5, -1.2, 0.1, 0.9, 1.0, 1.7, 6.0])
def test_improvements_are_those_of_the_density(tau):
    at = torch.tensor(tau, dtype=torch.float64)
    ei = integral(lambda z: density(z) * (z - tau), low=tau).log()
    assert_close(torch.logsumexp(LOG_P + BARS.log_excess(at), -1), ei)
    pi = integral(density, low=tau).log()
    assert_close(torch.logsumexp(LOG_P + BARS.log_survival(at), -1), pi)


def test_improvements_stay_finite_however_unlikely():
    for tau in (50.0, 1e4, 1e8):
        at = torch.tensor([tau], dtype=torch.float64, requires_grad=True)
        for values in (BARS.log_excess(at), BARS.log_survival(at)):
            total = torch.logsumexp(LOG_P[0] + values[0], -1)
            (slope,) = torch.autograd.grad(total, at)
            assert math.isfinite(float(total.detach()))
            assert math.isfinite(float(slope))
            assert float(slope) < 0


@pytest.mark.parametrize("of", ["log_excess", "log_survival"])
def test_slopes_of_improvements_by_the_threshold_are_right(of):
    tau = torch.tensor([-30.0, -1.7, 0.1, 0.6, 1.7, 30.0], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda t: torch.logsumexp(LOG_P[0] + getattr(BARS, of)(t), -1), tau)


@pytest.mark.parametrize("level", [1e-4, 0.05, 0.3, 0.5, 0.8, 0.97, 0.9999])
def test_so_much_lies_below_a_quantile(level):
    found = BARS.quantile(LOG_P, level)
    for i in range(3):
        assert float(integral(density, high=float(found[i]))[i]) == pytest.approx(level, rel=1e-6)


@pytest.mark.parametrize("sd", [0.02, 0.5, 4.0])
@pytest.mark.parametrize("value", [-6.0, -1.5, 0.12, 2.0, 9.0])
def test_noisy_densities_are_convolutions(value, sd):
    def weighted(z):
        return density(z) * torch.exp(-0.5 * ((value - z) / sd).square()) / (sd * math.sqrt(2 * math.pi))

    # The normal is narrow: integrate around its middle, where nothing else is left of it.
    at = torch.full((3,), value, dtype=torch.float64)
    found = BARS.log_noisy_density(LOG_P, at, torch.full_like(at, sd)).exp()
    total = torch.zeros(3, dtype=torch.float64)
    steps = torch.linspace(value - 12 * sd, value + 12 * sd, 49).tolist()
    for a, b in itertools.pairwise(steps):
        total += integral(weighted, low=a, high=b)
    assert_close(found, total, rtol=1e-6, atol=1e-10)


def test_noisy_densities_stay_finite_far_out():
    at = torch.tensor([-1e3, 1e3, 20.0], dtype=torch.float64)
    assert torch.isfinite(BARS.log_noisy_density(LOG_P, at, torch.full_like(at, 0.01))).all()


def test_default_bars_are_narrow_where_incumbents_are_and_reach_far():
    borders = default_borders(512)
    assert borders.shape == (513,)
    widths = borders.diff()
    assert bool((widths > 0).all())
    inside = (borders[:-1] > 0.1) & (borders[1:] < 3.4)
    assert float(widths[inside].max()) < 0.015
    assert float(borders[0]) < -7 < 5 < float(borders[-1])
