"""Tests of `hebo.batches.joint`: better batches, new points, seeds, regions, refusals, YAML."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
import torch
from examples import SPACES
from torch import Generator, Tensor

from hebo.abilities import Inner, NestedExpectation
from hebo.acq_optimizers.evolution import NSGA2
from hebo.acq_optimizers.random import RandomSubset
from hebo.acq_optimizers.ranking import rank
from hebo.acquisitions.batch_improvement import QLogEI
from hebo.acquisitions.sampled import SampledEI, SampledSR
from hebo.base import AcqFunction, AcqOptimizer, BatchProblem, Candidates, FittedModels, Focus
from hebo.batches.joint import JointBatch, of_batches
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.joint import JointDomain
from hebo.errors import HeboError, IncompatibleError
from hebo.experiment.config.parts import build, describe, rebuild
from hebo.optimizer.optimizer import Optimizer
from hebo.random import make_generator
from hebo.recommenders.fitted_models import all_on_means
from hebo.surrogates.warped_gp import WarpedGP

LINE = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
TOLD = torch.tensor([[0.0], [0.3], [0.5], [0.8], [1.0]], dtype=torch.float64)
DATA = Data(TOLD, torch.tensor([[-1.0], [0.8], [-0.6], [0.9], [-1.0]]).double())
MODEL: Any = WarpedGP().fit(DATA, LINE, generator=make_generator(0))
PARTS: dict[str, Any] = {
    "surrogate": {"type": "warped_gp", "n_starts": 1},
    "acquisition": {"type": "q_log_ei"},
    "acq_optimizer": {"type": "nsga2", "population": 20, "n_generations": 4, "screened": 64, "polish": 4},
    "output_transform": {"type": "standardize"},
    "batch": {"type": "joint"},
    "n_initial": 4,
}


def problem(
    acquisition: SampledEI | SampledSR | QLogEI, search: AcqOptimizer, seen: Tensor = TOLD
) -> BatchProblem:
    def acq(models: FittedModels) -> AcqFunction:
        return acquisition.build(models, DATA, LINE, generator=make_generator(0))

    def maximize(function: AcqFunction, where: Focus) -> Candidates:
        return search.maximize(function, where.domain, generator=make_generator(1), start=where.start)

    return BatchProblem(
        FittedModels((MODEL,)),
        acq,
        maximize,
        all_on_means,
        seen,
        LINE,
        Focus(LINE, TOLD[3:4]),
        unweighted=lambda template, models: template.build(models, DATA, LINE, generator=make_generator(0)),
    )


def optimizer(space: DesignSpace = SPACES["mixed"], seed: int = 0, **parts: Any) -> Optimizer:
    recipe = build("optimizer", {"type": "bayes_opt_loop", **PARTS, **parts})
    return recipe.build(space, seed=seed)  # type: ignore[attr-defined, no-any-return]


def told(one: Optimizer, n_batches: int, n: int = 4) -> Optimizer:
    """The optimizer after batches for which the distance from a point counts."""
    lower, upper = one.space.bounds
    for _ in range(n_batches):
        x = one.ask(n)
        shares = (one.space.encode(x) - lower) / (upper - lower)
        one.tell(x, (shares - 0.4).square().sum(1).tolist())
    return one


def value(batch: Tensor) -> float:
    acq = SampledEI(n_samples=4096).build(
        FittedModels((MODEL,)), DATA, LINE, generator=make_generator("check")
    )
    return acq(batch.unsqueeze(0)).item()


@pytest.mark.parametrize("search", [NSGA2(), RandomSubset()], ids=["nsga2", "random"])
@pytest.mark.parametrize("acquisition", [QLogEI(), SampledEI()], ids=["q_log_ei", "q_ei"])
def test_a_batch_is_worth_what_the_best_of_many_random_ones_is(
    acquisition: SampledEI | QLogEI, search: AcqOptimizer
) -> None:
    batch = JointBatch().choose(problem(acquisition, search), 2, generator=make_generator(0))
    random = torch.rand(200, 2, 1, dtype=torch.float64, generator=make_generator(5))
    assert value(batch) > 0.9 * max(value(one) for one in random)


def test_what_is_searched_is_never_worse_than_points_one_by_one() -> None:
    nothing = NSGA2(screened=4, population=4, n_generations=0, polish=0)
    setting = problem(SampledEI(), nothing)
    joint, greedy = (
        rule.choose(setting, 3, generator=make_generator(0)) for rule in (JointBatch(), KrigingBeliever())
    )
    acq = setting.acquisition(setting.models)
    assert acq(joint.unsqueeze(0)).item() >= acq(greedy.unsqueeze(0)).item()


def test_a_single_point_is_the_one_of_kriging_believer() -> None:
    setting = problem(QLogEI(), NSGA2())
    one, other = (
        rule.choose(setting, 1, generator=make_generator(0)) for rule in (JointBatch(), KrigingBeliever())
    )
    assert torch.equal(one, other)


def test_a_batch_with_seen_or_repeated_points_gives_way_to_the_next_best() -> None:
    class Given(RandomSubset):
        """Finds a batch with a seen point, one with a repeated point, and one that is new."""

        def maximize(
            self, acq: AcqFunction, domain: Any, *, generator: Generator, start: Tensor | None = None
        ) -> Candidates:
            if domain.bounds.shape[1] == 1:
                return Candidates(torch.tensor([[0.05], [0.95]]).double(), torch.arange(2))
            found = torch.tensor([[0.8, 0.31], [0.78, 0.78], [0.77, 0.33]], dtype=torch.float64)
            return rank(found, torch.arange(3.0).double().unsqueeze(1))

    batch = JointBatch().choose(problem(SampledSR(), Given()), 2, generator=make_generator(0))
    assert batch.flatten().tolist() == [0.77, 0.33]


def test_batches_of_an_exhausted_space_repeat_points() -> None:
    space = DesignSpace().parse([{"name": "k", "type": "int", "lb": 0, "ub": 4}])
    one = told(optimizer(space), 1)
    x = one.ask(4)
    assert len(x) == 4
    assert set(range(5)) == {*one.history["k"], *x["k"]}


@pytest.mark.parametrize("sort", ["mixed", "conditional", "permutation", "constrained", "categorical"])
def test_batches_of_four_are_new_points_of_the_space(sort: str) -> None:
    space = SPACES[sort]
    one = told(optimizer(space), 3)
    x = one.data.x
    assert len(x) == 12
    assert space.contains(x).all()
    assert len(torch.unique(x, dim=0)) == 12


@pytest.mark.parametrize(
    "name", ["q_log_ei", "q_log_nei", "q_ei", "q_pi", "q_sr", "q_ucb"], ids=lambda one: str(one)
)
def test_every_acquisition_of_batches_finds_better_points_than_the_initial_ones(name: str) -> None:
    one = told(optimizer(acquisition={"type": name}), 4)
    y = one.history.iloc[:, -1].to_numpy()
    assert y[4:].min() < y[:4].min()


def test_the_same_seed_gives_the_same_points() -> None:
    first, again, other = (told(optimizer(seed=seed), 2) for seed in (0, 0, 1))
    x = first.ask(4)
    pd.testing.assert_frame_equal(again.ask(4), x)
    assert not other.ask(4).equals(x)


def test_a_restored_optimizer_goes_on_alike() -> None:
    first, loaded = told(optimizer(seed=3), 2), optimizer(seed=9)
    loaded.load_state_dict(json.loads(json.dumps(first.state_dict())))
    pd.testing.assert_frame_equal(loaded.ask(4), first.ask(4))


def test_a_trust_region_bounds_every_point_of_a_batch() -> None:
    region = {"type": "trust_region", "every": 1, "length_max": 0.1}
    one = told(optimizer(SPACES["numeric"], region=region), 2)
    x = one.space.encode(one.ask(4))
    lower, upper = one.space.bounds
    widths = (x.amax(0) - x.amin(0)) / (upper - lower)
    assert (widths <= 0.1 + 1e-9).all()


def test_a_failed_evaluation_does_not_stop_it() -> None:
    one = told(optimizer(), 1)
    x = one.ask(4)
    one.tell(x, [float("nan"), 1.0, 2.0, 3.0])
    assert len(one.ask(4)) == 4


def test_nested_expectations_are_those_of_batches() -> None:
    acq = SampledEI(form="compositional", n_samples=8).build(
        FittedModels((MODEL,)), DATA, LINE, generator=make_generator(0)
    )
    joint = of_batches(acq, JointDomain(LINE, 3))
    assert isinstance(acq, NestedExpectation)
    assert isinstance(joint, NestedExpectation)
    x = torch.rand(5, 1, 3, dtype=torch.float64, generator=make_generator(1))
    inner: Inner = joint.sample(4, make_generator(2))
    expected = acq.sample(4, make_generator(2))(x.reshape(5, 3, 1))
    assert torch.equal(inner(x), expected)
    assert torch.equal(joint.outer(expected), acq.outer(expected))
    assert torch.equal(joint(x), acq(x.reshape(5, 3, 1)))
    plain = SampledEI().build(FittedModels((MODEL,)), DATA, LINE, generator=make_generator(0))
    assert not isinstance(of_batches(plain, JointDomain(LINE, 3)), NestedExpectation)


@pytest.mark.parametrize("name", ["mace", "log_ei", "thompson"])
def test_an_acquisition_of_single_points_is_refused(name: str) -> None:
    with pytest.raises(
        HeboError, match=r"JointBatch needs values of several points together, which .* kriging_beli"
    ):
        optimizer(acquisition={"type": name})


@pytest.mark.parametrize("name", ["q_log_ei", "q_log_nei", "q_ei", "q_ucb"])
def test_a_surrogate_without_normal_joint_predictions_is_refused(name: str) -> None:
    with pytest.raises(HeboError, match="needs joint normal predictions, which ExtraTrees does not"):
        optimizer(acquisition={"type": name}, surrogate={"type": "extra_trees"})


def test_a_table_of_candidates_is_refused() -> None:
    with pytest.raises(IncompatibleError, match=r"all batches of 60 candidates.*kriging_believer"):
        optimizer(SPACES["table"], acq_optimizer={"type": "exhaustive"})


def test_measured_constraints_are_refused() -> None:
    one = told(optimizer(), 1)
    x = one.ask(4)
    message = r"measured constraints would break.*log_ei with the batch rule kriging_believer$"
    with pytest.raises(IncompatibleError, match=message):
        one.tell(x, [1.0, 2.0, 3.0, 4.0], constraints=[[1.0]] * 4)


def test_weights_of_failures_are_refused() -> None:
    with pytest.raises(HeboError, match="SuccessProbability as failures has no effect with QLogEI"):
        optimizer(failures={"type": "success_probability"})


def test_it_goes_to_yaml_and_back_in_presets_too() -> None:
    mapping = {"type": "hebo", "acquisition": {"type": "q_ei", "n_samples": 64}, "batch": {"type": "joint"}}
    recipe = build("optimizer", mapping)
    assert rebuild("optimizer", describe(recipe)) == recipe
    assert "joint" in json.dumps(describe(recipe))
