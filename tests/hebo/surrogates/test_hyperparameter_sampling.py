"""Tests of `hebo.surrogates.hyperparameter_sampling`."""

from __future__ import annotations

import torch

from hebo.data import Data
from hebo.descent.bfgs import minimize_bfgs
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.covariance import Inputs
from hebo.surrogates.hyperparameter_sampling import sample_hyperparameters
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.marginal_likelihood import LogPosterior
from hebo.surrogates.warped_gp import WarpedGP


def test_without_data_the_samples_are_those_of_the_prior() -> None:
    space = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
    layout = WarpedGP(warp_from=None)._layout(Columns(space), 0)
    empty = Inputs(torch.empty(0, 1).double(), torch.empty(0, 0).double())
    density = LogPosterior(layout, empty, torch.empty(0).double(), 2.5)
    starts = layout.starts(2, generator=make_generator(0))
    mode = minimize_bfgs(density, starts, lower=layout.lower, upper=layout.upper, max_calls=200)
    samples = sample_hyperparameters(density, mode, 4000, n_steps=60, generator=make_generator(1))
    # The lower end of the lengthscale cuts its prior off; the signal's stays whole.
    signal = samples[:, layout.groups["signal"]]
    assert abs(signal.mean().item()) < 0.08  # log 1 = 0
    assert abs(signal.std().item() - 1.0) < 0.08


def test_samples_stay_in_range_and_depend_on_the_generator_alone(space: DesignSpace, data: Data) -> None:
    recipe = WarpedGP(n_samples=8)
    torch.manual_seed(1)
    first = recipe.fit(data, space, generator=make_generator(5)).covariance.theta
    torch.manual_seed(2)
    second = recipe.fit(data, space, generator=make_generator(5)).covariance.theta
    layout = recipe._layout(Columns(space), len(data.x))
    torch.testing.assert_close(first, second)
    assert ((first >= layout.lower) & (first <= layout.upper)).all()
    assert len(torch.unique(first, dim=0)) > 4
