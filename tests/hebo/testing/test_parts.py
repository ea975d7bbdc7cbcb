"""Tests of `hebo.testing`: parts that break their contract are found."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.confidence_bound import UCB
from hebo.base import AcqFunction, Candidates, Recommender, Request
from hebo.random import make_generator
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.acq_optimizers import check_acq_optimizer
from hebo.testing.acquisitions import check_acquisition
from hebo.testing.recommenders import check_recommender
from hebo.testing.spaces import SPACES, observations

SPACE = SPACES["mixed"]


class Repeating(RandomSearch):
    def recommend(self, request: Request) -> Tensor:
        return request.domain.project(request.domain.bounds.mean(0, keepdim=True)).repeat(request.n, 1)


class Global(RandomSearch):
    def recommend(self, request: Request) -> Tensor:
        bounds = request.domain.bounds
        return request.domain.project(bounds[0] + torch.rand(request.n, bounds.shape[1]) * bounds.diff(dim=0))


@pytest.mark.parametrize(
    ("recipe", "message"),
    [(Repeating(), "no point twice"), (Global(), "same seed, same points")],
)
def test_a_recommender_that_breaks_its_contract_is_named(recipe: Recommender, message: str) -> None:
    with pytest.raises(AssertionError, match=f"{type(recipe).__name__}.*{message}"):
        check_recommender(recipe, SPACE)


def test_a_recommender_that_keeps_it_passes() -> None:
    check_recommender(RandomSearch(), SPACE)


class WorstFirst(RandomSubset):
    def maximize(self, *args: Any, **others: Any) -> Candidates:
        found = super().maximize(*args, **others)
        return Candidates(found.x.flip(0), found.rank)


def test_a_search_that_returns_the_worst_first_is_named() -> None:
    check_acq_optimizer(RandomSubset(n_points=64), SPACE)
    with pytest.raises(AssertionError, match="WorstFirst returns the best points first"):
        check_acq_optimizer(WorstFirst(n_points=64), SPACE)


class Nowhere(UCB):
    def build(self, *args: Any, **others: Any) -> AcqFunction:
        acq = super().build(*args, **others)
        return lambda x: acq(x) / 0.0


def test_an_acquisition_without_finite_values_is_named() -> None:
    data = observations(SPACE)
    model = WarpedGP(n_starts=1).fit(data, SPACE, generator=make_generator(0))
    check_acquisition(UCB(), model, data, SPACE)
    with pytest.raises(AssertionError, match="values of Nowhere are finite"):
        check_acquisition(Nowhere(), model, data, SPACE)
