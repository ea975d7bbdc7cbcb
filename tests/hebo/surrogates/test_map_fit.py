"""Tests of `hebo.surrogates.map_fit`."""

from __future__ import annotations

import math

import pytest
import torch
from botorch.models import SingleTaskGP
from gpytorch.mlls import ExactMarginalLogLikelihood

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.map_fit import fit_map, negative_log_posterior
from hebo.surrogates.warped_gp import Columns, WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
X = torch.rand(12, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
Y = torch.sin(5 * X[:, :1]) + X[:, 1:]
Y = (Y - Y.mean()) / Y.std()


def batched(n_starts: int) -> SingleTaskGP:
    return WarpedGP()._model(X, Y, Columns(SPACE), n_starts=n_starts)


def test_the_density_is_gpytorchs_marginal_likelihood_plus_priors() -> None:
    model = WarpedGP(warp=False)._model(X, Y, Columns(SPACE), n_starts=1)
    model.train()
    value = negative_log_posterior(model).item()
    single = WarpedGP(warp=False)._model(X, Y, Columns(SPACE))
    single.train()
    mll = ExactMarginalLogLikelihood(single.likelihood, single)
    reference = -mll(single(X), Y.squeeze(-1)).item() * len(X)
    assert value == pytest.approx(reference, rel=1e-6)


def test_starts_do_not_interact() -> None:
    alone = negative_log_posterior(batched(1).train())
    among = negative_log_posterior(batched(3).train())
    torch.testing.assert_close(among, alone.expand(3))


def test_every_start_climbs() -> None:
    model = batched(3)
    before = negative_log_posterior(model.train())[0].item()
    after = fit_map(model, generator=make_generator(0))
    assert after.shape == (3,)
    assert after.max().item() < before


def test_the_optimum_is_stationary() -> None:
    model = batched(1)
    fit_map(model, generator=make_generator(0), max_iterations=500)
    model.zero_grad()
    negative_log_posterior(model).sum().backward()
    assert max(p.grad.abs().max().item() for p in model.parameters() if p.grad is not None) < 0.05


def test_the_same_generator_gives_the_same_fit_whatever_the_global_seed() -> None:
    values = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        values.append(fit_map(batched(3), generator=make_generator(0)))
    torch.testing.assert_close(values[0], values[1], rtol=0, atol=0)


def test_more_starts_never_fit_worse() -> None:
    one = fit_map(batched(1), generator=make_generator(0)).min().item()
    many = fit_map(batched(6), generator=make_generator(0)).min().item()
    assert many <= one + 1e-2
    assert math.isfinite(many)
