"""Tests of `hebo.surrogates.gaussian_process`."""

from __future__ import annotations

import pytest
import torch
from botorch.sampling import SobolQMCNormalSampler
from torch import Size, Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.warped_gp import WarpedGP


def process(space: DesignSpace, data: Data, theta: Tensor, smoothness: float = 2.5) -> GaussianProcess:
    columns = Columns(space)
    covariance = Covariance(columns, WarpedGP()._layout(columns, 20), theta, smoothness)
    return GaussianProcess(covariance, data.x, data.y[:, 0])


@pytest.fixture(params=[1.5, 2.5])
def model(space: DesignSpace, data: Data, theta: Tensor, request: pytest.FixtureRequest) -> GaussianProcess:
    return process(space, data, theta, request.param)


@pytest.fixture
def points(space: DesignSpace) -> Tensor:
    return space.sample(12, generator=make_generator(2))


def test_the_posterior_is_the_textbooks(model: GaussianProcess, data: Data, points: Tensor) -> None:
    everything = torch.cat([data.x, points])
    k = model.covariance.between(everything, everything)
    noisy = k[:20, :20] + 0.05 * torch.eye(20, dtype=torch.float64)
    gain = torch.linalg.solve(noisy, k[:20, 20:]).T
    posterior = model.posterior(points)
    mean = 0.3 + gain @ (data.y[:, 0] - 0.3)
    torch.testing.assert_close(posterior.mean.squeeze(-1), mean, rtol=1e-5, atol=1e-7)
    expected = (k[20:, 20:] - gain @ k[:20, 20:]) * 23 / 19  # widened for the unknown scale
    torch.testing.assert_close(posterior.covariance_matrix, expected, rtol=1e-5, atol=1e-7)


def test_single_points_agree_with_joint_ones(model: GaussianProcess, points: Tensor) -> None:
    joint, single = model.posterior(points), model.posterior(points.unsqueeze(-2))
    torch.testing.assert_close(single.mean.squeeze(), joint.mean.squeeze())
    torch.testing.assert_close(single.variance.squeeze(), joint.variance.squeeze(), rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(model.means(points), joint.mean.squeeze())


def test_batches_of_joint_points_are_answered_one_by_one(model: GaussianProcess, points: Tensor) -> None:
    batch = model.posterior(points.reshape(3, 4, 3))
    for index, one in enumerate(points.reshape(3, 4, 3)):
        torch.testing.assert_close(batch.mean[index], model.posterior(one).mean)
        torch.testing.assert_close(batch.covariance_matrix[index], model.posterior(one).covariance_matrix)


def test_observation_noise_adds_its_variance_and_the_excess_loo_error(
    model: GaussianProcess, points: Tensor
) -> None:
    for x in (points, points.unsqueeze(-2)):
        plain, noisy = model.posterior(x), model.posterior(x, observation_noise=True)
        added = 0.05 * 23 / 19 + float(model.excess_loo_error)
        torch.testing.assert_close(noisy.variance - plain.variance, torch.full_like(plain.variance, added))


def test_the_surprise_is_what_models_without_one_value_did_not_expect(
    model: GaussianProcess, data: Data
) -> None:
    excesses = []
    for left_out in range(20):
        others = [row for row in range(20) if row != left_out]
        without = GaussianProcess(model.covariance, data.x[others], data.y[others, 0], n_fitted=20)
        mean, variance = without.marginals(data.x[[left_out]])
        error = data.y[left_out, 0] - mean
        excesses.append((error.square() - variance - 0.05 * 23 / 19).clamp_min(0))
    torch.testing.assert_close(model.excess_loo_error, torch.cat(excesses).mean())
    assert model.excess_loo_error > 0


def test_a_rare_value_among_equal_ones_is_within_reach_of_predictions(space: DesignSpace) -> None:
    x = space.sample(30, generator=make_generator(7))
    y = torch.zeros(30, 1, dtype=torch.float64)
    y[3] = y[17] = 1.0
    y = (y - y.mean()) / y.std()
    model = WarpedGP().fit(Data(x, y), space, generator=make_generator(0))
    points = space.sample(50, generator=make_generator(8)).unsqueeze(-2)
    plain = model.posterior(points).variance + model.noise_variance
    noisy = model.posterior(points, observation_noise=True).variance
    assert model.excess_loo_error > 0.2
    torch.testing.assert_close(noisy, plain + model.excess_loo_error)


def test_gradients_of_single_points_are_right(model: GaussianProcess, points: Tensor) -> None:
    x = points.clone().requires_grad_()
    mean, variance = model.marginals(x)
    plain = model.marginals(points)
    torch.testing.assert_close(mean, plain[0])
    torch.testing.assert_close(variance, plain[1])
    weights = torch.tensor([0.7, -1.3], dtype=torch.float64)
    (gradient,) = torch.autograd.grad((weights[0] * mean + weights[1] * variance).sum(), x)
    step = torch.zeros_like(points)
    step[:, 0] = 1e-6
    up, down = model.marginals(points + step), model.marginals(points - step)
    slope = (weights[0] * (up[0] - down[0]) + weights[1] * (up[1] - down[1])) / 2e-6
    torch.testing.assert_close(gradient[:, 0], slope, rtol=1e-4, atol=1e-5)
    assert (gradient[:, 1] == 0).all()  # a category has no slope


def test_conditioning_equals_starting_with_all_data(
    space: DesignSpace, data: Data, theta: Tensor, points: Tensor
) -> None:
    ones = torch.ones(12, 1, dtype=torch.float64)
    model = process(space, data, theta).condition_on_observations(points, ones)
    x, y = torch.cat([data.x, points]), torch.cat([data.y, ones])
    whole = GaussianProcess(model.covariance, x, y[:, 0], n_fitted=20)
    x = space.sample(5, generator=make_generator(3))
    for mine, expected in zip(model.marginals(x), whole.marginals(x), strict=True):
        torch.testing.assert_close(mine, expected)


def test_categories_alone_have_predictions_and_no_slopes() -> None:
    space = DesignSpace().parse([{"name": "c", "type": "cat", "categories": ["u", "v", "w"]}])
    x = torch.tensor([[0.0], [1.0]], dtype=torch.float64)
    model = WarpedGP().fit(Data(x, x), space, generator=make_generator(0))
    query = x.clone().requires_grad_()
    model.marginals(query)[0].sum().backward()
    assert query.grad is not None
    assert (query.grad == 0).all()


def test_a_second_output_is_refused(model: GaussianProcess, points: Tensor) -> None:
    with pytest.raises(IncompatibleError, match="one output"):
        model.posterior(points, output_indices=[1])


def test_many_points_are_predicted_in_parts(
    model: GaussianProcess, points: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = model.means(points), *model.marginals(points)
    monkeypatch.setattr("hebo.surrogates.gaussian_process.MAX_PAIRS", 3 * len(model.x))
    assert len(model._parts(points)) == 4
    torch.testing.assert_close((model.means(points), *model.marginals(points)), whole)


def test_fantasies_share_points_and_factor_and_differ_in_values(
    model: GaussianProcess, points: Tensor
) -> None:
    sampler = SobolQMCNormalSampler(Size([4]), seed=0)
    fantasies = model.fantasize(points[:6].reshape(3, 2, -1), sampler)
    assert fantasies.batch_shape == (4, 3)
    assert fantasies.factor.shape == (3, 22, 22)
    assert fantasies.y.shape == (4, 3, 22)


def test_a_known_noise_variance_counts_as_it_is_for_the_observation(
    model: GaussianProcess, points: Tensor
) -> None:
    x, y = points[:1], torch.full((1, 1), 3.0, dtype=torch.float64)
    exact, vague = (
        model.condition_on_observations(x, y, noise=torch.full_like(y, variance)).means(x)
        for variance in (1e-8, 1e4)
    )
    learned = model.condition_on_observations(x, y, noise=model.noise_variance.reshape(1, 1))
    torch.testing.assert_close(exact, y[0], rtol=0, atol=1e-4)
    torch.testing.assert_close(vague, model.means(x), rtol=0, atol=1e-3)
    torch.testing.assert_close(learned.means(points), model.condition_on_observations(x, y).means(points))


def test_a_fantasy_is_differentiable_by_its_point(model: GaussianProcess, points: Tensor) -> None:
    sampler, at = SobolQMCNormalSampler(Size([3]), seed=0), points[5:6]

    def mean(column: Tensor) -> Tensor:
        x = torch.cat([column, points[:1, 1:]], -1).unsqueeze(0)
        value: Tensor = model.fantasize(x, sampler).posterior(at).mean.sum()
        return value

    assert torch.autograd.gradcheck(mean, (points[:1, :1].clone().requires_grad_(),))


def test_a_path_is_drawn_from_one_process(model: GaussianProcess, points: Tensor) -> None:
    batch = model.condition_on_observations(points[:2].unsqueeze(1), points[:2, :1].unsqueeze(1))
    with pytest.raises(IncompatibleError, match=r"not from a batch of \(2,\); condition"):
        batch.sample_path(make_generator(0))


def test_another_output_is_refused(model: GaussianProcess, points: Tensor) -> None:
    assert model.subset_output([0]) is model
    for call in (lambda: model.subset_output([1]), lambda: model.posterior(points, output_indices=[0, 1])):
        with pytest.raises(
            IncompatibleError, match="join models of several outputs in BoTorch's `ModelList`"
        ):
            call()


def test_a_model_stays_with_its_data(model: GaussianProcess) -> None:
    assert model.to(torch.float64) is model
    with pytest.raises(IncompatibleError, match=r"of its data, cpu and torch\.float64; fit it"):
        model.float()


def test_reinterpolated_it_has_the_same_means_and_is_sure_of_the_function_where_it_was_evaluated(
    model: GaussianProcess, data: Data, points: Tensor
) -> None:
    found = model.reinterpolated()
    both = torch.cat([data.x, points])
    means, variances = model.marginals(both)
    sure_means, sure_variances = found.marginals(both)
    torch.testing.assert_close(sure_means, means)
    assert bool((sure_variances < variances + 1e-12).all())
    assert float(sure_variances[: len(data.x)].max()) < 1e-5 * float(variances.max())
    k = model.covariance.between(both, both)
    n = len(data.x)
    expected = k[n:, n:] - k[n:, :n] @ torch.linalg.solve(
        k[:n, :n] + 1e-8 * torch.eye(n, dtype=k.dtype), k[:n, n:]
    )
    torch.testing.assert_close(sure_variances[n:], expected.diagonal() * 23 / 19, rtol=1e-2, atol=1e-5)


def test_reinterpolated_it_can_have_points_twice(model: GaussianProcess, data: Data) -> None:
    twice = GaussianProcess(model.covariance, torch.cat([data.x, data.x]), torch.cat([data.y, data.y])[:, 0])
    means, variances = twice.reinterpolated().marginals(data.x)
    assert bool(torch.isfinite(means).all())
    assert float(variances.max()) < 1e-4 * float(model.covariance.signal)
