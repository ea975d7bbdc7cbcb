"""Tests of `hebo.acquisitions.probability_of_feasibility`: BoTorch's value, gradients, and a search with it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from acquisition import PLANE, check_gradients
from botorch.acquisition.analytic import LogProbabilityOfFeasibility
from botorch.models import ModelListGP, SingleTaskGP
from scipy.stats import norm

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.probability_of_feasibility import ProbabilityOfFeasibility
from hebo.base import Acquisition, FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.experiment.config.parts import build
from hebo.presets import bayes_opt
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

X = PLANE.sample(10, generator=make_generator("x"))
DATA = Data(X, X[:, :1])


def built(*slacks: Any) -> Any:
    models = FittedModels((slacks[0],), slacks)
    return ProbabilityOfFeasibility().build(models, DATA, PLANE, generator=make_generator(0))


@pytest.mark.parametrize("lengthscale", [0.15, 0.4, 1.0])
def test_values_are_botorchs_under_the_same_models(lengthscale: float) -> None:
    waves = [torch.sin(k * X[:, :1]) for k in (4, 9)]
    one, other = (SingleTaskGP(X, (y - y.mean()) / y.std(), outcome_transform=None) for y in waves)
    for gp in (one, other):
        gp.covar_module.lengthscale = lengthscale
        gp.eval()
    theirs = LogProbabilityOfFeasibility(ModelListGP(one, other), {0: (0.0, None), 1: (0.0, None)})
    x = PLANE.sample(20, generator=make_generator(1)).unsqueeze(-2)
    with torch.no_grad():
        torch.testing.assert_close(built(one, other)(x)[:, 0], theirs(x), rtol=1e-5, atol=1e-7)


def test_values_are_products_of_normal_tails_however_unlikely(formula_model: Any) -> None:
    slacks = [
        formula_model(lambda x, m=m: m + x[..., 0], lambda x: 0.5 + 0 * x[..., 0]) for m in (-30.0, 1.0)
    ]
    found = built(*slacks)(torch.zeros(1, 1, 2, dtype=torch.float64)).item()
    assert found == pytest.approx(float(np.sum(norm.logcdf([-60.0, 2.0]))), rel=1e-9)


def test_gradients_are_finite_differences() -> None:
    model = WarpedGP(n_starts=1).fit(Data(X, torch.sin(5 * X[:, :1])), PLANE, generator=make_generator(0))
    acq = built(model, model)
    check_gradients(acq, PLANE.sample(6, generator=make_generator(5)).unsqueeze(-2))


def test_models_without_constraints_are_refused_with_the_remedy(linear_model: Any) -> None:
    with pytest.raises(IncompatibleError, match=r"no measured constraint.*log_ei"):
        ProbabilityOfFeasibility().build(
            FittedModels((linear_model,)), DATA, PLANE, generator=make_generator(0)
        )


def optimizer_of(acquisition: Acquisition, seed: int) -> Any:
    recipe = bayes_opt(
        surrogate=WarpedGP(n_starts=1),
        acquisition=acquisition,
        acq_optimizer=RandomSubset(n_points=512),
        output_transform=Standardize(),
        n_initial=6,
        exploration=0.0,
        min_loo_r2=None,
        strict=True,
    )
    return recipe.build(PLANE, seed=seed)


def test_an_ask_without_any_told_constraint_is_refused() -> None:
    optimizer = optimizer_of(ProbabilityOfFeasibility(), 0)
    x = optimizer.ask(6)
    optimizer.tell(x, x.sum(axis=1).tolist())
    with pytest.raises(IncompatibleError, match="no measured constraint"):
        optimizer.ask()


@pytest.mark.parametrize("around", ["plain", "strict", "committee", "portfolio"])
def test_a_problem_that_has_no_constraints_is_refused_before_any_ask(around: str) -> None:
    loop = {
        "type": "bayes_opt_loop",
        "surrogate": "warped_gp",
        "acquisition": "probability_of_feasibility",
        "acq_optimizer": "random",
        "output_transform": "standardize",
    }
    wrapped: dict[str, dict[str, Any]] = {
        "plain": loop,
        "strict": {"type": "strict", "of": loop},
        "committee": {"type": "committee", "members": ["hebo", loop], "shares": [0.5]},
        "portfolio": {
            "type": "portfolio",
            "of": {**loop, "acquisition": "config"},
            "acquisitions": ["probability_of_feasibility"],
        },
    }
    recipe: Any = build("optimizer", wrapped[around])
    with pytest.raises(IncompatibleError, match=r"measured constraints alone.*none.*`constraints`.*log_ei"):
        recipe.build(PLANE, seed=0).check_unconstrained()


def n_feasible(acquisition: Acquisition) -> int:
    """How many of ten points keep a constraint that a fiftieth of the square keeps, over three seeds."""
    found = 0
    for seed in range(3):
        optimizer = optimizer_of(acquisition, seed)
        for n in (6, *[1] * 10):
            x = optimizer.ask(n)
            violation = np.hypot(x["a"] - 0.9, x["b"] - 0.1) - 0.15
            optimizer.tell(x, (-x["a"]).tolist(), constraints=violation.to_numpy().reshape(-1, 1))
            found += int((violation <= 0).sum()) if n == 1 else 0
    return found


def test_it_finds_feasible_points_the_same_with_the_same_seed() -> None:
    found = n_feasible(ProbabilityOfFeasibility())
    assert found == n_feasible(ProbabilityOfFeasibility())
    assert found >= 15  # of 30; random points: 0.6
    assert found >= n_feasible(LogEI()) - 5
