"""Tests of `hebo.batches.one_shot`: points climb, are new, the same with the same seed, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from acquisition import PLANE, noisy_plane
from examples import SPACES

from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.one_shot_kg import OneShotKG
from hebo.base import BatchProblem, Candidates, FittedModels, Focus, Recommender
from hebo.batches.one_shot import OneShot
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.presets import bayes_opt
from hebo.random import make_generator
from hebo.recommenders.fitted_models import all_on_means
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize


def recipe(**parts: Any) -> Recommender:
    parts = {"acquisition": OneShotKG(n_fantasies=4, n_points=16), "batch": OneShot(n_rounds=5), **parts}
    return bayes_opt(
        surrogate=parts.pop("surrogate", WarpedGP(n_starts=1)),
        acq_optimizer=RandomSubset(n_points=64),
        output_transform=Standardize(),
        exploration=0.0,
        n_initial=4,
        strict=True,
        **parts,
    )


def noisy_model() -> tuple[Any, Data]:
    data = noisy_plane()
    return WarpedGP(n_starts=1).fit(data, PLANE, generator=make_generator(0)), data


def test_the_point_is_better_under_many_fantasies_than_where_it_started() -> None:
    model, data = noisy_model()

    def value(models: FittedModels, n_points: int = 32, n_fantasies: int = 32) -> Any:
        of = OneShotKG(n_fantasies=n_fantasies, n_points=n_points)
        return of.build(models, data, PLANE, generator=make_generator(0))

    starts = PLANE.sample(4, generator=make_generator(3))
    problem = BatchProblem(
        FittedModels((model,)),
        value,
        lambda acq, focus: Candidates(starts, torch.zeros(4)),
        all_on_means,
        data.x,
        PLANE,
        Focus(PLANE, data.x[:0]),
        unweighted=lambda template, models: template.build(models, data, PLANE, generator=make_generator(0)),
    )
    found = OneShot().choose(problem, 1, generator=make_generator(0))
    judge = value(problem.models, n_points=512, n_fantasies=256)
    with torch.no_grad():
        assert judge(found.unsqueeze(-2)).item() > judge(starts.unsqueeze(-2)).max().item()


@pytest.mark.parametrize("sort", ["mixed", "numeric"])
def test_asks_are_new_and_the_same_with_the_same_seed(sort: str) -> None:
    space, runs = SPACES[sort], []
    for _ in range(2):
        optimizer = recipe().build(space, seed=3)
        for n in (4, 3, 1):
            x = optimizer.ask(n)
            optimizer.tell(x, space.encode(x).sum(1).tolist())
        runs.append(optimizer.data.x)
    assert space.contains(runs[0]).all()
    assert len(torch.unique(runs[0], dim=0)) == 8
    assert torch.equal(runs[0], runs[1])


def test_an_acquisition_without_inner_solutions_is_refused_when_composed() -> None:
    with pytest.raises(IncompatibleError, match=r"OneShot needs .*LogEI does not.*one_shot_kg"):
        recipe(acquisition=LogEI())


def test_a_forest_is_refused_when_composed() -> None:
    with pytest.raises(IncompatibleError, match=r"OneShotKG needs .*ExtraTrees does not"):
        recipe(surrogate=ExtraTrees())


def test_a_device_that_hides_the_acquisition_is_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"OneShot looks into .*'meta'.*batch rule"):
        recipe(device="meta")


def test_a_space_without_continuous_numbers_is_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"OneShot moves .*knowledge_gradient"):
        recipe().build(SPACES["categorical"], seed=0)


def test_measured_constraints_are_refused_with_the_remedy() -> None:
    optimizer = recipe().build(PLANE, seed=0)
    x = optimizer.ask(4)
    with pytest.raises(IncompatibleError, match="OneShotKG"):
        optimizer.tell(x, x["a"].tolist(), constraints=x[["b"]].to_numpy())
