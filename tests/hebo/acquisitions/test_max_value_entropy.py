"""Tests of `hebo.acquisitions.max_value_entropy`: integrals, BoTorch's estimate, gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from acquisition import PLANE, check_gradients, noisy_plane, on_plane
from botorch.acquisition.max_value_entropy_search import qMaxValueEntropy
from botorch.models import SingleTaskGP
from botorch.models.model import Model
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm
from torch import Tensor

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.max_value_entropy import MaxValueEntropy, gumbel_quantiles, log_information
from hebo.base import FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.presets import bayes_opt
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.transforms.power import Standardize


@pytest.fixture(scope="module")
def data() -> Data:
    return noisy_plane(noise=0.0)


def samples_of(acq: MaxValueEntropy, model: Model, data: Data) -> Tensor:
    """The samples that `on_plane` makes, before any is raised to the largest mean."""
    generator = make_generator(0)
    points = torch.cat([data.x, PLANE.sample(acq.n_points, generator=generator)])
    return acq._largest(model, points, generator)


@pytest.mark.parametrize("u", [-5.0, -1.0, 0.0, 0.7, 0.999, 1.001, 2.0, 4.0])
def test_information_is_the_entropy_that_a_normal_loses_by_truncation(u: float) -> None:
    log_share = norm.logcdf(u)

    def surprise(z: float) -> float:
        log_density = norm.logpdf(z) - log_share
        return float(-np.exp(log_density) * log_density)

    truncated = quad(surprise, u - 12, u, epsabs=1e-13, limit=200)[0]
    whole = 0.5 * np.log(2 * np.pi * np.e)
    found = log_information(torch.tensor(u, dtype=torch.float64)).exp().item()
    assert found == pytest.approx(whole - truncated, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("u", [7.9, 8.1, 20.0, 200.0, 1e5])
def test_information_keeps_its_digits_where_it_is_next_to_none(u: float) -> None:
    # -log Phi(u) is P[Z > u] there.
    expected = np.logaddexp(np.log(u / 2) + norm.logpdf(u), norm.logsf(u))
    found = log_information(torch.tensor(u, dtype=torch.float64)).item()
    assert found == pytest.approx(expected, rel=1e-9)


def test_information_of_a_surprise_is_its_asymptotic_form() -> None:
    u = torch.tensor([-1e3, -1e4, -1e9], dtype=torch.float64, requires_grad=True)
    value = log_information(u)
    value.sum().backward()
    expected = np.log(np.log(1e3) + 0.5 * np.log(2 * np.pi) - 0.5)
    assert value[0].item() == pytest.approx(expected, rel=1e-4)
    assert torch.isfinite(value).all()
    assert torch.isfinite(u.grad).all()  # type: ignore[arg-type]


def test_information_falls_with_the_threshold() -> None:
    u = torch.linspace(-50, 50, 4001, dtype=torch.float64)
    assert (log_information(u).diff() < 0).all()


def test_the_slope_of_information_is_a_finite_difference() -> None:
    u = torch.tensor([-30.0, -2.0, 0.0, 0.9, 1.1, 5.0, 7.9, 8.1, 40.0], dtype=torch.float64)
    assert torch.autograd.gradcheck(log_information, u.requires_grad_(), eps=1e-6, rtol=1e-5)


def test_quartiles_are_those_of_the_product_of_distributions() -> None:
    mean, sd = np.array([0.0, 0.5, -1.0, 0.4]), np.array([1.0, 0.1, 2.0, 0.6])
    levels = torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)
    found = gumbel_quantiles(torch.from_numpy(mean), torch.from_numpy(sd), levels).numpy()
    exact = [brentq(lambda y, p=p: norm.cdf((y - mean) / sd).prod() - p, -20, 20) for p in (0.25, 0.5, 0.75)]
    assert found[1] == pytest.approx(exact[1])
    assert found[2] - found[0] == pytest.approx(exact[2] - exact[0])
    np.testing.assert_allclose(found, exact, atol=0.1 * (exact[2] - exact[0]))


@pytest.mark.parametrize("lengthscale", [0.15, 0.4, 1.0])
def test_values_are_botorchs_of_the_same_samples(data: Data, lengthscale: float) -> None:
    gp = SingleTaskGP(data.x, data.y, torch.full_like(data.y, 1e-6), outcome_transform=None)
    gp.covar_module.lengthscale = lengthscale
    gp.eval()
    acq = MaxValueEntropy(n_samples=8)
    largest = samples_of(acq, gp, data).clamp_min(gp.posterior(data.x).mean.max())
    with torch.random.fork_rng():
        torch.manual_seed(0)
        theirs = qMaxValueEntropy(gp, data.x, num_mv_samples=8, num_y_samples=4096)
    theirs.posterior_max_values = largest.detach().unsqueeze(-1)
    x = PLANE.sample(16, generator=make_generator(4)).unsqueeze(-2)
    with torch.no_grad():
        ours, expected = on_plane(acq, gp, data)(x)[:, 0].exp(), theirs(x)
    torch.testing.assert_close(ours, expected, rtol=0.05, atol=0.01)


def test_no_sample_is_below_the_largest_mean_at_an_evaluated_point(formula_model: Any) -> None:
    # The spread points are far worse than the evaluated one and its value is known.
    model = formula_model(lambda x: -((x - 0.5) ** 2).sum(-1), lambda x: 1e-4 + 0 * x[..., 0])
    one = Data(torch.full((1, 2), 0.5, dtype=torch.float64), torch.zeros(1, 1).double())
    value = on_plane(MaxValueEntropy(n_samples=4), model, one)(one.x.unsqueeze(-2))
    assert value.item() <= log_information(torch.tensor(0.0)).item() + 1e-6


@pytest.mark.parametrize("samples", ["gumbel", "paths"])
def test_samples_are_near_the_largest_of_joint_draws(data: Data, fitted: Any, samples: Any) -> None:
    acq = MaxValueEntropy(n_samples=64, samples=samples, n_points=128)
    found = samples_of(acq, fitted, data)
    points = torch.cat([data.x, PLANE.sample(128, generator=make_generator(0))])
    mean, covariance = fitted.joint(points)
    root = torch.linalg.cholesky(covariance + 1e-8 * torch.eye(len(points), dtype=torch.float64))
    z = torch.randn(len(points), 2000, generator=make_generator("z"), dtype=torch.float64)
    drawn = (mean.unsqueeze(-1) + root @ z).max(0).values
    # Independent marginals overstate the maximum, paths do not: both by less than a deviation of values.
    assert (found.mean() - drawn.mean()).abs() < 0.5 * data.y.std()


@pytest.mark.parametrize("samples", ["gumbel", "paths"])
def test_gradients_are_finite_differences(data: Data, fitted: Model, samples: Any) -> None:
    acq = on_plane(MaxValueEntropy(samples=samples, n_points=64), fitted, data)
    check_gradients(acq, PLANE.sample(6, generator=make_generator(5)).unsqueeze(-2))


def test_samples_are_drawn_once_by_the_generator(data: Data, fitted: Model) -> None:
    x = PLANE.sample(10, generator=make_generator(5)).unsqueeze(-2)
    acq = on_plane(MaxValueEntropy(n_points=64), fitted, data)
    torch.testing.assert_close(acq(x)[2:4], acq(x[2:4]))
    assert not torch.equal(acq(x), on_plane(MaxValueEntropy(n_points=64), fitted, data, seed=1)(x))


def test_it_prefers_points_that_may_be_the_best(data: Data, fitted: Model) -> None:
    x = PLANE.sample(200, generator=make_generator(5)).unsqueeze(-2)
    with torch.no_grad():
        ours = on_plane(MaxValueEntropy(), fitted, data)(x)[:, 0]
        improvement = LogEI().build(FittedModels((fitted,)), data, PLANE, generator=make_generator(0))(x)[
            :, 0
        ]
    ranks = [one.argsort().argsort().double() for one in (ours, improvement)]
    assert torch.corrcoef(torch.stack(ranks))[0, 1] > 0.5


def test_paths_of_a_surrogate_without_any_are_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"MaxValueEntropy needs .*ExtraTrees does not.*; use"):
        bayes_opt(
            surrogate=ExtraTrees(),
            acquisition=MaxValueEntropy(samples="paths"),
            acq_optimizer=RandomSubset(),
            output_transform=Standardize(),
        )


def test_a_model_without_paths_and_joint_points_are_refused(data: Data, fitted: Model) -> None:
    gp = SingleTaskGP(data.x, data.y, outcome_transform=None)
    with pytest.raises(IncompatibleError, match="SingleTaskGP"):
        on_plane(MaxValueEntropy(samples="paths"), gp, data)
    with pytest.raises(IncompatibleError, match="single points"):
        on_plane(MaxValueEntropy(), fitted, data)(data.x[:4].reshape(2, 2, 2))
