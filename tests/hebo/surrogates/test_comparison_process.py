"""A GP given linear observations: by the formula of normal conditioning, and in BoTorch's hands."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.testing import assert_close

from hebo.design_space.design_space import DesignSpace
from hebo.kernels.correlation import correlations
from hebo.kernels.numeric_matern import NumericMatern
from hebo.random import make_generator
from hebo.surrogates.comparison_process import ComparisonProcess

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
KERNEL = NumericMatern().build(SPACE, [0, 1], generator=make_generator(0)).requires_grad_(False)
SIGNAL = torch.tensor(2.0, dtype=torch.float64)
X = SPACE.sample(4, generator=make_generator(1))
DESIGN = torch.tensor([[1.0, -1, 0, 0], [0, 1, 0, -1], [0, 0, 1, 0]], dtype=torch.float64)
VALUES = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
VARIANCES = torch.tensor([2.5, 3.0, 0.1], dtype=torch.float64)
NEW = SPACE.sample(6, generator=make_generator(2))


def model() -> ComparisonProcess:
    return ComparisonProcess(KERNEL, SIGNAL, X, DESIGN, VALUES, VARIANCES)


def by_hand(x: Tensor) -> tuple[Tensor, Tensor]:
    cross = SIGNAL * correlations(KERNEL, x, X) @ DESIGN.T
    seen = DESIGN @ (SIGNAL * correlations(KERNEL, X, X)) @ DESIGN.T + torch.diag(VARIANCES)
    mean = cross @ torch.linalg.solve(seen, VALUES)
    covariance = SIGNAL * correlations(KERNEL, x, x) - cross @ torch.linalg.solve(seen, cross.T)
    return mean, covariance


def test_predictions_are_those_of_normal_conditioning() -> None:
    mean, covariance = by_hand(NEW)
    found_mean, found = model().joint(NEW)
    assert_close(found_mean, mean)
    assert_close(found, covariance, atol=1e-8, rtol=0)
    single_mean, variance = model().marginals(NEW)
    assert_close(single_mean, mean)
    assert_close(variance, covariance.diagonal())
    assert_close(model().cross(NEW[:2], NEW[2:]), covariance[:2, 2:])


def test_a_process_conditioned_on_a_utility_is_that_of_one_more_row() -> None:
    longer = ComparisonProcess(
        KERNEL,
        SIGNAL,
        torch.cat([X, NEW[:1]]),
        torch.block_diag(DESIGN, torch.ones(1, 1, dtype=torch.float64)),
        torch.cat([VALUES, VALUES[:1]]),
        torch.cat([VARIANCES, torch.ones(1, dtype=torch.float64)]),
    )
    found = model().condition_on_observations(NEW[:1], VALUES[:1].unsqueeze(1))
    assert_close(found.means(NEW), longer.means(NEW))


def test_fantasies_stand_beside_one_another() -> None:
    y = torch.randn(3, 2, 1, generator=make_generator(4), dtype=torch.float64)
    several = model().condition_on_observations(NEW[:2].expand(3, -1, -1), y)
    assert several.batch_shape == (3,)
    one = model().condition_on_observations(NEW[:2], y[1])
    assert_close(several.posterior(NEW[2:]).mean[1], one.posterior(NEW[2:]).mean)


def test_paths_have_the_moments_of_the_posterior() -> None:
    paths = torch.stack([model().sample_path(make_generator("path", i))(NEW) for i in range(200)])
    mean, covariance = by_hand(NEW)
    assert (paths.mean(0) - mean).abs().max() < 0.45
    assert (paths.std(0) - covariance.diagonal().sqrt()).abs().max() < 0.35
