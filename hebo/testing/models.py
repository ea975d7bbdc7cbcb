"""Conformance of a fitted model: BoTorch's `Model` contract, and the acquisitions that rest on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch
from botorch.acquisition.knowledge_gradient import qKnowledgeGradient
from botorch.acquisition.multi_objective.logei import (
    qLogExpectedHypervolumeImprovement,
    qLogNoisyExpectedHypervolumeImprovement,
)
from botorch.models.model import Model, ModelList
from botorch.sampling.normal import SobolQMCNormalSampler
from botorch.utils.multi_objective.box_decompositions.non_dominated import FastNondominatedPartitioning
from torch import Size, Tensor
from torch.testing import assert_close

from hebo.abilities import OwnBelief
from hebo.data import Data
from hebo.design_space.domains.domain import Domain
from hebo.errors import IncompatibleError
from hebo.random import make_generator, seeded

N_FANTASIES = 4
_STEP = 1e-6
"""Of finite differences, in units of the width of a column."""
_REMEDY = re.compile(r"\b(add|choose|condition|fit|give|join|leave|list|make|tell|use)\b")


def check_model(model: Any, data: Data, space: Domain) -> None:
    """Check that a model does, or refuses with a remedy, what BoTorch's acquisitions ask of it.

    Args:
        model: Fitted to `data`; one output.
        data: `n` observations.
        space: Where points are drawn from.

    Raises:
        AssertionError: With what was expected.
    """
    assert isinstance(model, Model), f"{type(model).__name__} is no botorch Model"
    points = space.sample(24, generator=make_generator("check")).reshape(2, 3, 2, 2, -1).to(data.x)
    _check_shapes(model, data, points[0])
    _check_noise(model, points[0, 0])
    _check_gradients(model, points[0, 0, :, :1], space)
    _check_outputs(model, data, points[0, 0])
    conditions = allows(lambda: model.condition_on_observations(points[1, 0, 0], data.y[:2]))
    if conditions and allows(lambda: model.condition_on_observations(points[1, 0], _values(points[1, 0]))):
        _check_conditioning(model, points[1, 0], points[0, 0])
        _check_fantasies(model, points[1, 0])
        _check_knowledge_gradient(model, space)


def allows(call: Callable[[], object]) -> bool:
    """Whether a call succeeds; it may refuse by an `IncompatibleError` that names a remedy.

    Raises:
        AssertionError: If the error does not say what to do instead.
    """
    try:
        call()
    except IncompatibleError as error:
        if not _REMEDY.search(str(error)):
            raise AssertionError(f"a refusal says what would work instead: {error}") from error
        return False
    return True


def _check_shapes(model: Any, data: Data, x: Tensor) -> None:
    """`... x q x d` points have `... x q x 1` means and variances, whatever stands before."""
    assert model.num_outputs == 1, f"one output, not {model.num_outputs}"
    assert model.batch_shape == Size(), f"a single model has no batch shape, not {model.batch_shape}"
    for part in (x[0, 0], x[0], x, x[..., :1, :]):
        with torch.no_grad():
            posterior = model.posterior(part)
        mean, variance = posterior.mean, posterior.variance
        shape = (*part.shape[:-1], 1)
        assert mean.shape == variance.shape == shape, f"{shape} means, not {tuple(mean.shape)}"
        kinds = (mean.dtype, mean.device), (data.x.dtype, data.x.device)
        assert kinds[0] == kinds[1], f"predictions are {kinds[0]}, data {kinds[1]}"
        assert bool((variance > 0).all()), "variances are positive"
        samples = posterior.rsample(Size([5]))
        assert samples.shape == (5, *shape), f"{(5, *shape)} samples, not {tuple(samples.shape)}"
        assert bool(torch.isfinite(samples).all()), "samples are finite"
    with torch.no_grad():
        whole, one = model.posterior(x), model.posterior(x[-1, -1])
        single = model.posterior(x[..., :1, :])
    _close(whole.mean[-1, -1], one.mean, "a point's mean does not depend on its batch")
    _close(whole.variance[-1, -1], one.variance, "nor does its variance")
    _close(whole.mean[..., :1, :], single.mean, "nor does its mean on the points beside it")


def _check_noise(model: Any, x: Tensor) -> None:
    """Observation noise widens predictions: by the learned variance, or by a known one."""
    with torch.no_grad():
        plain = model.posterior(x)
        learned = model.posterior(x, observation_noise=True)
        known = model.posterior(x, observation_noise=torch.full_like(plain.mean, 0.5))
    assert bool((learned.variance >= plain.variance).all()), "observation noise narrows no prediction"
    _close(learned.mean, plain.mean, "observation noise moves no mean")
    _close(known.variance, plain.variance + 0.5, "a known noise variance is added as it is")


def _check_gradients(model: Any, x: Tensor, space: Domain) -> None:
    """Where a mean is differentiable, its slopes by continuous columns are those of finite differences."""
    columns = [column for column in range(x.shape[-1]) if column not in space.discrete_dims]
    at = x.clone()
    at[..., columns] = (0.3 * space.bounds[0] + 0.7 * space.bounds[1]).to(x)[columns]
    at.requires_grad_()
    mean: Tensor = model.posterior(at).mean
    if not mean.requires_grad:
        return
    (slope,) = torch.autograd.grad(mean.sum(), at)
    assert bool(torch.isfinite(slope).all()), "slopes are finite"
    for column in columns:
        step = torch.zeros_like(at)
        step[..., column] = _STEP * float(space.bounds[1, column] - space.bounds[0, column])
        with torch.no_grad():
            up, down = (model.posterior(at + sign * step).mean.sum() for sign in (1, -1))
        difference = (up - down) / (2 * float(step.max()))
        found, expected = float(slope[..., column].sum()), float(difference)
        near = abs(found - expected) <= 1e-5 + 1e-3 * abs(expected)
        assert near, f"the slope by column {column} is {found}, finite differences say {expected}"


def _check_outputs(model: Any, data: Data, x: Tensor) -> None:
    """Outputs can be chosen, and several models joined for acquisitions of several objectives."""
    with torch.no_grad():
        expected, only = model.posterior(x).mean, model.subset_output([0]).posterior(x).mean
        _close(only, expected, "the first output is the model")
        joined: Any = ModelList(model, model)
        both = joined.posterior(x)
    assert both.mean.shape == (*x.shape[:-1], 2), "a list of two models has two outputs"
    _close(joined.subset_output([1]).posterior(x).mean, expected, "each of which can be chosen")
    values = torch.cat([data.y, -data.y], -1)
    reference = values.amin(0) - 1.0
    boxes: Any = FastNondominatedPartitioning(ref_point=reference, Y=values)
    with seeded(make_generator("hypervolume")):
        expected_gain = qLogExpectedHypervolumeImprovement(joined, reference, boxes)
        noisy_gain = qLogNoisyExpectedHypervolumeImprovement(joined, reference, data.x)
        for gain in (expected_gain, noisy_gain):
            _check_values(gain(x), x.shape[:-2], type(gain).__name__)


def _check_conditioning(model: Any, x: Tensor, elsewhere: Tensor) -> None:
    """Several sets of observations make several models, each that of its set; the model itself stays."""
    y, before = _values(x), model.posterior(elsewhere).mean.detach()
    with torch.no_grad():
        batch = model.condition_on_observations(x, y)
        assert batch.batch_shape == x.shape[:-2], f"{x.shape[:-2]} models, not {batch.batch_shape}"
        found = batch.posterior(elsewhere)
        for i in range(len(x)):
            one = model.condition_on_observations(x[i], y[i]).posterior(elsewhere[i])
            _close(found.mean[i], one.mean, "a set of observations is alone in its batch")
            _close(found.variance[i], one.variance, "a set of observations is alone in its batch")
    _close(model.posterior(elsewhere).mean.detach(), before, "conditioning changes no model")
    allows(lambda: model.condition_on_observations(x, y, noise=torch.full_like(y, 0.01)))


def _check_fantasies(model: Any, x: Tensor) -> None:
    """Fantasies are models beside one another, each of whose means has gone towards what was drawn."""
    sampler = SobolQMCNormalSampler(Size([N_FANTASIES]), seed=0)
    with torch.no_grad():
        fantasies = model.fantasize(x, sampler)
        shape = (N_FANTASIES, *x.shape[:-2])
        assert fantasies.batch_shape == shape, f"{shape} fantasies, not {tuple(fantasies.batch_shape)}"
        found = fantasies.posterior(x).mean
        assert found.shape == (*shape, *x.shape[-2:-1], 1), f"means of fantasies are {tuple(found.shape)}"
        single = x[..., :1, :]
        drawn = sampler(model.posterior(single, observation_noise=True))
        before, after = model.posterior(single).mean, model.fantasize(single, sampler).posterior(single).mean
        if isinstance(model, OwnBelief):
            return  # what is drawn for it is an observation, and its means are something else
    assert bool((after - drawn).square().sum() < (before - drawn).square().sum()), (
        "the means of fantasies go towards the values drawn"
    )
    assert bool(((after - before) * (drawn - before)).sum() > 0), "and not away from them"


def _check_knowledge_gradient(model: Any, space: Domain) -> None:
    """The one-shot knowledge gradient has a value, and slopes where the model has."""
    sampler = SobolQMCNormalSampler(Size([N_FANTASIES]), seed=0)
    gradient = qKnowledgeGradient(model, num_fantasies=N_FANTASIES, sampler=sampler)
    n = gradient.get_augmented_q_batch_size(1)
    x = space.sample(2 * n, generator=make_generator("gradient")).reshape(2, n, -1).requires_grad_()
    values = gradient(x)
    _check_values(values, x.shape[:-2], "qKnowledgeGradient")
    if values.requires_grad:
        (slope,) = torch.autograd.grad(values.sum(), x)
        assert bool(torch.isfinite(slope).all()), "slopes of the knowledge gradient are finite"


def _check_values(values: Tensor, shape: Size, name: str) -> None:
    assert values.shape == shape, f"{name} has {tuple(shape)} values, not {tuple(values.shape)}"
    assert bool(torch.isfinite(values).all()), f"{name} has finite values"


def _values(x: Tensor) -> Tensor:
    """Return values to condition on, `... x k x 1`, between -1 and 1 and not all the same."""
    return x.sum(-1, keepdim=True).sin()


def _close(found: Tensor, expected: Tensor, why: str) -> None:
    assert_close(found, expected, rtol=1e-4, atol=1e-5, msg=lambda text: f"{why}: {text}")
