"""Tests of `hebo.surrogates.gradient_gp`, and of the covariance and the density beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from gpytorch.kernels import Matern52KernelGrad, RBFKernelGrad
from torch import Tensor
from torch.distributions import MultivariateNormal

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.kernels.radial import Radial
from hebo.random import make_generator
from hebo.surrogates.gradient_covariance import GradientCovariance
from hebo.surrogates.gradient_density import GradientLogPosterior
from hebo.surrogates.gradient_gp import GradientGP, GradientProcess, Observed
from hebo.surrogates.hyperparameters import Columns

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "num", "lb": 0, "ub": 9},
    ]
)
COLUMNS = Columns(SPACE)
KINDS: tuple[Radial, ...] = ("rbf", "matern52")
NUMERIC, CODE = [0, 2], 1
STEP = 1e-4


def function(x: Tensor) -> Tensor:
    return (x[:, 0].square() + 0.3 * x[:, 1] - 0.2 * x[:, 2]).sin()


def observations(n: int = 9) -> Data:
    """Values and derivatives of a smooth function; one row and one entry lack derivatives."""
    x = SPACE.sample(n, generator=make_generator(0)).requires_grad_()
    (gradients,) = torch.autograd.grad(function(x).sum(), x)
    gradients[:, CODE] = torch.nan
    gradients[3, 0] = torch.nan
    gradients[5] = torch.nan
    x = x.detach()
    return Data(x, function(x).unsqueeze(-1), gradients=gradients)


def hyperparameters(recipe: GradientGP, data: Data) -> Tensor:
    """Lengthscales (a, c), overlap scale, slope noise, signal, noise; then the mean."""
    positive = torch.tensor([0.4, 0.7, 0.6, 1e-4, 1.5, 2e-3], dtype=torch.float64)
    theta = torch.cat([positive.log(), torch.tensor([0.2], dtype=torch.float64)])
    assert recipe._layout(COLUMNS, data).size == len(theta)
    return theta


def process(data: Data, kind: Radial) -> GradientProcess:
    """The process with the hyperparameters above."""
    recipe = GradientGP(kernel=kind)
    theta = hyperparameters(recipe, data)
    told = Observed.of(data, COLUMNS)
    covariance = GradientCovariance(COLUMNS, recipe._layout(COLUMNS, data), theta, kind)
    y = torch.where(told.is_value, told.y, told.y + covariance.mean)
    return GradientProcess(covariance, told.x, y, noise=told.noise, n_columns=3, owner=told.owner)


def kernel(a: Tensor, b: Tensor, kind: Radial) -> Tensor:
    """The covariance of values, entry by entry, of the hyperparameters above."""
    apart = (a.unsqueeze(1) - b.unsqueeze(0))[..., NUMERIC] / torch.tensor([3.0, 9.0]).to(a)
    r = (apart / torch.tensor([0.4, 0.7]).to(a)).square().sum(-1).sqrt()
    s = 5**0.5 * r
    correlation = (-0.5 * r**2).exp() if kind == "rbf" else (1 + s + s**2 / 3) * (-s).exp()
    differ = (a[:, CODE].unsqueeze(1) != b[:, CODE]).to(a)
    return 1.5 * correlation * (-differ / 0.6).exp()


def textbook(data: Data, at: Tensor, kind: Radial) -> tuple[Tensor, Tensor]:
    """Mean and variance of a plain Gaussian process whose derivatives are central differences."""
    assert data.gradients is not None
    points, weights, y, noise = [], [], [], []
    for i, row in enumerate(data.x):
        points.append(row)
        weights.append({len(points) - 1: 1.0})
        y.append(float(data.y[i]) - 0.2)
        noise.append(2e-3)
        for scale, length, column in ((3.0, 0.4, 0), (9.0, 0.7, 2)):
            if torch.isfinite(data.gradients[i, column]):
                step = torch.zeros(3, dtype=torch.float64)
                step[column] = STEP * scale
                points += [row + step, row - step]
                weights.append({len(points) - 2: 0.5 / STEP, len(points) - 1: -0.5 / STEP})
                y.append(float(data.gradients[i, column]) * scale)
                noise.append(1e-4 / length**2)
    combine = torch.zeros(len(y), len(points), dtype=torch.float64)
    for i, entry in enumerate(weights):
        for place, weight in entry.items():
            combine[i, place] = weight
    stacked = torch.stack(points)
    gram = combine @ kernel(stacked, stacked, kind) @ combine.mT + torch.diag(torch.tensor(noise).to(at))
    cross = kernel(at, stacked, kind) @ combine.mT
    solved = torch.linalg.solve(gram, cross.mT)
    mean = 0.2 + solved.mT @ torch.tensor(y, dtype=torch.float64)
    return mean, 1.5 - (cross * solved.mT).sum(-1)


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_are_those_of_a_plain_process_with_central_differences(kind: Radial) -> None:
    data, at = observations(), SPACE.sample(40, generator=make_generator(1))
    model = process(data, kind)
    mean, variance = model.marginals(at)
    expected_mean, expected_variance = textbook(data, at, kind)
    torch.testing.assert_close(mean, expected_mean, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(variance / model.widening, expected_variance, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_mean_has_the_gradients_that_were_told(kind: Radial) -> None:
    data = observations()
    assert data.gradients is not None
    model = GradientGP(kernel=kind).fit(data, SPACE, generator=make_generator(0))
    x = data.x.clone().requires_grad_()
    mean, _ = model.marginals(x)
    (slopes,) = torch.autograd.grad(mean.sum(), x)
    known = torch.isfinite(data.gradients)
    ranges = torch.tensor([3.0, 1.0, 9.0]).to(x).expand_as(x)
    error = ((slopes - data.gradients) * ranges)[known].abs().max().item()
    assert error < 0.05 * (data.gradients * ranges)[known].abs().max().item()
    assert (mean - data.y[:, 0]).abs().max().item() < 0.02


def test_gradients_teach_what_values_alone_do_not() -> None:
    data, at = observations(), SPACE.sample(60, generator=make_generator(1))
    error = {}
    for gradients in (data.gradients, None):
        model = GradientGP().fit(replace(data, gradients=gradients), SPACE, generator=make_generator(0))
        error[gradients is None] = (model.means(at) - function(at)).square().mean().item()
    assert error[False] < 0.7 * error[True]


def numeric_process(kind: Radial) -> tuple[GradientCovariance, Tensor]:
    """A covariance of two numeric columns, and points each with its value and both derivatives."""
    space = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
    columns, recipe = Columns(space), GradientGP(kernel=kind)
    x = space.sample(5, generator=make_generator(0))
    theta = torch.tensor([0.3, 0.8, 1e-4, 1.7, 1e-3, 1.0], dtype=torch.float64).log()
    layout = recipe._layout(columns, Data(x, x[:, :1]))
    directions = torch.cat([torch.zeros(1, 2), torch.eye(2)]).to(x)
    points = torch.cat([x.repeat_interleave(3, 0), directions.repeat(5, 1)], 1)
    return GradientCovariance(columns, layout, theta, kind), points


@pytest.mark.parametrize("kind", KINDS)
def test_the_covariance_is_that_of_gpytorch(kind: Radial) -> None:
    covariance, points = numeric_process(kind)
    other = (RBFKernelGrad if kind == "rbf" else Matern52KernelGrad)(ard_num_dims=2).double()
    other.lengthscale = torch.tensor([[0.3, 0.8]])
    expected = 1.7 * other(points[::3, :2]).to_dense().detach()
    torch.testing.assert_close(covariance.between(points, points), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_slopes_of_the_covariance_are_those_of_autograd(kind: Radial) -> None:
    data = observations()
    model = process(data, kind)
    at = torch.nn.functional.pad(SPACE.sample(4, generator=make_generator(2)), (0, 2))
    weights = torch.linspace(-1, 1, len(model.y), dtype=torch.float64)
    k, slopes = model.covariance.with_slopes(at, model.x, model.features)
    moved = at.clone().requires_grad_()
    expected = model.covariance.between(moved, model.x, None, model.features)
    torch.testing.assert_close(k, expected.detach())
    (by_autograd,) = torch.autograd.grad((expected @ weights).sum(), moved)
    found = slopes([weights, 2 * weights.expand(4, -1)])
    torch.testing.assert_close(found[0][:, NUMERIC], by_autograd[:, NUMERIC])
    torch.testing.assert_close(found[1], 2 * found[0])


def density(kind: Radial, noise: Tensor | None = None) -> GradientLogPosterior:
    data, recipe = observations(), GradientGP(kernel=kind)
    told = Observed.of(data, COLUMNS)
    known = told.noise if noise is None else noise
    return GradientLogPosterior(COLUMNS, recipe._layout(COLUMNS, data), told.x, told.y, kind, known)


@pytest.mark.parametrize("kind", KINDS)
def test_the_density_is_normal_with_the_prior_of_the_hyperparameters(kind: Radial) -> None:
    data = observations()
    model, problem = process(data, kind), density(kind)
    theta = hyperparameters(GradientGP(kernel=kind), data)
    told = Observed.of(data, COLUMNS)
    mean = 0.2 * told.is_value.to(told.y)
    covariance = model.covariance.noisy(model.x, model.features)
    likelihood = MultivariateNormal(mean, covariance).log_prob(told.y).item()
    expected = -(likelihood + problem.layout.log_prior(theta.numpy())[0])
    assert problem(theta.numpy())[0] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("has_known_noise", [False, True])
def test_the_gradient_of_the_density_is_that_of_finite_differences(
    kind: Radial, has_known_noise: bool
) -> None:
    problem = density(kind)
    if has_known_noise:
        noise = problem.noise.clone()
        noise[1] = 0.2
        problem = density(kind, noise)
    theta = hyperparameters(GradientGP(kernel=kind), observations()).numpy()
    _, gradient = problem(theta)
    for column in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[column]
        slope = (problem(theta + step)[0] - problem(theta - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, rel=1e-4, abs=1e-4)


def test_an_indefinite_covariance_is_infinitely_unlikely() -> None:
    problem = density("rbf")
    value, gradient = problem(np.full(problem.layout.size, np.nan))
    assert value == np.inf
    assert np.isfinite(gradient).all()


def test_unknown_derivatives_are_left_out() -> None:
    data = observations()
    assert data.gradients is not None
    told = Observed.of(data, COLUMNS)
    assert len(told.y) == 9 + int(torch.isfinite(data.gradients).sum())
    nothing = replace(data, gradients=torch.full_like(data.gradients, torch.nan))
    at = SPACE.sample(5, generator=make_generator(3))
    without = GradientGP(min_noise=1e-2).fit(
        replace(data, gradients=None), SPACE, generator=make_generator(0)
    )
    unknown = GradientGP(min_noise=1e-2).fit(nothing, SPACE, generator=make_generator(0))
    torch.testing.assert_close(unknown.means(at), without.means(at))


@pytest.mark.parametrize("kind", KINDS)
def test_a_point_left_out_takes_its_derivatives_with_it(kind: Radial) -> None:
    data = observations()
    model = process(data, kind)
    y, error, variance = model.leave_one_out()
    torch.testing.assert_close(y, data.y[:, 0])
    for i in range(len(y)):
        others = torch.arange(len(y)) != i
        rest = process(data.rows(others), kind)
        mean, spread = rest.marginals(data.x[[i]])
        assert error[i].item() == pytest.approx(float(y[i] - mean), abs=1e-6)
        expected = float(spread) / rest.widening + 2e-3
        assert variance[i].item() / model.widening == pytest.approx(expected, rel=1e-5)


def test_pending_points_narrow_the_predictions_around_them() -> None:
    model = process(observations(), "matern52")
    at = SPACE.sample(2, generator=make_generator(5))
    mean, variance = model.marginals(at)
    believed = model.condition_on_observations(at, mean.unsqueeze(-1))
    torch.testing.assert_close(believed.marginals(at)[0], mean)
    assert bool((believed.marginals(at)[1] < variance).all())
    assert isinstance(believed, GradientProcess)


def test_more_values_than_the_limit_are_refused_with_their_number() -> None:
    with pytest.raises(IncompatibleError, match=r"9 points .* are 24 values, more than the 20 of GradientGP"):
        GradientGP(max_values=20).fit(observations(), SPACE, generator=make_generator(0))


def test_hyperparameters_are_fitted_to_a_part_of_many_values() -> None:
    data = observations(40)
    model = GradientGP(max_fit=30).fit(data, SPACE, generator=make_generator(0))
    assert model.n_fitted == len(Observed.of(data, COLUMNS).y)
    assert (model.means(data.x) - data.y[:, 0]).abs().max().item() < 0.1


def test_known_variances_of_values_count() -> None:
    data = observations()
    noisy = data.with_y(data.y, torch.full_like(data.y, 4.0), data.gradients)
    model = GradientGP().fit(noisy, SPACE, generator=make_generator(0))
    plain = GradientGP().fit(data, SPACE, generator=make_generator(0))
    assert bool((model.marginals(data.x)[1] > plain.marginals(data.x)[1]).all())
