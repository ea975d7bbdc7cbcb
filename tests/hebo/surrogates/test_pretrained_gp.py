"""Tests of `hebo.surrogates.pretrained_gp`: what is learned from earlier tasks, and when it is not used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from pretend_device import PretendDevice
from torch import Tensor

from hebo.abilities import FromRelated
from hebo.acq_optimizers.random import RandomSubset
from hebo.acquisitions.improvement import LogEI
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import counting_fallbacks
from hebo.presets import HEBOTransfer, bayes_opt
from hebo.random import make_generator
from hebo.surrogates.learned_prior import lesson, pretrained
from hebo.surrogates.pretrained_covariance import PretrainedProcess
from hebo.surrogates.pretrained_gp import PretrainedGP
from hebo.surrogates.warped_gp import WarpedGP
from hebo.testing.surrogates import check_surrogate
from hebo.transforms.power import Standardize

SPACE = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1, "ub": 2},
        {"name": "b", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "c", "type": "int", "lb": 0, "ub": 20},
    ]
)
RECIPE = PretrainedGP()
AT = SPACE.sample(80, generator=make_generator("test"))
EARLIER = range(6)


def function(x: Tensor, task: int) -> Tensor:
    """What all tasks have in common, and a deviation along one direction that each has in part."""
    common = (2 * x[:, 0]).sin() + 0.4 * x[:, 1] - 0.1 * x[:, 2]
    share = torch.rand(1, generator=make_generator("share", task)).item() - 0.5
    return common + share * (x[:, 0] + 0.3 * x[:, 2]).cos()


def data(n: int, task: int, seed: int = 0, *, sign: float = 1.0) -> Data:
    """Standardized values of a task at random points."""
    x = SPACE.sample(n, generator=make_generator(seed, task), method="random")
    y = sign * function(x, task)
    return Data(x, ((y - y.mean()) / y.std(correction=0)).unsqueeze(-1))


def with_earlier(target: Data, *, sign: float = 1.0, n: int = 40) -> Data:
    return replace(target, related=tuple(data(n, task, sign=sign) for task in EARLIER))


def error(model: Any, target: Data, task: int) -> float:
    """Squared error of predictions of a task, in units of its variance."""
    truth, told = function(AT, task), function(target.x, task)
    predicted = model.means(AT) * told.std(correction=0) + told.mean()
    return float((predicted - truth).square().mean() / truth.var())


def learned(target: Data) -> PretrainedProcess:
    """The process under what was learned, whether it helps or not."""
    what = lesson(RECIPE.of, SPACE, RECIPE._earlier(target), RECIPE.freedom, RECIPE.max_support)
    return RECIPE._of_new_task(replace(target, related=()), SPACE, pretrained(what), make_generator(0))


@pytest.mark.parametrize("task", range(10, 15))
def test_after_three_observations_predictions_are_those_of_the_earlier_tasks(task: int) -> None:
    target = with_earlier(data(3, task))
    alone = RECIPE.of.fit(replace(target, related=()), SPACE, generator=make_generator(0))
    assert error(learned(target), target, task) < 0.5 * error(alone, target, task)


@pytest.mark.parametrize("task", range(10, 15))
def test_the_earlier_tasks_are_made_use_of_where_they_help(task: int) -> None:
    model = RECIPE.fit(with_earlier(data(8, task)), SPACE, generator=make_generator(0))
    assert isinstance(model, PretrainedProcess)


@pytest.mark.parametrize("task", range(10, 13))
def test_where_earlier_tasks_mislead_the_model_is_the_warped_process_and_that_is_counted(task: int) -> None:
    target = data(16, task)
    with counting_fallbacks() as fallbacks:
        model = RECIPE.fit(replace(target, related=noise()), SPACE, generator=make_generator(0))
    single = RECIPE.of.fit(target, SPACE, generator=make_generator(0))
    assert fallbacks == {"earlier tasks mislead": 1}
    assert not isinstance(model, FromRelated)
    torch.testing.assert_close(model.marginals(AT), single.marginals(AT), rtol=0, atol=0)


def noise() -> tuple[Data, ...]:
    """Tasks whose values have nothing to do with the points."""
    tasks = (data(40, task) for task in EARLIER)
    return tuple(
        one.with_y(torch.randn(40, 1, generator=make_generator("noise", place), dtype=torch.float64))
        for place, one in enumerate(tasks)
    )


def test_a_model_says_how_near_the_earlier_tasks_are() -> None:
    model = RECIPE.fit(with_earlier(data(6, 10)), SPACE, generator=make_generator(0))
    assert isinstance(model, FromRelated)
    assert model.correlations.shape == (6,)
    assert bool((model.correlations > 0.7).all())


def test_another_offset_and_scale_of_the_values_do_not_matter() -> None:
    target = data(5, 11)
    moved = replace(
        target, related=tuple(one.with_y(0.01 * one.y + 5.0) for one in with_earlier(target).related)
    )
    models = [learned(one) for one in (moved, with_earlier(target))]
    torch.testing.assert_close(models[0].marginals(AT), models[1].marginals(AT), rtol=1e-4, atol=1e-4)


def test_without_related_tasks_it_is_the_process_of_one_task() -> None:
    model = RECIPE.fit(data(12, 10), SPACE, generator=make_generator(0))
    single = RECIPE.of.fit(data(12, 10), SPACE, generator=make_generator(0))
    torch.testing.assert_close(model.marginals(AT), single.marginals(AT), rtol=0, atol=0)


def test_related_tasks_without_different_values_say_nothing() -> None:
    flat = data(20, 0).with_y(torch.ones(20, 1, dtype=torch.float64))
    model = RECIPE.fit(replace(data(8, 10), related=(flat,)), SPACE, generator=make_generator(0))
    assert type(model) is not PretrainedProcess


def test_one_earlier_task_is_enough_for_a_mean() -> None:
    target = replace(data(4, 10), related=(data(40, 0),))
    assert error(learned(target), target, 10) < 0.4


def test_failed_evaluations_of_a_related_task_are_left_out() -> None:
    target = with_earlier(data(6, 10))
    y = target.related[0].y.clone()
    y[:5] = torch.nan
    some = replace(target, related=(target.related[0].with_y(y), *target.related[1:]))
    assert torch.isfinite(RECIPE.fit(some, SPACE, generator=make_generator(0)).means(AT)).all()
    assert [len(one.x) for one in RECIPE._earlier(some)] == [35, 40, 40, 40, 40, 40]


class _Told(PretrainedGP):
    """The same, with earlier tasks beside all data, and without the choice between two models."""

    def _fit(self, data, space, *, generator):  # type: ignore[no-untyped-def]  # as the base class
        x = space.sample(20, generator=make_generator("beside"))
        values = [torch.linspace(-1, 1, 20, dtype=torch.float64)[:, None], x.double().cos().sum(1)[:, None]]
        tasks = self._earlier(replace(data, related=tuple(Data(x, one) for one in values)))
        known = pretrained(lesson(self.of, space, tasks, self.freedom, self.max_support))
        return self._of_new_task(data, space, known, generator)


def test_the_process_keeps_the_contract_of_a_surrogate_on_every_space() -> None:
    check_surrogate(_Told())


def test_the_preset_of_transfer_takes_it_and_begins_where_the_earlier_tasks_were_good() -> None:
    optimizer = HEBOTransfer(surrogate=RECIPE).build(SPACE, seed=0)
    for one in with_earlier(data(3, 10)).related:
        optimizer.learn_from(SPACE.decode(one.x), -one.y[:, 0].numpy())
    task, values = 10, []
    for _ in range(6):
        points = optimizer.ask()
        values.append(float(function(SPACE.encode(points), task)))
        optimizer.tell(points, [-values[-1]])
    assert isinstance(optimizer.fit_model(), FromRelated)
    assert max(values) > float(function(AT, task).quantile(0.97))


def asked(seed: int) -> list[dict[str, Any]]:
    """Points of a run in batches of 8, with pending points, failures and a measured constraint."""
    search = {"acq_optimizer": RandomSubset(n_points=64), "acquisition": LogEI()}
    loop = bayes_opt(surrogate=RECIPE, output_transform=Standardize(), **search)
    optimizer = loop.build(SPACE, seed=seed)
    for one in with_earlier(data(3, 10)).related:
        optimizer.learn_from(SPACE.decode(one.x), -one.y[:, 0].numpy())
    points = [optimizer.ask(8), optimizer.ask(8)]
    for told in (points[0], points[1].iloc[:4]):
        values = -function(SPACE.encode(told), 10).numpy()
        values[0] = np.nan
        optimizer.tell(told, values, constraints=(told[["a"]] - 1.5).to_numpy())
    points.append(optimizer.ask(8))
    assert isinstance(optimizer.fit_model(), FromRelated)
    return pd.concat(points).to_dict("records")


def test_batches_pending_points_failures_and_constraints_go_with_it_and_a_seed_repeats_the_points() -> None:
    first = asked(1)
    assert len({tuple(row.values()) for row in first}) == 24
    assert first == asked(1)
    assert first != asked(2)


def test_the_same_seed_has_the_same_model() -> None:
    target = with_earlier(data(7, 10))
    first, second = (RECIPE.fit(target, SPACE, generator=make_generator(4)) for _ in range(2))
    torch.testing.assert_close(first.marginals(AT), second.marginals(AT), rtol=0, atol=0)


def test_the_model_has_the_precision_of_the_data() -> None:
    target = with_earlier(data(8, 10))
    single = replace(target, x=target.x.float(), y=target.y.float(), pending=target.pending.float())
    single = replace(single, better=single.better.float(), worse=single.worse.float())
    means = [learned(one).means(AT.to(one.x)) for one in (target, single)]
    assert means[1].dtype == torch.float32
    torch.testing.assert_close(means[0], means[1].double(), rtol=0.05, atol=0.05)


def test_on_a_device_the_model_is_that_of_the_cpu() -> None:
    target = with_earlier(data(8, 10))
    expected = RECIPE.fit(target, SPACE, generator=make_generator(0)).marginals(AT)
    with PretendDevice():
        there = RECIPE.fit(target.to("cuda"), SPACE, generator=make_generator(0))
        assert isinstance(there, PretrainedProcess)
        found = [one.cpu() for one in there.marginals(AT.to("cuda"))]
        assert there.correlations.device.type == "cuda"
    torch.testing.assert_close(found, list(expected), rtol=0, atol=0)


def test_settings_have_ranges() -> None:
    with pytest.raises(ValueError, match="greater than 0"):
        PretrainedGP(freedom=0.0)
    assert isinstance(PretrainedGP().of, WarpedGP)
