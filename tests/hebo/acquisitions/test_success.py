"""Tests of `hebo.acquisitions.success`: models of which evaluations succeed, and what failures teach."""

from __future__ import annotations

import pytest
import torch
from botorch.models import SingleTaskGP
from botorch.settings import validate_input_scaling
from torch import Tensor

from hebo.acquisitions.improvement import LogEI
from hebo.acquisitions.success import SuccessModel, believe_failures, success_labels
from hebo.data import Data
from hebo.random import make_generator

NAN = float("nan")


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64).unsqueeze(-1)


def gp(x: Tensor, y: Tensor, lengthscale: float) -> SingleTaskGP:
    with validate_input_scaling(False):
        model = SingleTaskGP(x, y, outcome_transform=None)
    model.likelihood.noise = 1e-4
    model.covar_module.lengthscale = lengthscale
    return model.eval()


@pytest.fixture
def rising() -> tuple[SingleTaskGP, Data]:
    """A straight line up to 0.6, beyond which evaluations fail, and a model of the line."""
    x = column(0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
    data = Data(x, torch.where(x > 0.7, NAN, 4 * x - 1.2))
    known = data.successes()
    return gp(known.x, known.y, 0.4), data


def mean(model: SingleTaskGP, x: float) -> float:
    return float(model.posterior(column(x).unsqueeze(0)).mean.detach())


def test_labels_say_which_evaluations_succeeded(rising: tuple[SingleTaskGP, Data]) -> None:
    labels = success_labels(rising[1])
    assert labels.y[:, 0].tolist() == [1.0] * 5 + [-1.0] * 2
    assert len(labels.x) == 7


def test_a_success_is_likely_among_successes_and_unlikely_among_failures() -> None:
    x = torch.linspace(0, 1, 11, dtype=torch.float64).unsqueeze(-1)
    labels = Data(x, torch.where(x > 0.6, -1.0, 1.0).double())
    success = SuccessModel(gp(x, labels.y, 0.2), labels)
    points = column(0.2, 0.65, 0.9).unsqueeze(-2)
    likely, middling, unlikely = success.log_probability(points).exp().tolist()
    assert likely > 0.99
    assert 0.05 < middling < 0.95
    assert unlikely < 0.01
    weighted = success.weigh(lambda x: x.squeeze(-2).repeat(1, 2))
    expected = points.squeeze(-1) + success.log_probability(points).unsqueeze(-1)
    torch.testing.assert_close(weighted(points), expected.repeat(1, 2))


def test_failures_are_believed_to_be_no_better_than_the_best_success(
    rising: tuple[SingleTaskGP, Data],
) -> None:
    model, data = rising
    best = mean(model, 0.6)
    assert mean(model, 0.8) > best + 0.1
    believed = believe_failures(model, data)
    assert mean(believed, 0.8) == pytest.approx(best, abs=0.05)
    assert mean(believed, 0.3) == pytest.approx(mean(model, 0.3), abs=0.05)


def test_a_failure_that_looks_bad_is_believed_as_predicted() -> None:
    x = column(0.0, 0.25, 0.5, 0.75, 1.0)
    data = Data(x, torch.where(x == 0.75, NAN, -x))
    known = data.successes()
    model = gp(known.x, known.y, 0.4)
    assert mean(believe_failures(model, data), 0.75) == pytest.approx(mean(model, 0.75), abs=1e-6)


def test_improvements_beyond_failures_are_no_longer_expected(rising: tuple[SingleTaskGP, Data]) -> None:
    model, data = rising
    plain, believed = (
        LogEI().build(one, data.successes(), generator=make_generator(0))(column(0.85).unsqueeze(-2)).detach()
        for one in (model, believe_failures(model, data))
    )
    assert float(believed) < float(plain) - 2.0
