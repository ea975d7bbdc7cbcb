"""Tests of `hebo.acquisitions.hypervolume` and its fronts, against closed forms, BoTorch and samples."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import pytest
import torch
from botorch.acquisition.multi_objective.analytic import ExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.models import SingleTaskGP
from botorch.models.model import ModelList
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning
from torch import Tensor

from hebo.acquisitions.fronts import far_reference, front_of, improvement_cells, mean_values, near_reference
from hebo.acquisitions.hypervolume import LogEHVI, log_expected_length
from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.marginals import NormalMarginals
from hebo.base import FittedModels
from hebo.data import Data
from hebo.information import Information
from hebo.random import make_generator
from hebo.recommenders.fitted_models import all_on_means
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP
from tests.support.several_objectives import POINTS, SPACE, X, models_of, values


def sure(models: FittedModels) -> FittedModels:
    """The same models, re-interpolated."""
    return FittedModels(tuple(cast(GaussianProcess, one).reinterpolated() for one in models.objectives))


@pytest.mark.parametrize("m", [2, 3])
def test_it_is_the_logarithm_of_botorchs_analytic_one(m: int) -> None:
    models, data = models_of(m)
    means = mean_values(models, data)
    reference = near_reference(means)
    cells = FastNondominatedPartitioning(ref_point=reference, Y=front_of(means))
    theirs = ExpectedHypervolumeImprovement(sure(models).joint, reference.tolist(), cells)(POINTS)
    ours = LogEHVI(reference="near").build(models, data, SPACE, generator=make_generator(0))(POINTS)[:, 0]
    likely = theirs > 1e-9
    assert int(likely.sum()) > 5
    torch.testing.assert_close(ours[likely], theirs[likely].log(), rtol=1e-6, atol=1e-6)
    assert bool(torch.isfinite(ours).all())


def test_of_one_objective_it_is_log_expected_improvement_over_the_best_mean() -> None:
    models, data = models_of(1)
    ours = LogEHVI().build(models, data, SPACE, generator=make_generator(0))(POINTS)
    ei = LogEI(margin=0.0).build(sure(models), data, SPACE, generator=make_generator(0))(POINTS)
    torch.testing.assert_close(ours, ei)


def test_its_slopes_are_those_of_finite_differences() -> None:
    models, data = models_of(2)
    acq = LogEHVI().build(models, data, SPACE, generator=make_generator(0))
    x = POINTS[:4].clone().requires_grad_()
    (slope,) = torch.autograd.grad(acq(x).sum(), x)
    for column in range(2):
        step = torch.zeros(1, 1, 2, dtype=torch.float64)
        step[..., column] = 1e-6
        found = (acq(POINTS[:4] + step) - acq(POINTS[:4] - step))[:, 0] / 2e-6
        torch.testing.assert_close(slope[:, 0, column], found, rtol=1e-3, atol=1e-4)


def test_believed_points_belong_to_the_front() -> None:
    models, data = models_of(2)
    acq = LogEHVI().build(models, data, SPACE, generator=make_generator(0))
    best = POINTS[acq(POINTS)[:, 0].argmax()]
    believed = all_on_means(models, best)
    assert torch.equal(believed.pending, best)
    after = LogEHVI().build(believed, data, SPACE, generator=make_generator(0))
    assert float(after(best.unsqueeze(0))) < float(acq(best.unsqueeze(0))) - 1.0


def test_the_expected_length_within_an_interval_is_that_of_samples() -> None:
    predictions = NormalMarginals(torch.tensor([0.3]).double(), torch.tensor([0.8]).double())
    levels = torch.tensor([0.0, 0.5, math.inf], dtype=torch.float64)
    logs = log_expected_length(predictions, levels, torch.tensor([0, 1]), torch.tensor([1, 2]))
    f = 0.3 + 0.8 * torch.randn(400_000, dtype=torch.float64, generator=make_generator(1))
    expected = torch.stack([f.clamp(0.0, 0.5).mean(), (f - 0.5).clamp_min(0.0).mean()])
    torch.testing.assert_close(logs[0].exp(), expected, rtol=0.02, atol=0)


def test_lengths_far_below_and_far_above_stay_finite() -> None:
    predictions = NormalMarginals(
        torch.tensor([-50.0, 0.0, 50.0]).double(), torch.tensor([0.1, 1e-9, 0.1]).double()
    )
    levels = torch.tensor([1.0, 1.0 + 1e-12, 2.0], dtype=torch.float64)
    logs = log_expected_length(predictions, levels, torch.tensor([0, 1, 0]), torch.tensor([1, 2, 2]))
    assert bool(torch.isfinite(logs).all())
    torch.testing.assert_close(logs[2, 2].exp(), torch.tensor(1.0).double())


def test_cells_fill_what_a_front_leaves_free() -> None:
    front = torch.tensor([[1.0, 3.0], [2.0, 2.0], [3.0, 1.0]], dtype=torch.float64)
    lower, upper = improvement_cells(front, torch.zeros(2, dtype=torch.float64))
    ceiling = torch.tensor([4.0, 4.0], dtype=torch.float64)
    free = (torch.minimum(upper, ceiling) - lower).clamp_min(0.0).prod(-1).sum()
    assert math.isclose(float(free), 16.0 - 6.0)


def test_the_reference_point_lies_a_tenth_of_the_range_below_the_front() -> None:
    y = torch.tensor([[0.0, 4.0], [2.0, 3.0], [-9.0, -9.0]], dtype=torch.float64)
    torch.testing.assert_close(near_reference(y), torch.tensor([-0.2, 2.9], dtype=torch.float64))
    single = torch.tensor([[1.0, 1.0], [0.0, -1.0]], dtype=torch.float64)
    torch.testing.assert_close(near_reference(single), torch.tensor([0.9, 0.8], dtype=torch.float64))


def test_the_far_reference_point_is_below_all_values() -> None:
    y = torch.tensor([[0.0, 4.0], [2.0, 3.0], [-9.0, 3.5]], dtype=torch.float64)
    torch.testing.assert_close(far_reference(y), torch.tensor([-9.0, 2.9], dtype=torch.float64))


def test_reference_points_take_turns_from_point_to_point() -> None:
    models, data = models_of(2)

    def at(reference: str, pending: int) -> Tensor:
        believed = all_on_means(models, X[:pending] / 2) if pending else models
        acq = LogEHVI(reference=reference).build(believed, data, SPACE, generator=make_generator(0))  # type: ignore[arg-type]
        return acq(POINTS)

    turns = [torch.equal(at("in_turn", n), at("far", n)) for n in range(8)]
    assert turns.count(True) in {2, 3, 4}
    assert all(turns[n] or torch.equal(at("in_turn", n), at("near", n)) for n in range(8))


def test_botorchs_noisy_hypervolume_improvement_takes_the_joint_model() -> None:
    models, data = models_of(2)
    acq = qLogNoisyExpectedHypervolumeImprovement(sure(models).joint, near_reference(data.y).tolist(), data.x)
    assert bool(torch.isfinite(acq(POINTS[:3])).all())


def test_any_botorch_model_will_do() -> None:
    data = Data(X, values(X, 2))
    joint = ModelList(*(SingleTaskGP(one.x, one.y) for one in data.outputs()))
    acq = LogEHVI().build(FittedModels(tuple(joint.models)), data, SPACE, generator=make_generator(0))
    assert bool(torch.isfinite(acq(POINTS)).all())


def test_a_stated_reference_is_taken_unless_one_is_to_be_inferred() -> None:
    models, data = models_of(2)
    means = mean_values(models, data)
    stated = replace(data, reference=means.median(0).values)
    cells = FastNondominatedPartitioning(ref_point=stated.reference, Y=front_of(means))
    theirs = ExpectedHypervolumeImprovement(sure(models).joint, stated.reference.tolist(), cells)(POINTS)
    ours = LogEHVI().build(models, stated, SPACE, generator=make_generator(0))(POINTS)[:, 0]
    likely = theirs > 1e-9
    assert int(likely.sum()) > 5
    torch.testing.assert_close(ours[likely], theirs[likely].log(), rtol=1e-6, atol=1e-6)
    for reference in ("near", "far", "in_turn"):
        one, other = (
            LogEHVI(reference=reference).build(models, known, SPACE, generator=make_generator(0))(POINTS)
            for known in (data, stated)
        )
        assert torch.equal(one, other)
    assert Information.REFERENCE in LogEHVI().takes
    assert not LogEHVI(reference="far").takes


def test_before_a_point_beats_the_stated_reference_it_is_the_probability_to_come_there() -> None:
    models, data = models_of(2)
    far_up = replace(data, reference=mean_values(models, data).amax(0) + 1.0)
    found = LogEHVI().build(models, far_up, SPACE, generator=make_generator(0))(POINTS)
    assert bool(torch.isfinite(found).all())
    assert float(found.max()) > float(found.min())


@pytest.mark.parametrize("noise", [1e-4, 0.3])
def test_evaluated_points_promise_next_to_nothing_whatever_the_noise(noise: float) -> None:
    data = Data(
        X, values(X, 2) + noise * torch.randn(len(X), 2, dtype=torch.float64, generator=make_generator(3))
    )
    models = FittedModels(
        tuple(WarpedGP(warp=False).fit(one, SPACE, generator=make_generator(0)) for one in data.outputs())
    )
    acq = LogEHVI(reference="far").build(models, data, SPACE, generator=make_generator(0))
    seen, new = acq(X.unsqueeze(1)), acq(SPACE.sample(64, generator=make_generator(4)).unsqueeze(1))
    assert float(seen.max()) < float(new.max()) - 1.0
