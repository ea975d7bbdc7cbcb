"""Tests of `hebo.surrogates.earlier_functions`: posterior means of earlier tasks at shared points."""

from __future__ import annotations

import pytest
import torch

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.earlier_functions import EarlierFunctions, posterior_means, support
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
COLUMNS = Columns(SPACE)
LAYOUT = WarpedGP(warp=False)._layout(COLUMNS, 10)
THETA = torch.from_numpy(LAYOUT.starts(1, generator=make_generator(0), scatter=0.0)[0])
X = SPACE.sample(30, generator=make_generator("points"))


def tasks() -> list[Data]:
    shares = torch.linspace(0, 1, 4, dtype=torch.float64)
    return [Data(X, ((4 * X[:, 0] + share).sin() + share * X[:, 1]).unsqueeze(-1)) for share in shares]


def functions(max_support: int = 100) -> EarlierFunctions:
    return posterior_means(tasks(), COLUMNS, LAYOUT, THETA, 2.5, max_support=max_support)


def test_on_shared_points_the_functions_are_the_posterior_means_of_the_tasks() -> None:
    earlier = functions()
    k = earlier.covariance.between(X, X) + earlier.covariance.noise * torch.eye(30, dtype=torch.float64)
    at = SPACE.sample(9, generator=make_generator("test"))
    for place, task in enumerate(tasks()):
        expected = earlier.covariance.between(at, X) @ torch.linalg.solve(k, task.y[:, 0])
        torch.testing.assert_close(earlier.at(at, earlier.weights)[:, place], expected, rtol=1e-3, atol=1e-3)


def test_fewer_points_of_support_are_nearly_as_good() -> None:
    few, all_of_them = (functions(n) for n in (20, 100))
    assert few.z.shape == (20, 2)
    at = SPACE.sample(50, generator=make_generator("test"))
    apart = few.at(at, few.weights) - all_of_them.at(at, all_of_them.weights)
    assert float(apart.square().mean()) < 0.01


def test_points_of_support_are_those_of_largest_variance_given_the_ones_before() -> None:
    covariance = Covariance(COLUMNS, LAYOUT, THETA, 2.5)
    chosen = support(covariance, X, 6)
    for n in range(1, 6):
        k = covariance.between(chosen[:n], chosen[:n])
        cross = covariance.between(X, chosen[:n])
        left = covariance.signal - (cross @ torch.linalg.solve(k, cross.T)).diagonal()
        own = covariance.between(chosen[[n]], chosen[:n])
        here = covariance.signal - (own @ torch.linalg.solve(k, own.T))[0, 0]
        assert float(here) == pytest.approx(float(left.max()), abs=1e-6)


def test_directions_are_deviations_from_the_mean_and_the_mean_itself() -> None:
    earlier = functions()
    directions = earlier.directions(0.5)
    assert directions.shape == (len(earlier.z), 5)
    torch.testing.assert_close(directions[:, :-1].sum(1), torch.zeros(len(earlier.z), dtype=torch.float64))
    torch.testing.assert_close(directions[:, -1], 0.5 * earlier.mean_weights)


def test_functions_take_the_precision_of_a_tensor() -> None:
    single = functions().to(X.float())
    values = single.at(X.float(), single.weights)
    assert values.dtype == torch.float32
    torch.testing.assert_close(values.double(), functions().at(X, functions().weights), rtol=1e-2, atol=1e-2)


def test_without_a_task_the_others_stay() -> None:
    assert torch.equal(functions().without(1).weights, functions().weights[:, [0, 2, 3]])
