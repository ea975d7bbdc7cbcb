"""Tests of `hebo.surrogates.risk_averse`: the penalty, and that nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pydantic import ValidationError

from hebo.abilities import NoiseProfile, OwnBelief
from hebo.acquisitions.improvement import LogEI
from hebo.base import FittedModels
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.presets import HEBORecipe
from hebo.random import make_generator
from hebo.surrogates.heteroscedastic_gp import HeteroscedasticGP
from hebo.surrogates.perturbed import Perturbed
from hebo.surrogates.risk_averse import RiskAverse, RiskAverseModel
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform

SPACE = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
X = torch.linspace(0, 1, 9, dtype=torch.float64).repeat_interleave(5).unsqueeze(1)


@pytest.fixture(scope="module")
def data() -> Data:
    """Two equal maxima at 0.25 and 0.75; above 0.5 values are noisy."""
    noise = torch.randn(len(X), 1, generator=make_generator("noise")).double()
    y = torch.cos(4 * torch.pi * (X - 0.25)) + torch.where(X > 0.5, 0.8, 0.05) * noise
    return Data(X, (y - y.mean()) / y.std())


@pytest.fixture(scope="module")
def inner(data: Data) -> Any:
    return HeteroscedasticGP().fit(data, SPACE, generator=make_generator(0))


AT = torch.tensor([[0.25], [0.6], [0.75]], dtype=torch.float64)


@pytest.mark.parametrize("power", [1, 2])
def test_means_are_lower_by_the_noise_and_variances_the_same(inner: Any, power: int) -> None:
    model = RiskAverseModel(inner, 0.7, power)
    noise = inner.noise_at(AT)
    penalty = 0.7 * (noise.sqrt() if power == 1 else noise)
    mean, variance = inner.marginals(AT)
    torch.testing.assert_close(model.marginals(AT), (mean - penalty, variance))
    torch.testing.assert_close(model.means(AT), mean - penalty)
    torch.testing.assert_close(model.joint(AT)[1], inner.joint(AT)[1])
    torch.testing.assert_close(model.posterior(AT, observation_noise=True).variance[:, 0], variance + noise)
    path, under = (one.sample_path(make_generator(1)) for one in (model, inner))
    torch.testing.assert_close(path(AT), under(AT) - penalty)


def test_of_two_equal_places_the_quiet_one_is_preferred(data: Data) -> None:
    model: Any = RiskAverse(of=HeteroscedasticGP(), alpha=1.64).fit(data, SPACE, generator=make_generator(0))
    assert isinstance(model, NoiseProfile)
    quiet, _, noisy = model.means(AT).tolist()
    assert quiet > noisy + 0.5
    acq = LogEI().build(FittedModels((model,)), data, SPACE, generator=make_generator(0))
    grid = torch.linspace(0, 1, 101, dtype=torch.float64).reshape(-1, 1, 1)
    assert abs(float(grid[acq(grid).argmax()]) - 0.25) < 0.15


def test_a_belief_is_one_of_values_and_not_of_the_measure(inner: Any) -> None:
    model = RiskAverseModel(inner, 2.0, 1)
    assert isinstance(model, OwnBelief)
    believing = model.believing(AT)
    torch.testing.assert_close(believing.means(AT), model.means(AT), atol=1e-6, rtol=1e-5)
    assert (believing.marginals(AT)[1] < model.marginals(AT)[1]).all()


def test_what_knows_no_noise_profile_is_refused_by_name() -> None:
    with pytest.raises(
        IncompatibleError, match=r"noise that varies .* WarpedGP does not offer; use the surrogate"
    ):
        RiskAverse(of=WarpedGP())
    for wrong in ({"alpha": 0.0}, {"alpha": float("nan")}, {"power": 3}):
        with pytest.raises(ValidationError):
            RiskAverse(of=HeteroscedasticGP(), **wrong)  # type: ignore[arg-type]  # that is the point


def test_a_scale_that_bends_values_and_a_second_measure_are_refused() -> None:
    averse = RiskAverse(of=HeteroscedasticGP())
    with pytest.raises(IncompatibleError, match="RiskAverse with a penalty on noise averages values"):
        HEBORecipe(surrogate=averse, output_transform=PowerTransform(), second_surrogate=None)
    with pytest.raises(ValidationError, match="RiskAverse predicts a measure of risk already"):
        Perturbed(of=averse, input_sd={"x": 0.1})
