"""Tests of `mcbo.surrogates.best_by_loo`."""

from __future__ import annotations

import math

import pytest
import torch
from examples import SPACES

from hebo.abilities import CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.overlap import Overlap
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.random import make_generator
from hebo.surrogates.extra_trees import ExtraTrees
from hebo.surrogates.gaussian_process import GaussianProcess
from mcbo.kernels.diffusion import Diffusion
from mcbo.surrogates.best_by_loo import BestByLOO, log_predictive_density
from mcbo.surrogates.mixed_gp import MixedGP
from mcbo.surrogates.sparse_linear import SparseLinear

SPACE = DesignSpace().parse([{"name": f"x{i}", "type": "cat", "categories": list("abc")} for i in range(6)])
X = SPACE.sample(40, generator=make_generator(0))
ADDITIVE, TRANSFORMED = MixedGP(kernels=[Overlap()]), MixedGP(kernels=[TransformedOverlap()])


def data(y: torch.Tensor) -> Data:
    return Data(X, ((y - y.mean()) / y.std()).unsqueeze(1))


def test_the_density_is_that_of_models_without_the_observation() -> None:
    model = TRANSFORMED.fit(data(X.sum(1).sin()), SPACE, generator=make_generator(0))
    assert isinstance(model, GaussianProcess)
    total = 0.0
    for i in range(len(X)):
        others = torch.arange(len(X)) != i
        without = GaussianProcess(model.covariance, X[others], model.y[others], n_fitted=len(X))
        mean, variance = without.marginals(X[i : i + 1])
        normal = torch.distributions.Normal(mean, (variance + without.noise_variance).sqrt())
        total += float(normal.log_prob(model.y[i]))
    assert math.isclose(log_predictive_density(model), total / len(X), rel_tol=1e-4)


def test_the_model_that_predicts_best_is_kept() -> None:
    effects = (X - 1.0).sum(1)
    parity = torch.where((X[:, 0] + X[:, 1] + X[:, 2]) % 2 == 0, 1.0, -1.0).double()
    for y in (effects, effects * parity):
        fits = [one.fit(data(y), SPACE, generator=make_generator(0)) for one in (ADDITIVE, TRANSFORMED)]
        kept = BestByLOO(surrogates=[ADDITIVE, TRANSFORMED]).fit(data(y), SPACE, generator=make_generator(0))
        scores = [log_predictive_density(one) for one in fits]
        assert log_predictive_density(kept) == max(scores)
    sums = BestByLOO(surrogates=[TRANSFORMED, ADDITIVE]).fit(
        data(effects), SPACE, generator=make_generator(0)
    )
    assert type(sums.covariance.kernel).__name__ == "OverlapKernel"


def test_surrogates_that_cannot_take_the_space_are_left_out() -> None:
    space = SPACES["mixed"]
    BestByLOO(surrogates=[MixedGP(kernels=[Diffusion()]), MixedGP()]).check(space)
    with pytest.raises(IncompatibleError, match="no kernel"):
        BestByLOO(surrogates=[MixedGP(kernels=[Diffusion()])]).check(space)


def test_models_that_differ_in_kernels_of_other_columns_alone_are_fitted_once() -> None:
    fitted: list[Surrogate] = []

    class Counted(BestByLOO):
        def _usable(self, space: DesignSpace) -> list[Surrogate]:
            fitted[:] = super()._usable(space)
            return fitted

    order = DesignSpace().parse([{"name": "order", "type": "permutation", "length": 5}])
    for space, n_models in ((order, 1), (SPACE, 4)):
        x = space.sample(12, generator=make_generator(0))
        Counted().fit(Data(x, x[:, :1]), space, generator=make_generator(0))
        assert len(fitted) == n_models


def test_it_offers_what_all_of_them_offer() -> None:
    assert BestByLOO().offers() == {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING}
    assert BestByLOO(surrogates=[MixedGP(), MixedGP(n_samples=2)]).offers() == {
        CROSS_COVARIANCE,
        JOINT_NORMAL,
        LEAVE_ONE_OUT,
    }


@pytest.mark.parametrize("other", [ExtraTrees(), SparseLinear()])
def test_a_model_that_cannot_leave_data_out_is_refused_when_it_is_chosen(other: Surrogate) -> None:
    with pytest.raises(IncompatibleError, match=f"which {type(other).__name__} does not offer"):
        BestByLOO(surrogates=[MixedGP(), other])
