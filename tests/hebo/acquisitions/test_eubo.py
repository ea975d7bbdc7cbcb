"""Expected utility of the best option: closed forms, draws, and BoTorch's acquisition."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from acquisition import under
from botorch.acquisition.preference import AnalyticExpectedUtilityOfBestOption
from torch import Tensor
from torch.testing import assert_close

from hebo.acquisitions.eubo import EUBO, expected_maximum, joint_moments
from hebo.data import Data
from hebo.random import make_generator
from hebo.surrogates.pairwise_gp import PairwiseGP
from hebo.testing.spaces import SPACES, comparisons, observations

SPACE = SPACES["numeric"]
MODEL = PairwiseGP().fit(comparisons(observations(SPACE, 12)), SPACE, generator=make_generator(0))
KNOWN = observations(SPACE, 12)
PAIRS = SPACE.sample(20, generator=make_generator(4)).reshape(10, 2, -1)


def acquired(x: Tensor, **settings: Any) -> Tensor:
    return under(EUBO(**settings), MODEL, KNOWN, generator=make_generator(0))(x)


def test_of_two_equal_and_independent_standard_normals_the_larger_is_one_over_root_pi() -> None:
    zero, two = torch.zeros((), dtype=torch.float64), torch.tensor(2.0, dtype=torch.float64)
    assert expected_maximum(zero, zero, two).item() == pytest.approx(1 / math.sqrt(math.pi))


def test_without_doubt_about_the_difference_the_larger_mean_is_left() -> None:
    first, second = torch.tensor([3.0, -1.0]).double(), torch.tensor([1.0, 2.0]).double()
    assert expected_maximum(first, second, torch.zeros(2).double()).tolist() == pytest.approx([3.0, 2.0])


def test_the_order_of_a_pair_does_not_matter() -> None:
    assert_close(acquired(PAIRS), acquired(PAIRS.flip(1)))


def test_a_pair_has_the_value_of_botorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODEL, "datapoints", MODEL.x, raising=False)  # it asks these for their precision
    with torch.no_grad():
        expected = AnalyticExpectedUtilityOfBestOption(pref_model=MODEL)(PAIRS)
    assert_close(acquired(PAIRS)[:, 0].detach(), expected, atol=1e-6, rtol=1e-6)


def test_draws_agree_with_the_closed_form() -> None:
    mean, covariance = joint_moments(MODEL, PAIRS)
    averaged = EUBO(n_samples=4096)._averaged(mean, covariance, seed=0)
    assert_close(averaged, acquired(PAIRS)[:, 0], atol=0.01, rtol=0)


def test_a_further_option_is_worth_something_and_the_same_one_again_nothing() -> None:
    third = SPACE.sample(1, generator=make_generator(9)).expand(10, 1, -1)
    three = acquired(torch.cat([PAIRS, third], 1), n_samples=2048)
    again = acquired(torch.cat([PAIRS, PAIRS[:, :1]], 1), n_samples=2048)
    two = acquired(PAIRS)
    assert bool((three > two - 0.01).all())
    assert_close(again, two, atol=0.02, rtol=0)


def test_a_single_point_is_an_option_beside_the_largest_mean() -> None:
    incumbent = KNOWN.x[MODEL.means(KNOWN.x).argmax()]
    beside = torch.stack([PAIRS[:, 0], incumbent.expand(10, -1)], 1)
    assert_close(acquired(PAIRS[:, :1]), acquired(beside))


def test_values_have_slopes_by_every_option() -> None:
    for q in (1, 2, 3):
        x = SPACE.sample(2 * q, generator=make_generator(q)).reshape(2, q, -1).requires_grad_()
        (slope,) = torch.autograd.grad(acquired(x).sum(), x)
        assert bool(torch.isfinite(slope).all())
        assert bool((slope != 0).any(-1).all())


def test_the_best_pair_of_a_linear_utility_lies_where_it_is_large() -> None:
    """What pays is not the most uncertain pair, but the one whose winner is best."""
    x = SPACE.sample(40, generator=make_generator(1))
    order = x[:, 0].argsort()
    better, worse = x[order[20:]], x[order[:20]]
    data = Data(x[:0], x[:0, :1], better=better, worse=worse)
    model = PairwiseGP().fit(data, SPACE, generator=make_generator(0))
    pairs = torch.stack([x[order[:10]], x[order[-10:]]])  # ten options with low, ten with high utility
    values = under(EUBO(), model, Data(x, x[:, :1]), generator=make_generator(0))(pairs.reshape(10, 2, -1))
    assert values[5:].mean().item() > values[:5].mean().item() + 0.5
