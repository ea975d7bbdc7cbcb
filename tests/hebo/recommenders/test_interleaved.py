"""Tests of `hebo.recommenders.interleaved` and `hebo.recommenders.loo_r2`."""

from __future__ import annotations

import math

import torch
from botorch.models import SingleTaskGP
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBORecipe
from hebo.random import make_generator
from hebo.recommenders.interleaved import Interleaved
from hebo.recommenders.loo_r2 import is_predictive, loo_r2
from hebo.recommenders.random import RandomSearch
from hebo.request import Request
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abc"])
X = SPACE.sample(30, generator=make_generator(0))
NOISE = torch.randn(30, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

DEMANDING = HEBORecipe(min_loo_r2=0.9)  # far above what any fit to noise explains


def sobol(n: int) -> Tensor:
    """The first points of the sequence of seed 3."""
    return Request(n, Data(X[:0], X[:0, :1]), SPACE, SPACE, 0, 0, seed=3).sobol(range(n))


def fitted(y: Tensor) -> GaussianProcess:
    return WarpedGP().fit(Data(X, (y - y.mean()) / y.std()), SPACE, generator=make_generator(0))


def test_a_function_is_explained_and_noise_is_not() -> None:
    slope = fitted(X.sum(1, keepdim=True))
    assert loo_r2(slope) > 0.9
    assert is_predictive([slope], 0.6)
    assert not is_predictive(
        [fitted(NOISE)], 0.6
    )  # of twelve fits to noise, two explain more than 0.2, none 0.4


def test_the_share_compares_with_the_mean_of_the_others() -> None:
    model = fitted(X.sum(1, keepdim=True) + 0.3 * NOISE)
    y, errors, spread = model.y, 0.0, 0.0
    for i in range(30):
        others = torch.arange(30) != i
        without = GaussianProcess(model.covariance, model.x[others], y[others])
        errors += float(y[i] - without.marginals(model.x[i : i + 1])[0]) ** 2
        spread += float(y[i] - y[others].mean()) ** 2
    assert math.isclose(loo_r2(model), 1 - errors / spread, rel_tol=1e-6)


def test_believed_values_are_left_out() -> None:
    model = fitted(NOISE)
    y, _, _ = model.condition_on_observations(X[:1] / 2, torch.zeros(1, 1).double()).leave_one_out()
    assert torch.equal(y, model.y)


def test_a_model_that_cannot_leave_data_out_is_trusted() -> None:
    assert is_predictive([SingleTaskGP(X, NOISE)], 0.2)


def test_of_several_objectives_one_that_is_explained_is_enough() -> None:
    assert is_predictive([fitted(NOISE), fitted(X.sum(1, keepdim=True))], 0.6)


def test_without_predictions_half_of_the_points_are_sobols() -> None:
    optimizer = DEMANDING.build(SPACE, seed=3)
    optimizer.tell(SPACE.decode(X), NOISE.numpy())
    expected = SPACE.encode(SPACE.decode(sobol(2)))
    assert torch.equal(SPACE.encode(optimizer.ask(4))[2:], expected)


def test_without_predictions_single_points_take_turns() -> None:
    optimizer = DEMANDING.build(SPACE, seed=3)
    optimizer.tell(SPACE.decode(X), NOISE.numpy())
    asked = torch.cat([SPACE.encode(optimizer.ask(1)) for _ in range(4)])
    expected = SPACE.encode(SPACE.decode(sobol(4)))
    assert (asked == expected).all(1).tolist() == [True, False, True, False]


def test_a_quarter_of_a_batch_explores_whatever_the_model_says() -> None:
    y = X.sum(1, keepdim=True)
    for exploration, n, n_sobol in ((0.25, 8, 2), (0.25, 3, 0), (0.5, 4, 2), (0.0, 8, 0)):
        optimizer = HEBORecipe(exploration=exploration).build(SPACE, seed=3)
        optimizer.tell(SPACE.decode(X), y.numpy())
        asked = SPACE.encode(optimizer.ask(n))
        expected = SPACE.encode(SPACE.decode(sobol(n_sobol)))
        assert torch.equal(asked[n - n_sobol :], expected)


def test_a_model_may_be_followed_blindly() -> None:
    optimizer = HEBORecipe(min_loo_r2=None, exploration=0.0).build(SPACE, seed=3)
    optimizer.tell(SPACE.decode(X), NOISE.numpy())
    asked = torch.cat([SPACE.encode(optimizer.ask(1)) for _ in range(4)])
    expected = SPACE.encode(SPACE.decode(sobol(4)))
    assert not (asked == expected).all(1).any()


def test_it_wraps_any_recommender() -> None:
    optimizer = Interleaved(of=RandomSearch(), share=0.5).build(SPACE, seed=3)
    asked = SPACE.encode(optimizer.ask(4))
    assert torch.equal(asked[2:], SPACE.encode(SPACE.decode(sobol(2))))
    assert torch.equal(asked[:2], SPACE.encode(RandomSearch().build(SPACE, seed=3).ask(2)))
