"""The pairwise GP: against BoTorch's, on contradictions, and in mixed and combinatorial spaces."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from botorch.models.pairwise_gp import PairwiseGP as BoTorchPairwiseGP
from gpytorch.kernels import MaternKernel, ScaleKernel
from torch import Tensor
from torch.testing import assert_close

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.experiment.config.parts import build
from hebo.kernels.numeric_matern import NumericMatern
from hebo.random import make_generator
from hebo.surrogates.pairwise_gp import Evidence, PairwiseGP, differences, process
from hebo.testing.spaces import SPACES, comparisons, observations

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])


def utility(x: Tensor) -> Tensor:
    return -4 * ((x - 0.35) ** 2).sum(-1)


def asked(k: int, seed: int = 0) -> Data:
    """Comparisons of random pairs, without errors."""
    x = SPACE.sample(2 * k, generator=make_generator(seed))
    a, b = x[::2], x[1::2]
    a_wins = (utility(a) > utility(b)).unsqueeze(1)
    return Data(x[:0], x[:0, :1], better=torch.where(a_wins, a, b), worse=torch.where(a_wins, b, a))


def fitted(data: Data, space: DesignSpace = SPACE) -> Any:
    return PairwiseGP().fit(data, space, generator=make_generator(0))


def test_predictions_are_those_of_botorch_under_the_same_hyperparameters() -> None:
    data, signal = asked(6), torch.tensor(3.0, dtype=torch.float64)
    kernel = NumericMatern(smoothness=2.5).build(SPACE, [0, 1], generator=make_generator(0))
    kernel.lengthscale = 0.4
    x, design = differences(data.better, data.worse)
    pairs = torch.stack([design.argmax(1), design.argmin(1)], dim=1)
    base = MaternKernel(nu=2.5)
    base.lengthscale = 0.4
    covariance = ScaleKernel(base)
    covariance.outputscale = 3.0
    other = BoTorchPairwiseGP(x, pairs, covar_module=covariance.double(), jitter=1e-8).eval()
    new = SPACE.sample(8, generator=make_generator(9))
    with torch.no_grad():
        expected, found = other.posterior(new), process(kernel, signal, x, design).posterior(new)
    assert_close(found.mean, expected.mean, atol=1e-3, rtol=0)
    assert_close(found.variance, expected.variance, atol=1e-3, rtol=1e-3)


def test_slopes_of_the_evidence_are_those_of_finite_differences() -> None:
    data = asked(12)
    kernel = NumericMatern(warp=True).build(SPACE, [0, 1], generator=make_generator(0))
    evidence = Evidence(kernel, *differences(data.better, data.worse))
    theta = evidence.start + 0.2
    _, slopes = evidence(theta)
    for place in range(len(theta)):
        step = np.zeros_like(theta)
        step[place] = 1e-5
        expected = (evidence(theta + step)[0] - evidence(theta - step)[0]) / 2e-5
        assert slopes[place] == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_a_utility_is_learned_up_to_its_scale() -> None:
    x = SPACE.sample(200, generator=make_generator(5))
    found = torch.stack([fitted(asked(60)).means(x), utility(x)])
    assert torch.corrcoef(found)[0, 1].item() > 0.85


def test_a_difference_of_one_is_answered_right_three_times_of_four() -> None:
    """The unit of utilities is the noise of one of them, that of a difference root two times as much."""
    assert torch.special.ndtr(torch.tensor(1.0) / 2**0.5).item() == pytest.approx(0.76, abs=0.01)
    assert torch.special.ndtr(torch.tensor(2.33) / 2**0.5).item() == pytest.approx(0.95, abs=0.01)
    assert fitted(asked(5)).noise_variance.item() == 1.0


def test_a_cycle_leaves_all_of_it_alike() -> None:
    a, b, c = SPACE.sample(3, generator=make_generator(0)).split(1)
    data = Data(a[:0], a[:0, :1], better=torch.cat([a, b, c]), worse=torch.cat([b, c, a]))
    model = fitted(data)
    assert model.means(torch.cat([a, b, c])).abs().max().item() < 0.05


def test_what_is_told_both_ways_says_nothing_of_the_two() -> None:
    first = asked(6)
    data = Data(
        first.x,
        first.y,
        better=torch.cat([first.better, first.worse]),
        worse=torch.cat([first.worse, first.better]),
    )
    model = fitted(data)
    assert (model.means(data.better) - model.means(data.worse)).abs().max().item() < 1e-3


def test_repeating_a_comparison_makes_it_more_certain() -> None:
    a, b = SPACE.sample(2, generator=make_generator(0)).split(1)
    kernel = NumericMatern().build(SPACE, [0, 1], generator=make_generator(0))
    gaps = []
    for times in (1, 5):
        x, design = differences(a.repeat(times, 1), b.repeat(times, 1))
        model = process(kernel, torch.tensor(4.0, dtype=torch.float64), x, design)
        gaps.append((model.means(a) - model.means(b)).item())
    assert 0 < gaps[0] < gaps[1]


def test_a_permutation_needs_a_kernel_of_permutations() -> None:
    space = SPACES["permutation"]
    with pytest.raises(IncompatibleError, match=r"takes the permutation column 0 .*such as mallows"):
        PairwiseGP().check(space)
    recipe = build("surrogate", {"type": "pairwise_gp", "kernels": [{"type": "mallows"}]})
    assert isinstance(recipe, PairwiseGP)
    data = comparisons(observations(space, 20))
    model = recipe.fit(data, space, generator=make_generator(0))
    right = (model.means(data.better) > model.means(data.worse)).double()
    assert right.mean().item() > 0.8


def test_more_comparisons_than_hyperparameters_are_fitted_to_still_count() -> None:
    data = asked(30)
    recipe = PairwiseGP(max_fit=10)
    model = recipe.fit(data, SPACE, generator=make_generator(0))
    right = (model.means(data.better) > model.means(data.worse)).double()
    assert right.mean().item() > 0.75


def test_values_and_no_comparisons_are_refused() -> None:
    data = observations(SPACES["numeric"])
    with pytest.raises(IncompatibleError, match="learns from comparisons alone, and the data have 0 of them"):
        PairwiseGP().fit(data, SPACES["numeric"], generator=make_generator(0))
    with pytest.raises(IncompatibleError, match="use another surrogate for values"):
        PairwiseGP().fit(Data(data.x[:0], data.y[:0]), SPACES["numeric"], generator=make_generator(0))
