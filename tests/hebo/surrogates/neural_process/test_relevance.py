from dataclasses import replace

import torch
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.surrogates.neural_process.embedding import Points
from hebo.surrogates.neural_process.relevance import scores


def test_the_score_of_a_column_is_a_ratio_of_mean_squared_differences(tasks):
    context, y = tasks.context, tasks.y
    apart = (y.unsqueeze(2) - y.unsqueeze(1)).square()
    moved = (context.numeric[..., 0].unsqueeze(2) - context.numeric[..., 0].unsqueeze(1)).square()
    expected = ((apart * moved).sum((1, 2)) / moved.sum((1, 2)) / apart.mean((1, 2))).log() / 4
    assert_close(scores(context, y)[:, 0, 0], expected, rtol=1e-4, atol=1e-4)
    differ = (context.codes[..., 0].unsqueeze(2) != context.codes[..., 0].unsqueeze(1)).double()
    of_category = ((apart * differ).sum((1, 2)) / differ.sum((1, 2)) / apart.mean((1, 2))).log() / 4
    assert_close(scores(context, y)[:, 3, 0], of_category, rtol=1e-4, atol=1e-4)


def test_a_column_that_values_depend_on_has_the_larger_score():
    x = torch.rand(8, 40, 2, generator=make_generator(0), dtype=torch.float64)
    y = torch.sin(5 * x[..., 1])
    found = scores(Points(x, x[..., :0], (0, 0), ()), (y - y.mean(1, keepdim=True)) / y.std(1, keepdim=True))
    assert (found[:, 1] > found[:, 0]).all()


def test_scores_are_finite_without_anything_to_go_by(tasks):
    same = replace(tasks.context, numeric=0.5 * torch.ones_like(tasks.context.numeric))
    for context, y in ((same, tasks.y), (tasks.context, torch.zeros_like(tasks.y))):
        assert torch.isfinite(scores(context, y)).all()


def test_weights_go_with_their_columns_and_stay_within_bounds(network, tasks):
    weights = network.relevance(tasks.context, tasks.y)
    assert weights.shape == (2, 2, 5)
    assert ((weights > 0.018) & (weights < 55)).all()
    turned = replace(tasks.context, numeric=tasks.context.numeric.flip(-1), levels=tasks.context.levels[::-1])
    assert_close(network.relevance(turned, tasks.y)[..., :3], weights[..., :3].flip(-1))
