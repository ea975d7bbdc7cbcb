"""Tests of `hebo.surrogates.pretrained_covariance`: moments from the definition, and their gradients."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.earlier_functions import EarlierFunctions
from hebo.surrogates.gaussian_process import widening
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.pretrained_covariance import (
    KNOWN_BEFORE,
    PretrainedCovariance,
    PretrainedProcess,
)
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "num", "lb": 0, "ub": 9},
    ]
)
COLUMNS, RECIPE, FREEDOM, SPREAD = Columns(SPACE), WarpedGP(smoothness=2.5), 0.4, 0.7
Z = SPACE.sample(12, generator=make_generator("support"))
X = SPACE.sample(7, generator=make_generator("data"))
AT = SPACE.sample(5, generator=make_generator("test"))
Y = torch.linspace(-1.5, 1.0, 7, dtype=torch.float64)


def setting(layout: Layout, seed: int) -> Tensor:
    return torch.from_numpy(layout.starts(2, generator=make_generator(seed), scatter=0.4)[1])


def earlier() -> EarlierFunctions:
    layout = RECIPE._layout(COLUMNS, 10)
    weights = torch.randn(12, 4, generator=make_generator("weights"), dtype=torch.float64)
    return EarlierFunctions(COLUMNS, layout, setting(layout, 1), 2.5, Z, weights)


def process() -> PretrainedProcess:
    layout = RECIPE._layout(COLUMNS, 10)
    rest = Covariance(COLUMNS, layout, setting(layout, 2), 2.5)
    covariance = PretrainedCovariance(rest, earlier(), torch.tensor(SPREAD, dtype=torch.float64), FREEDOM)
    return PretrainedProcess(covariance, X, Y)


def prior(model: PretrainedProcess, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Mean at `a`, and covariance with `b`, from the functions of the earlier tasks themselves."""
    of = earlier()
    g_a, g_b = (of.covariance.between(x, Z) @ of.weights for x in (a, b))
    m_a, m_b = g_a.mean(1), g_b.mean(1)
    empirical = (g_a - m_a[:, None]) @ (g_b - m_b[:, None]).T / (4 - 1)
    k = model.covariance.rest.between(a, b)
    return model.covariance.mean + m_a, SPREAD * (empirical + FREEDOM**2 * m_a[:, None] * m_b) + k


def test_the_posterior_is_that_of_the_mean_and_the_empirical_covariance_of_earlier_functions() -> None:
    model = process()
    (mean_x, k_xx), (mean, k) = prior(model, X, X), prior(model, AT, X)
    noisy = k_xx + model.covariance.noise * torch.eye(7, dtype=torch.float64)
    expected = mean + k @ torch.linalg.solve(noisy, Y - mean_x)
    covariance = prior(model, AT, AT)[1] - k @ torch.linalg.solve(noisy, k.T)
    found, variance = model.marginals(AT)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(
        variance, widening(7 + KNOWN_BEFORE) * covariance.diagonal(), rtol=1e-5, atol=1e-6
    )
    torch.testing.assert_close(
        model.joint(AT)[1], widening(7 + KNOWN_BEFORE) * covariance, rtol=1e-5, atol=1e-6
    )


def test_fast_gradients_are_those_of_automatic_differentiation() -> None:
    model, x = process(), AT.clone().requires_grad_()
    plain = process()
    plain._slopes = None
    for part in (0, 1):
        one, other = (torch.autograd.grad(of.marginals(x)[part].sum(), x)[0] for of in (model, plain))
        torch.testing.assert_close(one[:, COLUMNS.numeric], other[:, COLUMNS.numeric], rtol=1e-6, atol=1e-8)


def test_leave_one_out_errors_are_those_of_processes_without_the_observation() -> None:
    model = process()
    _, errors, variances = model.leave_one_out()
    for place in range(7):
        rest = [one for one in range(7) if one != place]
        less = PretrainedProcess(model.covariance, X[rest], Y[rest], n_fitted=7)
        mean, variance = less.marginals(X[[place]])
        torch.testing.assert_close(errors[place], Y[place] - mean[0])
        torch.testing.assert_close(variances[place], variance[0] + model.noise_variance)


def test_conditioning_on_observations_is_fitting_them() -> None:
    whole, part = process(), PretrainedProcess(process().covariance, X[:4], Y[:4], n_fitted=7)
    conditioned = part.condition_on_observations(X[4:], Y[4:].unsqueeze(-1))
    torch.testing.assert_close(conditioned.marginals(AT), whole.marginals(AT))


def test_a_path_has_the_prior_mean_in_it() -> None:
    model = process()
    paths = torch.stack([model.sample_path(make_generator(seed))(AT) for seed in range(100)])
    mean, variance = model.marginals(AT)
    assert bool(((paths.mean(0) - mean).abs() < 5 * (variance / 100).sqrt()).all())
