"""Tests of `hebo.surrogates.learned_prior`: functions of earlier tasks, points of support, hyperpriors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.surrogates.hyperparameters import Columns, Layout
from hebo.surrogates.learned_prior import (
    LearnedLayout,
    Lesson,
    _Together,
    density,
    layout_of,
    lesson,
    pretrained,
    standardized,
)
from hebo.surrogates.warped_gp import WarpedGP

SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "ab"])
COLUMNS, RECIPE = Columns(SPACE), WarpedGP(warp=False, smoothness=2.5)
X = SPACE.sample(30, generator=make_generator("points"))


def tasks(n: int = 6, x: Tensor = X) -> list[Data]:
    """Values of functions of the first column alone, which share most of their shape."""
    shares = torch.rand(n, generator=make_generator("shares"), dtype=torch.float64)
    values = [(4 * x[:, 0] + share).sin() + 0.3 * share * x[:, 0] for share in shares]
    return [standardized(Data(x, one.unsqueeze(-1))) for one in values]


def taught(max_support: int = 100) -> Lesson:
    return lesson(RECIPE, SPACE, tasks(), 0.5, max_support)


def test_a_column_that_matters_in_no_task_is_learned_to_be_flat() -> None:
    known = pretrained(taught())
    lengthscale = np.exp(known.earlier.theta[known.earlier.layout.groups["lengthscale"]].numpy())
    assert lengthscale[1] > 3 * lengthscale[0]


def test_what_tasks_have_in_common_leaves_little_to_the_stationary_part() -> None:
    known = pretrained(taught())
    signal = known.theta[layout_of(RECIPE, COLUMNS, 10).groups["signal"]][0]
    alone = known.earlier.theta[known.earlier.layout.groups["signal"]][0]
    assert signal < alone - np.log(2.0)


def test_the_same_lesson_is_learned_once() -> None:
    assert pretrained(taught()) is pretrained(taught())
    assert pretrained(taught()) is not pretrained(taught(50))


def test_the_posterior_of_several_tasks_counts_the_prior_once_and_has_its_gradient() -> None:
    layout = RECIPE._layout(COLUMNS, 10)
    each = [density(RECIPE, layout, COLUMNS, task) for task in tasks(3)]
    together = _Together(each)
    theta = layout.starts(2, generator=make_generator(3), scatter=0.5)[1]
    value, gradient = together(theta)
    likelihoods = [one(theta)[0] + layout.log_prior(theta)[0] for one in each]
    assert value == pytest.approx(sum(likelihoods) - layout.log_prior(theta)[0])
    for column in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[column]
        slope = (together(theta + step)[0] - together(theta - step)[0]) / 2e-5
        assert gradient[column] == pytest.approx(slope, rel=1e-4, abs=1e-4)


def test_a_learned_layout_is_centered_at_what_was_learned() -> None:
    usual = layout_of(RECIPE, COLUMNS, 10)
    learned = usual.center + 0.1
    fields = {name: getattr(usual, name) for name in Layout.__dataclass_fields__}
    layout = LearnedLayout(**fields, learned=tuple(learned.tolist()), share=0.5)
    assert layout.center[:-1] == pytest.approx(learned[:-1])
    assert layout.center[-1] == 0.0
    assert layout.spread[:-1] == pytest.approx(0.5 * usual.spread[:-1])
    assert layout.spread[-1] == usual.spread[-1]
    first, second = layout.starts(2, generator=make_generator(0), scatter=0.1)
    assert first == pytest.approx(layout.center)
    assert not np.allclose(first, second)
    step = np.eye(layout.size)[0]
    density_there = layout.log_prior(layout.center + 0.3 * step)[0]
    assert density_there == pytest.approx(usual.log_prior(usual.center + 0.6 * step)[0])


def test_standardized_values_keep_their_known_variances_in_proportion() -> None:
    y = torch.tensor([[1.0], [3.0], [5.0]], dtype=torch.float64)
    task = standardized(Data(X[:3], y, y_var=torch.full_like(y, 0.8)))
    assert task.y[:, 0].tolist() == pytest.approx([-(1.5**0.5), 0.0, 1.5**0.5])
    assert task.y_var is not None
    assert task.y_var[0].item() == pytest.approx(0.8 / (8 / 3))


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_values_of_any_size_have_unit_variance(size: float) -> None:
    y = size * torch.linspace(1, 2, 5, dtype=torch.float64).unsqueeze(-1)
    found = standardized(Data(X[:5], y))
    assert float(found.y.mean()) == pytest.approx(0, abs=1e-12)
    assert float(found.y.square().mean()) == pytest.approx(1)
