"""Tests of `hebo.surrogates.amortized.predictive`."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.testing import assert_close

from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.amortized.predictive import predict
from hebo.surrogates.amortized.scores import Problems
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns

SPACE = DesignSpace().parse(
    [
        *({"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(3)),
        *({"name": f"c{i}", "type": "cat", "categories": ["u", "v", "w"]} for i in range(2)),
    ]
)


def test_predictions_are_those_of_the_process_that_is_deployed(problems: Problems, settings: Tensor) -> None:
    x = SPACE.sample(9, generator=make_generator("asked"))
    numeric, codes = (part.expand(4, -1, -1) for part in Columns(SPACE).split(x))
    found = predict(problems, settings, numeric, codes)
    for place in range(4):
        told = torch.cat([problems.numeric[place], problems.codes[place]], -1)
        covariance = Covariance(Columns(SPACE), problems.layout, settings[place], problems.smoothness)
        process = GaussianProcess(covariance, told, problems.y[place])
        mean, variance = process.marginals(x)
        assert_close(found.mean[place], mean)
        assert_close(found.variance[place], variance)
        noisy = process.posterior(x.unsqueeze(-2), observation_noise=True).variance.flatten()
        assert_close(found.variance[place] + found.noise[place], noisy)


def test_the_likelihood_has_the_scores_as_its_gradient(problems: Problems, settings: Tensor) -> None:
    value, score = problems.scores(settings)
    theta = settings.requires_grad_()
    found = predict(problems, theta, problems.numeric[:, :2], problems.codes[:, :2])
    (slope,) = torch.autograd.grad(found.log_likelihood.sum(), theta)
    assert_close(found.log_likelihood.detach(), value)
    assert_close(slope, score)
