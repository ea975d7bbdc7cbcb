import torch
from torch.testing import assert_close

from hebo.abilities import Marginals
from hebo.acquisitions.marginals import NormalMarginals
from hebo.random import make_generator
from hebo.surrogates.neural_process.bar_distribution import Bars, default_borders
from hebo.surrogates.neural_process.bar_marginals import BarMarginals

BARS = Bars(default_borders(64))
LOG_P = torch.randn(4, 64, generator=make_generator("marginals"), dtype=torch.float64).log_softmax(-1)
OFFSET, SCALE = (torch.tensor(one, dtype=torch.float64) for one in (5.0, 3.0))
FOUND = BarMarginals(BARS, LOG_P, OFFSET, SCALE)


def test_predictions_have_the_units_of_the_data():
    plain: Marginals = BarMarginals(BARS, LOG_P, torch.zeros_like(OFFSET), torch.ones_like(SCALE))
    assert_close(FOUND.mean, 5 + 3 * plain.mean)
    assert_close(FOUND.sd, 3 * plain.sd)
    assert_close(FOUND.log_ei(8.0), SCALE.log() + plain.log_ei(1.0))
    assert_close(FOUND.log_pi(torch.tensor(8.0)), plain.log_pi(1.0))
    assert_close(FOUND.ucb(2.0), FOUND.mean + 2 * FOUND.sd)
    assert_close(FOUND.quantile(0.3), 5 + 3 * plain.quantile(0.3))
    at = torch.linspace(0, 9, 4, dtype=torch.float64)
    assert_close(FOUND.log_density(at), plain.log_density((at - 5) / 3) - SCALE.log())
    sd = torch.full_like(at, 0.6)
    assert_close(FOUND.log_density(at, sd), plain.log_density((at - 5) / 3, sd / 3) - SCALE.log())


def test_shifted_values_improve_over_shifted_thresholds():
    by = torch.tensor([0.0, 1.0, -2.0, 30.0], dtype=torch.float64, requires_grad=True)
    moved = FOUND.shifted(by)
    expected = torch.stack([FOUND.log_ei(7.0 - one)[i] for i, one in enumerate(by.tolist())])
    assert_close(moved.log_ei(7.0).detach(), expected)
    (slope,) = torch.autograd.grad(moved.log_pi(7.0).sum() + moved.log_ei(7.0).sum(), by)
    assert bool((slope >= 0).all())
    assert bool(torch.isfinite(slope).all())


def test_narrow_bars_of_a_normal_say_what_it_says():
    mean, sd = 0.8, 0.4
    fine = Bars(default_borders(2048))
    log_p = (-0.5 * ((fine.centers - mean) / sd).square() + fine.widths.log()).log_softmax(-1)
    found = BarMarginals(fine, log_p.unsqueeze(0), torch.zeros(()).double(), torch.ones(()).double())
    normal = NormalMarginals(*(torch.tensor([one], dtype=torch.float64) for one in (mean, sd)))
    for tau in (0.0, 0.8, 1.5, 2.0):
        assert_close(found.log_ei(tau), normal.log_ei(tau), rtol=2e-3, atol=2e-3)
        assert_close(found.log_pi(tau), normal.log_pi(tau), rtol=2e-3, atol=2e-3)


def test_no_probability_is_above_one():
    rounded = (LOG_P + 1e-7) - LOG_P.logsumexp(-1, keepdim=True)
    found = BarMarginals(BARS, rounded, OFFSET, SCALE).log_pi(-1e9)
    assert bool((found <= 0).all())
    assert_close(found, torch.zeros_like(found), atol=1e-6, rtol=0)
