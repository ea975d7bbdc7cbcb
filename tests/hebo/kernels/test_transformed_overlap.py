"""Tests of `hebo.kernels.transformed_overlap`."""

from __future__ import annotations

import math

import pytest
import torch
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from gpytorch.kernels import ScaleKernel
from gpytorch.mlls import ExactMarginalLogLikelihood
from gpytorch.priors import LogNormalPrior
from kernel_checks import (
    CONTINUOUS,
    MIXED,
    NOMINAL,
    ORDERED,
    assert_correlation,
    assert_gradients,
    categories,
    gram,
    log_prior,
    points,
    scattered,
)

from hebo.errors import IncompatibleError
from hebo.kernels.transformed_overlap import TransformedOverlap, TransformedOverlapKernel, mismatch_prior
from hebo.random import make_generator


def build(*, ard: bool = True) -> TransformedOverlapKernel:
    kernel = TransformedOverlap(ard=ard).build(MIXED, NOMINAL, generator=make_generator(0))
    assert isinstance(kernel, TransformedOverlapKernel)
    return kernel


@pytest.mark.parametrize("ard", [True, False])
def test_it_is_a_correlation(ard: bool) -> None:
    assert_correlation(scattered(build(ard=ard)), MIXED)


def test_it_is_the_exponential_of_the_weighted_mismatches() -> None:
    kernel = scattered(build())
    length = kernel.lengthscale[0].tolist()
    x1, x2 = points(MIXED, 6, seed=1), points(MIXED, 5, seed=2)
    expected = [
        [
            math.exp(-sum(1 / length[i] for i, column in enumerate(NOMINAL) if a[column] != b[column]))
            for b in x2
        ]
        for a in x1
    ]
    torch.testing.assert_close(gram(kernel, x1, x2), torch.tensor(expected, dtype=torch.float64))


def test_without_ard_the_columns_share_one_lengthscale() -> None:
    kernel = build(ard=False)
    assert kernel.lengthscale.shape == (1, 1)
    twin = build()
    twin.lengthscale = kernel.lengthscale.item()
    x = points(MIXED, 6)
    torch.testing.assert_close(gram(kernel, x), gram(twin, x))


def test_points_that_differ_everywhere_can_be_all_but_uncorrelated() -> None:
    space = categories(*[5] * 20)
    kernel = TransformedOverlap().build(space, list(range(20)), generator=make_generator(0))
    x = torch.stack([torch.zeros(20), torch.ones(20)]).double()
    assert gram(kernel, x)[0, 1] == pytest.approx(math.exp(-2.0))
    kernel.lengthscale = 5.0
    assert gram(kernel, x)[0, 1] == pytest.approx(math.exp(-4.0))
    assert gram(kernel, x)[0, 1] < 0.05


@pytest.mark.parametrize("d", [20, 60, 200])
def test_at_the_mode_of_the_prior_random_points_are_as_correlated_in_few_columns_as_in_many(d: int) -> None:
    space = categories(*[4] * d)
    kernel = TransformedOverlap().build(space, list(range(d)), generator=make_generator(0))
    k = gram(kernel, points(space, 200))
    mean = k[~torch.eye(200, dtype=torch.bool)].mean()
    # The mean of exp(-2 B / d) with a binomial number B of mismatches, each of probability 3/4.
    assert mean == pytest.approx((0.25 + 0.75 * math.exp(-2 / d)) ** d, rel=0.02)


def test_the_prior_is_log_normal_around_half_the_number_of_columns() -> None:
    kernel = build()
    kernel.lengthscale = 5.0
    density = LogNormalPrior(torch.tensor(math.log(2.0) + 1.0).double(), torch.tensor(1.0).double())
    assert log_prior(kernel) == pytest.approx(4 * float(density.log_prob(torch.tensor(5.0).double())))
    assert float(mismatch_prior(40).mode) == pytest.approx(20.0)


def test_derivatives_are_those_of_finite_differences() -> None:
    x1, x2 = points(MIXED, 5, seed=1), points(MIXED, 4, seed=2)
    assert_gradients(scattered(build()), x1, x2)
    assert_gradients(scattered(build(ard=False)), x1, x2)


@pytest.mark.parametrize(("n", "error"), [(20, 1.3), (120, 0.5)])  # the mean alone has 1
def test_a_fit_to_many_columns_predicts_and_finds_those_that_matter(n: int, error: float) -> None:
    space = categories(*[4] * 60)
    effects = torch.randn(6, 4, generator=make_generator("effects"), dtype=torch.float64)
    figures = []
    for seed in range(3):  # one fit may end in a poor local maximum
        x = points(space, 400, seed=seed)
        y = effects[torch.arange(6), x[:, :6].long()].sum(1, keepdim=True)
        y = (y - y.mean()) / y.std()
        kernel = TransformedOverlap().build(space, list(range(60)), generator=make_generator(0))
        model = SingleTaskGP(x[:n], y[:n], covar_module=ScaleKernel(kernel), outcome_transform=None)
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        with torch.no_grad():
            posterior = model.posterior(x[120:], observation_noise=True)
            scales = kernel.lengthscale[0, :6].median() / kernel.lengthscale[0, 6:].median()
        missed = (y[120:] - posterior.mean).square()
        figures.append(torch.stack([missed.mean(), (missed / posterior.variance).mean(), scales]))
    found, surprise, scales = torch.stack(figures).median(0).values
    assert found < error
    assert 0.4 < surprise < 2.5  # neither over- nor underconfident
    if n == 120:
        assert scales < 0.6


@pytest.mark.parametrize(("columns", "sort"), [(ORDERED, "ordered"), (CONTINUOUS, "continuous")])
def test_columns_of_another_sort_are_refused(columns: list[int], sort: str) -> None:
    with pytest.raises(IncompatibleError, match=f"TransformedOverlap has no correlation for the {sort}"):
        TransformedOverlap().build(MIXED, columns, generator=make_generator(0))
