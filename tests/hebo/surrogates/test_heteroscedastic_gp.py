"""Tests of `hebo.surrogates.heteroscedastic_gp`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from hebo.abilities import (
    ADDITIVE_MODEL,
    CROSS_COVARIANCE,
    JOINT_NORMAL,
    LEAVE_ONE_OUT,
    NOISE_PROFILE,
    PATH_SAMPLING,
    NoiseProfile,
)
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.heteroscedastic_gp import HeteroscedasticGP, HeteroscedasticProcess
from hebo.surrogates.warped_gp import WarpedGP
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates.mixed_gp import MixedGP
from mcbo.surrogates.sparse_linear import SparseLinear

SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}])
GRID = torch.linspace(0, 1, 50, dtype=torch.float64).unsqueeze(1)


def rising(x: Tensor) -> Tensor:
    return 0.03 * torch.exp(3 * x[:, 0])


def hill(x: Tensor) -> Tensor:
    return 0.1 + 0.6 * torch.exp(-(((x[:, 0] - 0.5) / 0.15) ** 2))


def constant(x: Tensor) -> Tensor:
    return torch.full_like(x[:, 0], 0.3)


def observed(deviation: Callable[[Tensor], Tensor], *, n: int = 80, times: int = 1, seed: int = 0) -> Data:
    """Values of a sine with noise, each point `times` times, `n` in all; not standardized."""
    generator = make_generator("noise", seed)
    x = torch.rand(n // times, 1, generator=generator, dtype=torch.float64).repeat(times, 1)
    noise = deviation(x) * torch.randn(n, generator=generator, dtype=torch.float64)
    return Data(x, (torch.sin(6 * x[:, 0]) + noise).unsqueeze(1))


def fit(data: Data, recipe: HeteroscedasticGP | None = None) -> HeteroscedasticProcess:
    model = (recipe or HeteroscedasticGP()).fit(data, SPACE, generator=make_generator(0))
    assert isinstance(model, HeteroscedasticProcess)
    return model


def log_ratios(model: HeteroscedasticProcess, deviation: Callable[[Tensor], Tensor]) -> Tensor:
    return (model.noise_at(GRID) / deviation(GRID).square()).log()


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("deviation", [rising, hill])
def test_a_profile_of_the_noise_is_found_within_a_factor_of_two(
    deviation: Callable[[Tensor], Tensor], times: int
) -> None:
    errors = [
        float(log_ratios(fit(observed(deviation, times=times, seed=seed)), deviation).abs().mean())
        for seed in (0, 1)
    ]
    assert max(errors) < torch.log(torch.tensor(2.2))
    assert sum(errors) / 2 < torch.log(torch.tensor(2.0))


def test_noise_that_is_the_same_everywhere_is_found_nearly_so() -> None:
    for seed in (0, 1):
        model = fit(observed(constant, seed=seed))
        assert log_ratios(model, constant).abs().mean() < 0.5
        assert model.noise_at(GRID).max() < 3 * model.noise_at(GRID).min()


def test_new_observations_are_predicted_with_the_noise_of_their_place() -> None:
    model = fit(observed(rising))
    for x in (GRID, GRID.unsqueeze(-2)):
        plain, noisy = model.posterior(x), model.posterior(x, observation_noise=True)
        added = (noisy.variance - plain.variance).reshape(-1)
        torch.testing.assert_close(added, model.noise_at(GRID), rtol=1e-6, atol=1e-9)
    assert model.noise_at(GRID)[-1] > 10 * model.noise_at(GRID)[0]


def test_the_quiet_part_is_followed_more_closely_than_with_one_noise_for_all() -> None:
    errors: dict[str, list[float]] = {"one": [], "profile": []}
    quiet, truth = GRID[:17], torch.sin(6 * GRID[:17, 0])
    for seed in range(3):
        data = observed(rising, seed=seed)
        for name, recipe in (("one", WarpedGP()), ("profile", HeteroscedasticGP())):
            model = recipe.fit(data, SPACE, generator=make_generator(0))
            error = model.posterior(quiet).mean[:, 0] - truth
            errors[name].append(float(error.square().mean()))
    assert sum(errors["profile"]) < 0.8 * sum(errors["one"])


def test_variances_that_are_told_say_what_the_noise_is_elsewhere() -> None:
    data = observed(rising, n=20)
    model = fit(data.with_y(data.y, rising(data.x).square().unsqueeze(1)))
    assert log_ratios(model, rising).abs().mean() < 0.2


def test_told_variances_and_replicates_and_single_points_go_together() -> None:
    data = observed(rising, n=40, times=2)
    variances = torch.full_like(data.y, torch.nan)
    variances[::5] = rising(data.x[::5]).square().unsqueeze(1)
    more = observed(rising, n=40, seed=3)
    x, y = torch.cat([data.x, more.x]), torch.cat([data.y, more.y])
    unknown = torch.full_like(more.y, torch.nan)
    model = fit(Data(x, y, y_var=torch.cat([variances, unknown])))
    assert log_ratios(model, rising).abs().mean() < 0.7


def test_conditioning_takes_the_noise_of_the_place_unless_it_is_known() -> None:
    model = fit(observed(rising))
    x, y = GRID[[2, 47]], torch.tensor([[0.5], [0.5]], dtype=torch.float64)
    noise = model.noise_at(x).unsqueeze(-1)
    plain, told, exact = (
        model.condition_on_observations(x, y, noise=one).means(x)
        for one in (None, noise, torch.full_like(y, 1e-8))
    )
    torch.testing.assert_close(plain, told)
    torch.testing.assert_close(exact, y[:, 0], rtol=0, atol=1e-3)
    conditioned = model.condition_on_observations(x, y)
    torch.testing.assert_close(conditioned.noise_at(GRID), model.noise_at(GRID))
    torch.testing.assert_close(conditioned.noise_variance, model.noise_variance)


def test_the_noise_has_slopes() -> None:
    model, x = fit(observed(hill)), GRID[10:14].clone().requires_grad_()
    assert torch.autograd.gradcheck(model.noise_at, (x,), atol=1e-4)


def test_it_offers_what_the_process_inside_does_and_the_noise() -> None:
    recipe = HeteroscedasticGP()
    assert recipe.offers() == {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, NOISE_PROFILE}
    assert ADDITIVE_MODEL not in HeteroscedasticGP(of=MixedGP(kernels=[TreeAdditive()])).offers()
    model = fit(observed(rising, n=20), HeteroscedasticGP(of=MixedGP(), n_rounds=1))
    assert isinstance(model, NoiseProfile)
    assert model.sample_path(make_generator(0))(GRID).shape == (50,)


def test_what_is_no_single_process_is_refused() -> None:
    with pytest.raises(IncompatibleError, match="SparseLinear is none; use warped_gp or mixed_gp"):
        HeteroscedasticGP(of=SparseLinear())
    with pytest.raises(IncompatibleError, match="and MixedGP fits Ensemble; use warped_gp, or mixed_gp with"):
        fit(observed(constant, n=10), HeteroscedasticGP(of=MixedGP(n_samples=2, burn_in=1)))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_observations_are_enough_for_a_constant(n: int) -> None:
    data = observed(constant, n=n)
    model = fit(data)
    assert torch.isfinite(model.noise_at(GRID)).all()
    assert torch.isfinite(model.posterior(GRID).mean).all()
