"""Tests of `hebo.surrogates.multitask_gp`, and of the covariance over tasks beside it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal

from hebo.abilities import FromRelated
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator
from hebo.surrogates.augmented_process import AugmentedProcess
from hebo.surrogates.context_offset import OffsetCorrelation, context_columns
from hebo.surrogates.covariance import Covariance
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.multitask_gp import MultitaskGP, stacked
from hebo.surrogates.task_covariance import OFFSET_VARIANCE, TaskCovariance, TaskLogPosterior
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.models import check_model
from hebo.testing.surrogates import check_surrogate

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "num", "lb": 0, "ub": 9},
    ]
)
COLUMNS = Columns(SPACE)
RECIPE = MultitaskGP(of=WarpedGP(smoothness=2.5))
AT = SPACE.sample(80, generator=make_generator("test"))


def function(x: Tensor) -> Tensor:
    return (x[:, 0] + 0.3 * x[:, 1] - 0.2 * x[:, 2]).sin()


def another(x: Tensor) -> Tensor:
    return (1.2 * x[:, 0] - 0.5 * x[:, 1] + 0.3 * x[:, 2]).cos()


def data(n: int, values: Tensor | None = None, seed: int = 0) -> Data:
    """Standardized values at random points."""
    x = SPACE.sample(n, generator=make_generator(seed), method="random")
    y = function(x) if values is None else values
    return Data(x, ((y - y.mean()) / y.std()).unsqueeze(-1))


def related(n: int, seed: int = 1) -> Data:
    return data(n, seed=seed)


def unrelated(n: int, seed: int = 2) -> Data:
    x = SPACE.sample(n, generator=make_generator(seed), method="random")
    return data(n, another(x), seed)


TARGET = replace(data(8), related=(related(40), unrelated(30)))


def correlation(model: object) -> list[float]:
    assert isinstance(model, AugmentedProcess)
    assert isinstance(model.covariance, TaskCovariance)
    return model.covariance.correlations.tolist()


def density(noise: np.ndarray | None = None) -> tuple[TaskLogPosterior, Layout, Tensor, Tensor]:
    layout = RECIPE._layout(COLUMNS, TARGET, 2)
    x, y, _ = stacked([TARGET, *TARGET.related])
    numeric, codes = (part.numpy() for part in COLUMNS.split(x))
    problem = TaskLogPosterior(layout, numeric, codes, y.numpy(), 2.5, noise, None, x[:, -1].numpy())
    return problem, layout, x, y


def settings(layout: Layout) -> np.ndarray:
    return layout.starts(3, generator=make_generator(3), scatter=0.6)[2]


def by_hand(layout: Layout, theta: np.ndarray, x: Tensor) -> Tensor:
    """Covariance of noisy observations, entry by entry, from the definition of the tasks."""
    values = torch.from_numpy(theta)
    single = Covariance(COLUMNS, layout, values, 2.5)
    k = single.between(x, x)
    groups = layout.groups
    distance, scale, noise = (
        [start, *values[groups[name]].exp().tolist()]
        for name, start in (("task_distance", 0.0), ("task_scale", 1.0), ("task_noise", float(single.noise)))
    )
    for i, t in enumerate(x[:, -1].int().tolist()):
        for j, u in enumerate(x[:, -1].int().tolist()):
            together = 1.0 if t == u else math.exp(-distance[t] - distance[u])
            k[i, j] *= together * math.sqrt(scale[t] * scale[u])
            k[i, j] += OFFSET_VARIANCE * (t == u > 0) + noise[t] * (i == j)
    return k


def test_the_density_is_normal_with_the_prior_of_the_hyperparameters() -> None:
    problem, layout, x, y = density()
    theta = settings(layout)
    mean = torch.full_like(y, theta[-1])
    likelihood = MultivariateNormal(mean, by_hand(layout, theta, x)).log_prob(y).item()
    assert problem(theta)[0] == pytest.approx(-(likelihood + layout.log_prior(theta)[0]), rel=1e-6)


def test_predictions_use_the_covariance_that_was_fitted() -> None:
    _, layout, x, _ = density()
    theta = settings(layout)
    values = torch.from_numpy(theta)
    covariance = TaskCovariance(Covariance(COLUMNS, layout, values, 2.5), layout, values)
    noisy = covariance.noisy(x, covariance.features(x))
    torch.testing.assert_close(noisy, by_hand(layout, theta, x), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("has_known_noise", [False, True])
def test_the_gradient_of_the_density_is_that_of_finite_differences(has_known_noise: bool) -> None:
    noise = np.full(78, np.nan)
    noise[[1, 10, 60]] = 0.3
    problem, layout, _, _ = density(noise if has_known_noise else None)
    theta = settings(layout)
    _, gradient = problem(theta)
    for column in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[column]
        slope = (problem(theta + step)[0] - problem(theta - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, rel=1e-4, abs=1e-4)


CONTEXTS = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"], "role": "context"},
        {"name": "c", "type": "num", "lb": 0, "ub": 9, "role": "context"},
    ]
)


def test_in_a_space_with_contexts_the_density_keeps_its_gradient() -> None:
    columns, contexts = Columns(CONTEXTS), context_columns(CONTEXTS)
    layout = RECIPE._layout(columns, TARGET, 2, contexts)
    x, y, _ = stacked([TARGET, *TARGET.related])
    offset = OffsetCorrelation(CONTEXTS, contexts).between(x, x).numpy()
    numeric, codes = (part.numpy() for part in columns.split(x))
    problem = TaskLogPosterior(layout, numeric, codes, y.numpy(), 2.5, None, offset, x[:, -1].numpy())
    theta = settings(layout)
    _, gradient = problem(theta)
    for column in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[column]
        slope = (problem(theta + step)[0] - problem(theta - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, rel=1e-4, abs=1e-4)


def test_in_a_space_with_contexts_predictions_have_the_gradients_of_differences() -> None:
    model = RECIPE._of_several(TARGET, CONTEXTS, make_generator(0))
    check_model(model, TARGET, CONTEXTS)


def error(model: object) -> float:
    """Squared error of predictions of the target, in units of its variance."""
    truth = function(AT)
    y = function(data(8).x)
    assert isinstance(model, AugmentedProcess) or hasattr(model, "means")
    return float((model.means(AT) * y.std() + y.mean() - truth).square().mean() / truth.var())


def test_a_related_task_teaches_what_few_observations_do_not() -> None:
    with_it = RECIPE.fit(replace(data(8), related=(related(40),)), SPACE, generator=make_generator(0))
    without = RECIPE.fit(data(8), SPACE, generator=make_generator(0))
    assert error(with_it) < 0.3 * error(without)
    assert correlation(with_it)[0] > 0.8


def test_an_unrelated_task_loses_its_correlation() -> None:
    both = replace(data(24), related=(unrelated(40),))
    model = RECIPE._of_several(both, SPACE, make_generator(0))
    assert correlation(model)[0] < 0.4


@pytest.mark.parametrize("seed", range(3, 8))
def test_where_the_tasks_do_not_help_the_model_is_that_of_the_target_alone(seed: int) -> None:
    alone = data(24, seed=seed)
    model = RECIPE.fit(replace(alone, related=(unrelated(40),)), SPACE, generator=make_generator(0))
    single = RECIPE.of.fit(alone, SPACE, generator=make_generator(0))
    assert not isinstance(model, FromRelated)
    torch.testing.assert_close(model.marginals(AT), single.marginals(AT), rtol=0, atol=0)


@pytest.mark.parametrize("seed", range(3, 8))
def test_where_the_tasks_help_the_model_says_how_near_they_are(seed: int) -> None:
    both = replace(data(8, seed=seed), related=(related(40),))
    model = RECIPE.fit(both, SPACE, generator=make_generator(0))
    assert isinstance(model, FromRelated)
    assert model.correlations.tolist() == correlation(model)


def test_of_several_tasks_the_related_one_is_found() -> None:
    tasks = replace(data(24), related=(unrelated(30), related(30)))
    far, near = correlation(RECIPE._of_several(tasks, SPACE, make_generator(0)))
    assert near > 0.8
    assert far < 0.5


def test_another_offset_and_scale_of_the_values_do_not_matter() -> None:
    moved = related(40)
    moved = moved.with_y(0.4 * moved.y + 1.0)
    model = RECIPE.fit(replace(data(8), related=(moved,)), SPACE, generator=make_generator(0))
    assert correlation(model)[0] > 0.7
    assert error(model) < 0.3


def test_noise_of_a_related_task_is_its_own() -> None:
    noisy = related(60)
    noise = torch.randn(60, 1, generator=make_generator("noise"), dtype=torch.float64)
    tasks = replace(data(20), related=(noisy.with_y(noisy.y + noise),))
    model = RECIPE._of_several(tasks, SPACE, make_generator(0))
    assert isinstance(model.covariance, TaskCovariance)
    own, of_related = model.covariance.noises.tolist()
    assert own < 0.2 < of_related


def test_without_related_tasks_it_is_the_process_of_one_task() -> None:
    model = RECIPE.fit(data(12), SPACE, generator=make_generator(0))
    single = RECIPE.of.fit(data(12), SPACE, generator=make_generator(0))
    torch.testing.assert_close(model.marginals(AT), single.marginals(AT), rtol=0, atol=0)


def test_only_the_observations_of_the_target_are_left_out_one_by_one() -> None:
    model = RECIPE._of_several(TARGET, SPACE, make_generator(0))
    y, left_out, variance = model.leave_one_out()
    torch.testing.assert_close(y, TARGET.y[:, 0])
    assert len(left_out) == len(variance) == 8


def test_at_most_so_many_observations_of_related_tasks_are_taken() -> None:
    many = replace(data(8), related=(related(50), unrelated(50)))
    model = MultitaskGP(max_related=20)._of_several(many, SPACE, make_generator(0))
    assert torch.bincount(model.x[:, -1].long()).tolist() == [8, 10, 10]


def test_failed_evaluations_of_a_related_task_are_left_out() -> None:
    task = related(20)
    y = task.y.clone()
    y[:5] = torch.nan
    model = RECIPE._of_several(replace(data(8), related=(task.with_y(y),)), SPACE, make_generator(0))
    assert len(model.x) == 8 + 15
    assert torch.isfinite(model.means(AT)).all()


def test_a_surrogate_that_would_ignore_related_tasks_refuses_them() -> None:
    with pytest.raises(IncompatibleError, match="WarpedGP would ignore the related tasks"):
        WarpedGP().fit(TARGET, SPACE, generator=make_generator(0))


class _Told(MultitaskGP):
    """The same, with a related task beside all data."""

    def _fit(self, data, space, *, generator):  # type: ignore[no-untyped-def]  # as the base class
        beside = space.sample(20, generator=make_generator("beside"))
        values = torch.linspace(-1, 1, 20, dtype=torch.float64).unsqueeze(-1)
        return self._of_several(replace(data, related=(Data(beside, values),)), space, generator)


def test_a_process_of_several_tasks_keeps_the_contract_of_a_surrogate() -> None:
    check_surrogate(_Told(), SPACE)
