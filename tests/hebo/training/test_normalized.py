"""Tests of `hebo.training.normalized`."""

from __future__ import annotations

import pytest
import torch
from scipy import stats
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.training.contexts import Contexts
from hebo.training.normalized import _likeliest, _powered, _signs_and_logs, normalized
from hebo.training.priors.gaussian_processes import GaussianProcesses
from hebo.training.priors.wrappers import Skewed
from hebo.training.tasks import Columns, TaskBatch


def tasks(n: int = 25) -> TaskBatch:
    generator, columns = make_generator("normalized"), Columns((0, 0))
    prior = Skewed(of=GaussianProcesses(n_features=64), share=1.0)
    return Contexts().batch(
        prior.draw(40, columns, generator=generator), columns, 40, n, 12, generator=generator
    )


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_contexts_have_no_mean_and_the_spread_of_a_sample(share: float) -> None:
    found = normalized(tasks(), share, generator=make_generator(0))
    assert_close(found.y.mean(-1), torch.zeros(40, dtype=torch.float64))
    assert_close(found.y.std(-1), torch.ones(40, dtype=torch.float64))
    assert bool(torch.isfinite(found.query_y).all())


def test_without_a_power_only_the_unit_changes() -> None:
    batch = tasks()
    found = normalized(batch, 0.0, generator=make_generator(0))
    assert_close(found.query_f, batch.query_f.double() * (24 / 25) ** 0.5, rtol=1e-4, atol=1e-5)


def test_the_order_of_values_stays() -> None:
    batch = tasks()
    found = normalized(batch, 1.0, generator=make_generator(0))
    assert torch.equal(found.y.argsort(-1), batch.y.argsort(-1))


def test_contexts_look_more_normal() -> None:
    batch = tasks()
    found = normalized(batch, 1.0, generator=make_generator(0))
    before, after = (abs(stats.skew(one.numpy(), axis=-1)).mean() for one in (batch.y, found.y))
    assert after < 0.5 * before


@pytest.mark.parametrize("is_positive", [True, False])
def test_powers_are_those_of_box_cox_and_yeo_johnson(is_positive: bool) -> None:
    cost = torch.randn(1, 60, generator=make_generator("costs"), dtype=torch.float64)
    cost = cost.exp() if is_positive else cost**3
    sign, log = _signs_and_logs(cost, torch.tensor([[is_positive]]))
    power = _likeliest(sign, log)
    name = "boxcox" if is_positive else "yeojohnson"
    assert power.item() == pytest.approx(
        getattr(stats, f"{name}_normmax")(cost[0].numpy(), brack=(-2, 2)), abs=0.11
    )
    expected = getattr(stats, name)(cost[0].numpy(), power.item())
    assert_close(_powered(sign, log, power)[0], torch.from_numpy(expected), rtol=2e-3, atol=2e-3)
