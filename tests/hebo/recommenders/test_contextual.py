"""Tests of `hebo.recommenders.contextual`."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.presets import HEBORecipe
from hebo.recommenders.context_offsets import context_offsets
from hebo.recommenders.contextual import Contextual, without_offsets
from hebo.recommenders.random import RandomSearch
from hebo.request import Request

NUMBERS = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"]
PLAIN = DesignSpace().parse(NUMBERS)
MACHINES = DesignSpace().parse(
    [*NUMBERS, {"name": "machine", "type": "cat", "categories": ["u", "v", "w"], "role": "context"}]
)
DAYS = DesignSpace().parse([*NUMBERS, {"name": "day", "type": "num", "lb": 0, "ub": 9, "role": "context"}])


def request(data: Data, space: DesignSpace = MACHINES) -> Request:
    return Request(1, data, space, space, iteration=3, n_asked=len(data.x), seed=0)


def function(x: Tensor) -> Tensor:
    return -4 * (x[:, :2] - 0.4).square().sum(1, keepdim=True)


def observed(offset: float, n: int = 24, space: DesignSpace = MACHINES) -> Data:
    """Values in two contexts in turn (or in as many as there are points), the same but for an offset."""
    x = space.sample(n, generator=torch.Generator().manual_seed(0))
    if space is MACHINES:
        x[:, 2] = torch.arange(n) % 2
    return Data(x, function(x) + offset * x[:, 2:])


@pytest.mark.parametrize("offset", [0.0, 5.0, -5.0, 1000.0])
def test_what_is_left_is_the_function_up_to_a_constant(offset: float) -> None:
    data = observed(offset)
    left = without_offsets(request(data)).data.y - function(data.x)
    of_u, of_v = left[::2], left[1::2]
    torch.testing.assert_close(of_u, of_u[:1].expand_as(of_u), rtol=0, atol=1e-6)
    assert abs(float(of_u[0] - of_v[0])) < max(0.3, 0.001 * abs(offset))


def test_a_trend_of_a_numeric_context_is_removed() -> None:
    data = observed(2.0, n=30, space=DAYS)
    left = without_offsets(request(data, DAYS)).data.y - function(data.x)
    assert float(left.std()) < 0.2 * float((2.0 * data.x[:, 2]).std())


def test_better_points_of_a_later_context_are_not_taken_for_an_offset() -> None:
    data = observed(5.0)
    later = data.x[1::2].clone()
    later[:, :2] = 0.4 + 0.1 * (later[:, :2] - 0.5)
    x = torch.cat([data.x[::2], later])
    y = function(x) + 5.0 * x[:, 2:]
    left = without_offsets(request(Data(x, y))).data.y - function(x)
    by_means = float(y[12:].mean() - y[:12].mean()) - 5.0
    by_model = float(left[-1] - left[0])
    assert abs(by_model) < 0.5 * abs(by_means)


def test_failed_values_stay_so_and_all_else_goes_along() -> None:
    data = observed(5.0)
    y = data.y.clone()
    y[3] = torch.nan
    data = replace(
        data.with_y(y, torch.full_like(y, 0.01)), constraints=torch.ones_like(y), pending=data.x[:2]
    )
    asked = request(data)
    left = without_offsets(asked)
    assert left.data.failed.tolist() == data.failed.tolist()
    assert left.data.y_var is data.y_var
    assert left.data.constraints is data.constraints
    assert left.data.pending is data.pending
    assert left.generator is asked.generator


def test_related_tasks_lose_offsets_of_their_own() -> None:
    data = replace(observed(5.0), related=(observed(-20.0, n=12),))
    left = without_offsets(request(data)).data
    assert len(left.related) == 1
    rest = (left.related[0].y - function(left.related[0].x)).squeeze(1)
    assert float((rest[::2].mean() - rest[1::2].mean()).abs()) < 0.5


def test_slopes_lose_those_of_the_offset() -> None:
    data = observed(2.0, n=30, space=DAYS)
    slopes = torch.cat([-8 * (data.x[:, :2] - 0.4), torch.full_like(data.x[:, 2:], 2.0)], dim=1)
    left = without_offsets(request(replace(data, gradients=slopes), DAYS)).data
    assert left.gradients is not None
    torch.testing.assert_close(left.gradients[:, :2], slopes[:, :2])
    assert float(left.gradients[:, 2].abs().mean()) < 0.8
    named = replace(observed(5.0), gradients=torch.ones(24, 3, dtype=torch.float64))
    assert without_offsets(request(named)).data.gradients.tolist() == named.gradients.tolist()


def test_each_objective_has_offsets_of_its_own() -> None:
    data = observed(5.0)
    both = data.with_y(torch.cat([data.y, function(data.x)], dim=1))
    left = without_offsets(request(both)).data.y
    alone = without_offsets(request(data)).data.y
    torch.testing.assert_close(left[:, :1], alone)
    changed = (left[:, 1:] - function(data.x)).squeeze(1)
    assert float((changed[::2].mean() - changed[1::2].mean()).abs()) < 0.3


def test_nothing_changes_without_contexts_or_with_one_of_them() -> None:
    x = PLAIN.sample(9, generator=torch.Generator().manual_seed(0))
    plain = request(Data(x, function(x)), PLAIN)
    assert without_offsets(plain) is plain
    one = observed(5.0)
    one = request(one.rows(one.x[:, 2] == 0))
    assert without_offsets(one) is one
    equal = request(observed(0.0).with_y(torch.ones(24, 1, dtype=torch.float64)))
    assert without_offsets(equal).data.y.tolist() == equal.data.y.tolist()


def test_any_recommender_can_be_inside() -> None:
    optimizer = Contextual(of=RandomSearch()).build(MACHINES, seed=0)
    for machine in "uvu":
        points = optimizer.ask(fixed={"machine": machine})
        optimizer.tell(points, [1.0 + "uvw".index(machine)])
    assert len(optimizer.data.x) == 3


def test_models_are_those_of_values_without_offsets() -> None:
    optimizer = HEBORecipe(n_initial=4).build(MACHINES, seed=0)
    data = observed(100.0)
    optimizer.tell(MACHINES.decode(data.x), -data.y[:, 0].numpy())
    model = optimizer.fit_model()
    x = data.x[:2].clone()
    x[:, :2] = 0.4
    means = model.posterior(x).mean.detach()
    assert float((means[0] - means[1]).abs()) < 0.5


def test_recommendations_are_predicted_with_the_offset_of_their_context() -> None:
    optimizer = HEBORecipe(n_initial=4).build(MACHINES, seed=0)
    data = observed(50.0)
    optimizer.tell(MACHINES.decode(data.x), -data.y[:, 0].numpy())
    found = {machine: optimizer.recommendation({"machine": machine}) for machine in "uvw"}
    for machine, least in (("u", 0.0), ("v", -50.0)):
        one = found[machine]
        assert one.mean is not None
        assert one.low is not None
        assert one.high is not None
        assert one.mean == pytest.approx(least, abs=0.5)
        assert one.high - one.low < 2.0
    unseen = found["w"]
    assert unseen.mean is not None
    assert unseen.low is not None
    assert unseen.high is not None
    assert unseen.low < -40.0 < -10.0 < unseen.high


def test_offsets_are_certain_where_they_were_told_and_vague_elsewhere() -> None:
    found = context_offsets(request(observed(5.0)))
    assert found is not None
    points = torch.tensor([[0.1, 0.2, float(machine)] for machine in range(3)], dtype=torch.float64)
    of_u, of_v, of_w = found[0].variance(points).sqrt().tolist()
    assert max(of_u, of_v) < 0.01
    assert 1.0 < of_w < 10.0
    at = found[0].at(points)
    assert float(at[1] - at[0]) == pytest.approx(5.0, abs=0.5)
    assert float(at[0]) < float(at[2]) < float(at[1])


@pytest.mark.slow
def test_both_of_two_contexts_with_an_offset_are_optimized() -> None:
    reached = 0
    for seed in range(3):
        optimizer = HEBORecipe().build(MACHINES, seed=seed)
        best = {"u": float("inf"), "v": float("inf")}
        for turn in range(20):
            machine = "uv"[turn % 2]
            points = optimizer.ask(fixed={"machine": machine})
            x = MACHINES.encode(points)
            cost = float(-function(x))
            best[machine] = min(best[machine], cost)
            optimizer.tell(points, [cost + 5.0 * (machine == "v")])
        reached += max(best.values()) < 0.05  # one random point in 25 is so good
    assert reached >= 2
