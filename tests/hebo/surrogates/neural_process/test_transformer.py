from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from hebo.random import make_generator, seeded
from hebo.surrogates.neural_process.embedding import Signs
from hebo.surrogates.neural_process.transformer import Architecture, Transformer, network_of


def with_rows(points, rows):
    return replace(points, numeric=points.numeric[:, rows], codes=points.codes[:, rows])


def test_the_order_of_observations_does_not_matter(network, tasks):
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    one = network(tasks.context, tasks.y, tasks.queries, tasks.signs)
    two = network(with_rows(tasks.context, order), tasks.y[:, order], tasks.queries, tasks.signs)
    assert_close(one.log_p, two.log_p)
    assert_close(one.log_noise_sd, two.log_noise_sd)


def test_columns_in_another_order_with_their_signs_are_the_same(network, tasks):
    def turned(points):
        return replace(
            points,
            numeric=points.numeric.flip(-1),
            codes=points.codes.flip(-1),
            levels=points.levels[::-1],
            categories=points.categories[::-1],
        )

    columns = torch.cat([tasks.signs.columns[:, :3].flip(1), tasks.signs.columns[:, 3:].flip(1)], 1)
    signs = Signs(columns, tasks.signs.categories.flip(1))
    one = network(tasks.context, tasks.y, tasks.queries, tasks.signs)
    two = network(turned(tasks.context), tasks.y, turned(tasks.queries), signs)
    assert_close(one.log_p, two.log_p)


def test_signs_tell_columns_apart(network, tasks):
    other = Signs.draw(2, 3, tasks.categories, 4, make_generator("others")).to(tasks.y)
    one, two = (network(tasks.context, tasks.y, tasks.queries, signs) for signs in (tasks.signs, other))
    assert not torch.allclose(one.log_p, two.log_p)


def test_queries_do_not_see_one_another(network, tasks):
    whole = network(tasks.context, tasks.y, tasks.queries, tasks.signs).log_p
    single = network(tasks.context, tasks.y, with_rows(tasks.queries, [3]), tasks.signs).log_p
    assert_close(whole[:, 3:4], single)


def test_kept_keys_predict_what_one_pass_predicts(network, tasks):
    at_once = network(tasks.context, tasks.y, tasks.queries, tasks.signs)
    kept = network.encode(tasks.context, tasks.y, tasks.signs)
    later = network.predict(kept, tasks.queries)
    assert_close(at_once.log_p, later.log_p)
    assert_close(at_once.log_noise_sd, later.log_noise_sd)


def test_predictions_are_distributions_that_depend_on_all_that_is_told(network, tasks):
    log_p = network(tasks.context, tasks.y, tasks.queries, tasks.signs).log_p
    assert_close(log_p.exp().sum(-1), torch.ones(2, 5, dtype=torch.float64))
    moved = replace(tasks.context, codes=(tasks.context.codes + 1) % torch.tensor(tasks.categories))
    leveled = replace(tasks.context, levels=(0, 0, 0)), replace(tasks.queries, levels=(0, 0, 0))
    for other in (
        network(moved, tasks.y, tasks.queries, tasks.signs),
        network(tasks.context, -tasks.y, tasks.queries, tasks.signs),
        network(leveled[0], tasks.y, leveled[1], tasks.signs),
    ):
        assert (other.log_p - log_p).abs().max() > 1e-3


def test_values_far_out_count_as_the_largest_ones(network, tasks):
    def at(value):
        y = torch.cat([tasks.y[:, :-1], torch.full((2, 1), value, dtype=torch.float64)], 1)
        return network.encode(tasks.context, y, tasks.signs).keys[-1]

    # The first layer alone: columns are weighted by the values as they are.
    assert torch.isfinite(at(1e6)).all()
    assert_close(
        network._values(torch.tensor([[9.0]]).double()), network._values(torch.tensor([[1e6]]).double())
    )


def test_a_network_before_training_predicts_the_law_that_its_bars_have():
    with seeded(make_generator(0)):
        fresh = network_of({"n_bars": 64, "width": 16, "n_layers": 1, "n_heads": 2, "mlp": 8})
    assert isinstance(fresh, Transformer)
    assert fresh.architecture == Architecture(n_bars=64, width=16, n_layers=1, n_heads=2, mlp=8)
    assert fresh.bars.borders.shape == (65,)


def test_heads_divide_the_width():
    with pytest.raises(ValueError, match="width=10 is no multiple of n_heads=4"):
        Architecture(width=10)
