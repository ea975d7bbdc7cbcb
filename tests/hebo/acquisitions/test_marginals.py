"""Tests of `hebo.acquisitions.marginals`: normal predictions, a model's own, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from acquisition import under
from botorch.models.model import Model, ModelList
from torch import Tensor
from torch.distributions import Laplace

from hebo.abilities import Marginals, OwnMarginals
from hebo.acquisitions.confidence_bound import UCB
from hebo.acquisitions.improvement import LogEI, LogPI
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.marginals import NormalMarginals, incumbent_mean, marginals
from hebo.base import Acquisition
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import make_generator

X = torch.tensor([[0.0], [1.0], [-2.0]], dtype=torch.float64)
DATA = Data(X, X.sin())


def test_normal_predictions_have_the_closed_forms() -> None:
    mean, sd = torch.tensor([0.0, 2.0], dtype=torch.float64), torch.tensor([1.0, 0.5], dtype=torch.float64)
    found = NormalMarginals(mean, sd)
    assert found.ucb(2.0).tolist() == [2.0, 3.0]
    assert found.log_pi(0.0)[0].item() == pytest.approx(math.log(0.5))
    assert found.log_ei(0.0)[0].item() == pytest.approx(-0.5 * math.log(2 * math.pi))
    above = found.log_ei(-10.0).exp()  # nearly all of the probability is above: the mean less the threshold
    assert above.tolist() == pytest.approx([10.0, 12.0])


def test_values_over_several_thresholds_are_each_its_own() -> None:
    found = NormalMarginals(torch.zeros(1), torch.ones(1))
    low, high = torch.tensor(-1.0), torch.tensor(1.0)
    chances = [found.log_pi(tau).exp().item() for tau in (low, high, low)]
    assert chances == pytest.approx([0.8413, 0.1587, 0.8413], abs=1e-4)


def test_shifted_predictions_are_over_a_lower_threshold() -> None:
    found = NormalMarginals(torch.zeros(1), torch.ones(1))
    torch.testing.assert_close(found.shifted(torch.tensor(0.7)).log_ei(1.0), found.log_ei(0.3))
    assert found.mean.tolist() == [0.0]


class LaplacePredictions:
    """Laplace distributions, for which nothing is normal but the mean and the deviation."""

    def __init__(self, mean: Tensor) -> None:
        self.mean, self.sd = mean, torch.full_like(mean, 2**0.5)

    def log_ei(self, tau: Tensor | float) -> Tensor:
        excess = self.mean - tau
        return (0.5 * (-excess.abs()).exp() + excess.clamp_min(0.0)).log()

    def log_pi(self, tau: Tensor | float) -> Tensor:
        return (
            1 - Laplace(self.mean, torch.ones_like(self.mean)).cdf(torch.as_tensor(tau).to(self.mean))
        ).log()

    def ucb(self, kappa: float) -> Tensor:
        return self.mean + kappa

    def shifted(self, by: Tensor) -> LaplacePredictions:
        return LaplacePredictions(self.mean + by)


class LaplaceModel(Model):
    """A model with predictions of its own."""

    num_outputs = 1

    def posterior(self, X: Tensor, *args: Any, **kwargs: Any) -> Any:
        raise AssertionError("its own predictions are asked for")

    def own_marginals(self, x: Tensor) -> Marginals:
        return LaplacePredictions(x.sum(-1))


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (LogEI(margin=0.0), lambda own, tau: own.log_ei(tau)),
        (LogPI(margin=0.0), lambda own, tau: own.log_pi(tau)),
        (UCB(kappa=3.0), lambda own, tau: own.ucb(3.0)),
    ],
)
def test_acquisitions_ask_a_model_for_its_own_predictions(
    recipe: Acquisition, expected: Callable[[Marginals, Tensor], Tensor]
) -> None:
    model = LaplaceModel()
    assert isinstance(model, OwnMarginals)
    acq = under(recipe, model, DATA, generator=make_generator(0))
    threshold = torch.tensor(1.0, dtype=torch.float64)
    assert incumbent_mean(model, DATA) == threshold
    torch.testing.assert_close(acq(X.unsqueeze(-2))[:, 0], expected(LaplacePredictions(X[:, 0]), threshold))


def test_normal_predictions_of_a_posterior_are_used_where_a_model_has_no_others(linear_model: Any) -> None:
    found = marginals(linear_model, X.unsqueeze(-2))
    assert isinstance(found, NormalMarginals)
    assert found.mean.tolist() == X[:, 0].tolist()
    assert found.sd.tolist() == [0.5] * 3


def test_joint_points_and_several_outputs_are_refused_with_what_would_do(linear_model: Any) -> None:
    with pytest.raises(IncompatibleError, match="one after the other, or use a Monte Carlo acquisition"):
        marginals(linear_model, X)
    several = ModelList(linear_model, linear_model)
    with pytest.raises(IncompatibleError, match=r"choose one with `model.subset_output`"):
        marginals(several, X.unsqueeze(-2))


def test_mace_has_the_values_of_shifted_predictions(linear_model: Any) -> None:
    acq = under(
        MACE(kappa=2.0, margin=0.0, noise_draw=False), linear_model, DATA, generator=make_generator(0)
    )
    found = NormalMarginals(X[:, 0], torch.full((3,), 0.5, dtype=torch.float64))
    expected = torch.stack([found.ucb(2.0), found.log_ei(1.0), found.log_pi(1.0)], -1)
    torch.testing.assert_close(acq(X.unsqueeze(-2)), expected)
