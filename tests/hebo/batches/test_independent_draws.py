"""Tests of `hebo.batches.independent_draws`: whose maxima the points are, and what the loop makes of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from examples import SPACES
from torch import Tensor

from hebo.acq_optimizers.exhaustive import Exhaustive
from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.thompson import ThompsonSampling
from hebo.base import AcqOptimizer, BatchProblem, FittedModels, Focus, Recommender, Surrogate
from hebo.batches.independent_draws import IndependentDraws
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import IncompatibleError
from hebo.presets import bayes_opt
from hebo.random import make_generator
from hebo.recommenders.fitted_models import all_on_means
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

LINE = DesignSpace().parse([{"name": "a", "type": "int", "lb": 0, "ub": 12}])
PLANE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def fitted(space: DesignSpace, n: int) -> tuple[Any, Data]:
    """A model of noisy values."""
    x = space.sample(n, generator=make_generator("x"))
    low, high = space.bounds
    share = (x - low) / (high - low)
    y = torch.sin(7 * share).sum(-1, keepdim=True)
    y = y + 0.5 * torch.randn(n, 1, generator=make_generator("e"), dtype=torch.float64)
    data = Data(x, (y - y.mean()) / y.std())
    return WarpedGP(n_starts=1).fit(data, space, generator=make_generator(0)), data


def nothing(*_: Any) -> Any:
    raise AssertionError("the rule has no use for the search or the acquisition")


def chosen(model: Any, space: DesignSpace, n: int, seed: int, seen: Tensor, **parts: Any) -> Tensor:
    problem = BatchProblem(
        FittedModels((model,)),
        nothing,
        nothing,
        all_on_means,
        seen,
        space,
        Focus(space, seen[:3]),
        unweighted=nothing,
        **parts,
    )
    return IndependentDraws(n_points=128).choose(problem, n, generator=make_generator(seed))


def test_a_point_is_chosen_as_often_as_it_is_likely_to_be_the_maximum() -> None:
    model, data = fitted(LINE, 8)
    found = [chosen(model, LINE, 1, seed, data.x[:0]).item() for seed in range(600)]
    frequency = np.bincount(np.array(found, dtype=int), minlength=13) / 600
    mean, covariance = model.joint(torch.arange(13.0, dtype=torch.float64).unsqueeze(-1))
    root = torch.linalg.cholesky(covariance + 1e-8 * torch.eye(13, dtype=torch.float64))
    z = torch.randn(13, 20_000, generator=make_generator("z"), dtype=torch.float64)
    best = (mean.unsqueeze(-1) + root @ z).argmax(0)
    likely = torch.bincount(best, minlength=13).double().numpy() / 20_000
    assert (np.abs(frequency - likely) < 5 * np.sqrt(likely / 600) + 0.01).all()
    assert (likely > 0.05).sum() >= 2  # not all is known already


def test_points_of_a_batch_follow_the_belief_and_differ() -> None:
    model, data = fitted(PLANE, 12)
    x = chosen(model, PLANE, 64, 0, data.x)
    assert PLANE.contains(x).all()
    assert len(torch.unique(x, dim=0)) == 64
    mean, variance = model.marginals(x)
    everywhere = PLANE.sample(512, generator=make_generator(9))
    bound = (model.marginals(everywhere)[0] - 2 * model.marginals(everywhere)[1].sqrt()).max()
    assert ((mean + 3 * variance.sqrt()) > bound).all()  # none that is hardly the best
    assert x.std(0).max() > 1e-3


def test_seen_points_are_left_out_and_a_finite_domain_is_used_up_before_any_repeats() -> None:
    model, data = fitted(LINE, 4)
    x = chosen(model, LINE, 9, 0, data.x)
    assert sorted(torch.cat([x, data.x]).flatten().tolist()) == list(range(13))


def test_the_weights_of_the_loop_count() -> None:
    model, data = fitted(PLANE, 12)
    x = chosen(
        model,
        PLANE,
        32,
        0,
        data.x,
        weigh=lambda models, acq: lambda x: acq(x) - 50 * (x[..., 0, :1] - 0.2).abs(),
    )
    assert (x[:, 0] - 0.2).abs().max() < 0.1


def recipe(surrogate: Surrogate | None = None, **parts: Any) -> Recommender:
    parts = {
        "acquisition": ThompsonSampling(),
        "acq_optimizer": RandomSubset(n_points=32),
        "batch": IndependentDraws(n_points=64),
        **parts,
    }
    return bayes_opt(
        surrogate=surrogate or WarpedGP(n_starts=1),
        output_transform=Standardize(),
        exploration=0.0,
        min_loo_r2=None,
        strict=True,
        n_initial=4,
        **parts,
    )


@pytest.mark.parametrize("sort", ["mixed", "numeric", "categorical", "table"])
def test_asks_are_the_same_with_the_same_seed_new_and_in_the_space(sort: str) -> None:
    search: AcqOptimizer = RandomSubset(n_points=32)
    space = SPACES["mixed" if sort == "table" else sort]
    if sort == "table":
        space = TableSpace(space, space.decode(space.sample(200, generator=make_generator("rows"))))
        search = Exhaustive()
    runs = []
    for _ in range(2):
        optimizer = recipe(acq_optimizer=search).build(space, seed=3)
        for n in (4, 16, 1):
            x = optimizer.ask(n)
            optimizer.tell(x, space.encode(x).sum(1).tolist())
        runs.append(optimizer.data.x)
    assert space.contains(runs[0]).all()
    assert len(torch.unique(runs[0], dim=0)) == 21
    assert torch.equal(runs[0], runs[1])


def test_a_batch_of_256_is_chosen_at_once() -> None:
    space = DesignSpace().parse([{"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(6)])
    x = space.sample(100, generator=make_generator("told"))
    noise = torch.randn(100, generator=make_generator("e"), dtype=torch.float64)
    optimizer = recipe().build(space, seed=0)
    optimizer.tell(space.decode(x), (torch.sin(6 * x).sum(1) + noise).tolist())
    found = space.encode(optimizer.ask(256))
    assert len(torch.unique(found, dim=0)) == 256
    assert found.std(0).mean() > 0.05


def test_points_keep_measured_constraints() -> None:
    optimizer = recipe().build(PLANE, seed=0)
    x = optimizer.ask(30)
    optimizer.tell(x, (-x["a"]).tolist(), constraints=(x["a"] + x["b"] - 0.8).to_numpy().reshape(-1, 1))
    asked = optimizer.ask(20)
    assert (asked["a"] + asked["b"] < 0.9).mean() > 0.8


def test_an_acquisition_that_is_no_draw_is_refused_when_composed() -> None:
    with pytest.raises(IncompatibleError, match=r"IndependentDraws needs .*LogEI does not.*thompson"):
        recipe(acquisition=LogEI())


def test_a_surrogate_without_covariances_is_refused_when_composed() -> None:
    of_risk = Perturbed(of=WarpedGP(), input_sd={"a": 0.1}, n_perturbations=4)
    with pytest.raises(IncompatibleError, match=r"IndependentDraws needs .*Perturbed does not.*; use"):
        recipe(surrogate=of_risk)
