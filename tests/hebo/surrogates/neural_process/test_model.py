import math

import pytest
import torch
from torch.testing import assert_close

from hebo.abilities import FastMarginals, OwnMarginals
from hebo.acquisitions.marginals import marginals
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.fallbacks import counting_fallbacks
from hebo.random import make_generator
from hebo.surrogates.neural_process.bar_marginals import BarMarginals


def fitted(recipe, data, space):
    return recipe.fit(data, space, generator=make_generator(0))


@pytest.fixture(scope="module")
def model(exact, data, space):
    return fitted(exact, data, space)


@pytest.fixture(scope="module")
def x(space):
    return space.sample(9, generator=make_generator("new"))


def test_acquisitions_see_the_bars(model, x):
    assert isinstance(model, OwnMarginals)
    assert isinstance(model, FastMarginals)
    found = marginals(model, x.unsqueeze(-2))
    assert isinstance(found, BarMarginals)
    mean, variance = model.marginals(x)
    assert_close(found.mean, mean)
    assert_close(found.sd.square(), variance)


def test_predictions_do_not_depend_on_the_order_of_parameters_or_observations(exact, data, space, x, model):
    definitions = [
        {"name": "c", "type": "int", "lb": 0, "ub": 9},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
    ]
    turned = DesignSpace().parse(definitions)
    order = torch.randperm(20, generator=make_generator("order"))
    other = fitted(exact, Data(data.x[order].flip(-1), data.y[order]), turned)
    for one, two in zip(model.marginals(x), other.marginals(x.flip(-1)), strict=True):
        assert_close(one, two)


def test_predictions_go_with_the_units_of_the_values(exact, data, space, x, model):
    mean, variance = model.marginals(x)
    other = fitted(exact, Data(data.x, 100 + 7 * data.y), space)
    far, wide = other.marginals(x)
    assert_close(far, 100 + 7 * mean)
    assert_close(wide, 49 * variance)
    assert_close(other.noise_variance, 49 * model.noise_variance)
    assert_close(other.own_marginals(x).log_pi(107.0), model.own_marginals(x).log_pi(1.0))


def test_equal_values_are_predicted_everywhere_within_their_units(exact, data, space, x):
    mean, variance = fitted(exact, Data(data.x, torch.full_like(data.y, 3.0)), space).marginals(x)
    assert bool(((mean - 3).abs() < 2).all())
    assert bool(torch.isfinite(variance).all())


def test_conditioned_on_observations_it_is_the_model_of_all_of_them(exact, data, space, x, model):
    first = fitted(exact, Data(data.x[:15], data.y[:15]), space)
    added = first.condition_on_observations(data.x[15:], data.y[15:])
    for one, two in zip(model.joint(x[:3]), added.joint(x[:3]), strict=True):
        assert_close(one, two)


def test_many_points_are_predicted_as_few_are(model, space):
    many = space.sample(5000, generator=make_generator("many"))
    with torch.no_grad():
        mean, variance = model.marginals(many)
        few = model.marginals(many[4990:])
    assert_close(mean[4990:], few[0])
    assert_close(variance[4990:], few[1])


def test_joint_predictions_have_the_variances_of_single_ones_and_positive_eigenvalues(model, x):
    mean, covariance = model.joint(torch.stack([x[:4], x[3:7]]))
    for i, points in enumerate((x[:4], x[3:7])):
        expected_mean, variance = model.marginals(points)
        assert_close(mean[i], expected_mean)
        assert_close(covariance[i].diagonal(), variance)
    assert_close(covariance, covariance.mT)
    assert bool((torch.linalg.eigvalsh(covariance) > 0).all())


def test_near_points_are_correlated_more_than_far_ones(model, space):
    near_and_far = torch.tensor([[0.0, 1.0, 4.0], [0.01, 1.0, 4.0], [1.9, 2.0, 9.0]], dtype=torch.float64)
    _, covariance = model.joint(near_and_far)
    sd = covariance.diagonal().sqrt()
    correlation = covariance / (sd.unsqueeze(0) * sd.unsqueeze(1))
    assert float(correlation[0, 1].detach()) > 0.5
    assert float(correlation[0, 1].detach()) > abs(float(correlation[0, 2].detach())) + 0.2


def test_slopes_of_bars_are_right(model, x):
    at = x[:3].clone().requires_grad_()
    loss = model.own_marginals(at).log_ei(1.0).sum()
    (slope,) = torch.autograd.grad(loss, at)
    step = torch.zeros(3, dtype=torch.float64)
    step[0] = 1e-6
    with torch.no_grad():
        up, down = (model.own_marginals(x[:3] + sign * step).log_ei(1.0) for sign in (1, -1))
    assert_close(slope[:, 0], (up - down) / 2e-6, rtol=1e-4, atol=1e-6)


def test_by_default_predictions_have_no_gradients(exact, data, space, x):
    plain = fitted(exact.model_copy(update={"gradients": False}), data, space)
    at = x.clone().requires_grad_()
    assert not plain.marginals(at)[0].requires_grad
    assert not plain.joint(at)[1].requires_grad
    assert not plain.posterior(at.unsqueeze(-2)).mean.requires_grad
    assert torch.is_grad_enabled()


def test_single_precision_is_double_precision_but_for_rounding(exact, data, space, x, model):
    plain = fitted(exact.model_copy(update={"precision": "single"}), data, space)
    for one, two in zip(plain.marginals(x), model.marginals(x), strict=True):
        assert one.dtype == torch.float64
        assert_close(one, two, rtol=1e-4, atol=1e-5)


def test_draws_of_signs_are_averaged(exact, data, space, x):
    several = fitted(exact.model_copy(update={"n_draws": 3}), data, space)
    log_p = several.own_marginals(x).log_p
    assert_close(log_p.exp().sum(-1), torch.ones(9, dtype=torch.float64))
    single = []
    for i in range(3):
        one = fitted(exact.model_copy(update={"n_draws": 3}), data, space)
        signs = one.predictor.signs
        part = type(signs)(signs.columns[i : i + 1], signs.categories[i : i + 1])
        object.__setattr__(one.predictor, "signs", part)
        single.append(one.own_marginals(x).log_p)
    assert_close(log_p, torch.logsumexp(torch.stack(single), 0) - math.log(3))


def test_known_variances_of_further_observations_are_refused(model, x):
    with pytest.raises(IncompatibleError, match="leave `noise` out, or use a Gaussian process"):
        model.condition_on_observations(x[:2], x[:2, :1], noise=torch.ones(2, 1))


def test_more_observations_than_in_training_are_counted(model, space):
    x = space.sample(21, generator=make_generator("further"))
    with counting_fallbacks() as counter:
        model.condition_on_observations(x[:20], x[:20, :1])
        assert not counter
        model.condition_on_observations(x, x[:, :1])
    assert counter == {"observations beyond the training of neural_process": 1}
