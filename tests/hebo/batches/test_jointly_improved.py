"""Tests of `hebo.batches.jointly_improved`: better batches where they have a value, the same ones elsewhere."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
import torch
from examples import SPACES

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.sampled import SampledEI
from hebo.base import AcqFunction, BatchProblem, Candidates, FittedModels, Focus
from hebo.batches.jointly_improved import JointlyImproved
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import HeboError
from hebo.experiment.config.parts import build, describe, rebuild
from hebo.optimizer.optimizer import Optimizer
from hebo.random import make_generator
from hebo.recommenders.committee import Committee
from hebo.recommenders.fitted_models import all_on_means
from hebo.surrogates.warped_gp import WarpedGP

PLANE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
X = PLANE.sample(12, generator=make_generator(0))
Y = -(X - 0.3).square().sum(1, keepdim=True).sqrt()
DATA = Data(X, (Y - Y.mean()) / Y.std())
MODEL: Any = WarpedGP().fit(DATA, PLANE, generator=make_generator(0))


def problem() -> BatchProblem:
    def mace(models: FittedModels) -> AcqFunction:
        return MACE().build(models, DATA, PLANE, generator=make_generator(0))

    def maximize(acq: AcqFunction, where: Focus) -> Candidates:
        return NSGA2().maximize(acq, where.domain, generator=make_generator(1), start=where.start)

    return BatchProblem(
        FittedModels((MODEL,)),
        mace,
        maximize,
        all_on_means,
        X,
        PLANE,
        Focus(PLANE, X[:1]),
        unweighted=lambda template, models: template.build(models, DATA, PLANE, generator=make_generator(0)),
    )


def value(batch: torch.Tensor) -> float:
    judge = SampledEI(n_samples=4096).build(
        FittedModels((MODEL,)), DATA, PLANE, generator=make_generator("judge")
    )
    with torch.no_grad():
        return judge(batch.unsqueeze(0)).item()


def rounds(one: Optimizer, n_batches: int, n: int = 4) -> list[pd.DataFrame]:
    """Batches, each told how far its points are from the middle."""
    lower, upper = one.space.bounds
    batches = []
    for _ in range(n_batches):
        batches.append(one.ask(n))
        shares = (one.space.encode(batches[-1]) - lower) / (upper - lower)
        one.tell(batches[-1], (shares - 0.4).square().sum(1).tolist())
    return batches


def hebo(sort: str, batch: str | None, seed: int = 0, **settings: Any) -> Optimizer:
    chosen = {} if batch is None else {"batch": {"type": batch}}
    recipe = build("optimizer", {"type": "hebo", "exploration": 0, **chosen, **settings})
    return recipe.build(SPACES[sort], seed=seed)  # type: ignore[attr-defined, no-any-return]


def test_a_batch_is_worth_more_than_the_points_one_by_one() -> None:
    gains = []
    for seed in range(4):
        together, apart = (
            rule.choose(problem(), 4, generator=make_generator(seed))
            for rule in (JointlyImproved(), KrigingBeliever())
        )
        assert len(torch.unique(together, dim=0)) == 4
        gains.append(value(together) / value(apart))
    assert min(gains) > 0.97, "the rule compares by samples of its own"
    assert max(gains) > 1.05


def test_a_single_point_is_the_one_of_the_acquisition_of_the_composition() -> None:
    one, other = (
        rule.choose(problem(), 1, generator=make_generator(0))
        for rule in (JointlyImproved(), KrigingBeliever())
    )
    assert torch.equal(one, other)


def test_the_forest_of_hebo_keeps_to_kriging_believer() -> None:
    recipe: Any = build("optimizer", {"type": "hebo", "batch": {"type": "jointly_improved"}})
    committee = recipe.of.one.of
    assert isinstance(committee, Committee)
    assert [type(one.batch) for one in committee.members] == [JointlyImproved, KrigingBeliever]


def test_single_asks_of_hebo_are_those_of_kriging_believer() -> None:
    one, other = (rounds(hebo("mixed", batch), 9, n=1) for batch in ("jointly_improved", "kriging_believer"))
    pd.testing.assert_frame_equal(pd.concat(one), pd.concat(other))


@pytest.mark.parametrize("sort", ["mixed", "conditional", "constrained", "categorical", "permutation"])
def test_batches_are_new_points_of_the_space(sort: str) -> None:
    one = hebo(sort, "jointly_improved")
    rounds(one, 4)
    x = one.data.x
    assert one.space.contains(x).all()
    assert len(torch.unique(x, dim=0)) == len(x) == 16


def test_tables_have_the_batches_of_kriging_believer() -> None:
    one, other = (rounds(hebo("table", batch), 4) for batch in ("jointly_improved", "kriging_believer"))
    pd.testing.assert_frame_equal(pd.concat(one), pd.concat(other))


def test_failures_give_the_batches_of_kriging_believer() -> None:
    asked = []
    for batch in ("jointly_improved", "kriging_believer"):
        one = hebo("numeric", batch)
        x = one.ask(12)
        one.tell(x, [float("nan"), *range(11)])
        asked.append(one.ask(4))
    pd.testing.assert_frame_equal(*asked)


def test_measured_constraints_give_the_batches_of_kriging_believer() -> None:
    asked = []
    for batch in ("jointly_improved", "kriging_believer"):
        one = hebo("numeric", batch)
        x = one.ask(12)
        one.tell(x, list(range(12)), constraints=[[float(i % 3 - 1)] for i in range(12)])
        asked.append(one.ask(4))
    pd.testing.assert_frame_equal(*asked)


def test_a_surrogate_without_joint_normal_predictions_is_refused() -> None:
    with pytest.raises(HeboError, match="JointlyImproved needs joint normal predictions, which ExtraTrees"):
        hebo("numeric", "jointly_improved", surrogate={"type": "extra_trees"})


def test_a_restored_optimizer_goes_on_alike() -> None:
    first, loaded = (hebo("numeric", "jointly_improved", seed=seed) for seed in (3, 9))
    rounds(first, 3)
    loaded.load_state_dict(json.loads(json.dumps(first.state_dict())))
    pd.testing.assert_frame_equal(loaded.ask(4), first.ask(4))


def test_an_acquisition_of_single_points_is_refused() -> None:
    with pytest.raises(HeboError, match=r"LogEI does not offer values of several points.*q_log_ei"):
        build("batch_rule", {"type": "jointly_improved", "acquisition": {"type": "log_ei"}})


def test_it_goes_to_yaml_and_back() -> None:
    rule = build("batch_rule", {"type": "jointly_improved", "acquisition": {"type": "q_ei", "n_samples": 64}})
    assert rebuild("batch_rule", describe(rule)) == rule
