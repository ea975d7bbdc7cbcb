"""Tests of `mcbo.acquisitions.additive`."""

from __future__ import annotations

import math

import pytest
import torch
from acquisition import under
from examples import SPACES, observations

from hebo.abilities import AdditiveAcq
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.gaussian_process import GaussianProcess
from mcbo.acquisitions.additive import AdditiveBound, AdditiveUCB
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.presets import RDUCB
from mcbo.surrogates.mixed_gp import MixedGP

SPACE = SPACES["mixed"]
DATA = observations(SPACE, 25)
X = SPACE.sample(30, generator=make_generator(1))


@pytest.fixture(scope="module")
def model() -> GaussianProcess:
    fitted = MixedGP(kernels=[TreeAdditive(edge_share=0.5)]).fit(DATA, SPACE, generator=make_generator(0))
    assert isinstance(fitted, GaussianProcess)
    return fitted


def bound(model: GaussianProcess, kappa: float | None) -> AdditiveBound:
    acq = under(AdditiveUCB(kappa=kappa), model, DATA, generator=make_generator(0))
    assert isinstance(acq, AdditiveBound)
    return acq


def test_a_search_recognizes_its_components(model: GaussianProcess) -> None:
    acq = bound(model, 1.0)
    assert isinstance(acq, AdditiveAcq)
    assert {column for clique in acq.cliques for column in clique} == set(range(SPACE.n_dims))


def test_means_of_components_add_up_to_the_mean(model: GaussianProcess) -> None:
    torch.testing.assert_close(bound(model, 0.0)(X.unsqueeze(-2))[:, 0], model.means(X))


def test_deviations_of_components_are_never_below_that_of_the_sum(model: GaussianProcess) -> None:
    mean, variance = model.marginals(X)
    deviations = bound(model, 1.0)(X.unsqueeze(-2))[:, 0] - mean
    assert (deviations >= variance.sqrt() - 1e-9).all()


def test_a_component_has_the_moments_of_the_joint_normal(model: GaussianProcess) -> None:
    acq = bound(model, 1.0)
    columns = list(acq.cliques[0])
    kernel, signal = model.covariance.kernel, model.covariance.signal  # type: ignore[attr-defined]
    cross = signal * kernel.component(0, X[:, columns], model.x[:, columns])
    prior = signal * kernel.component(0, X[:, columns], X[:, columns])
    inverse = torch.linalg.inv(model.covariance.noisy(model.x, model.features))
    mean = cross @ inverse @ (model.y - model.covariance.mean) + model.covariance.mean / len(acq.cliques)
    variance = (prior - cross @ inverse @ cross.mT).diagonal() * model.widening
    torch.testing.assert_close(acq.components(0, X[:, columns]), mean + variance.sqrt(), rtol=1e-5, atol=1e-6)


def test_the_width_grows_with_the_number_of_observations(model: GaussianProcess) -> None:
    torch.testing.assert_close(
        bound(model, None)(X.unsqueeze(-2)), bound(model, math.sqrt(0.5 * math.log(50)))(X.unsqueeze(-2))
    )


def test_a_model_without_components_is_refused() -> None:
    plain = MixedGP().fit(DATA, SPACE, generator=make_generator(0))
    with pytest.raises(IncompatibleError, match="tree_additive"):
        under(AdditiveUCB(), plain, DATA, generator=make_generator(0))


def test_measured_constraints_are_refused_as_they_would_end_the_sum() -> None:
    optimizer = RDUCB().build(SPACE, seed=0)
    with pytest.raises(IncompatibleError, match="AdditiveUCB gives values that measured"):
        optimizer.tell(optimizer.ask(1), [1.0], constraints=[0.0])
    assert len(optimizer.history) == 0
