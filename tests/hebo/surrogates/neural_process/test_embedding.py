from dataclasses import replace

import torch
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.surrogates.neural_process.embedding import Signs, coordinates, squared_distances


def test_signs_are_unit_vectors_of_columns_and_categories():
    signs = Signs.draw(3, 2, (4, 2), 8, make_generator(0))
    assert signs.columns.shape == (3, 4, 8)
    assert signs.categories.shape == (3, 2, 4, 8)
    assert_close(signs.columns.norm(dim=-1), torch.ones(3, 4))
    assert_close(signs.categories.norm(dim=-1), torch.ones(3, 2, 4))


def test_signs_without_categories_have_an_empty_table():
    signs = Signs.draw(2, 3, (), 8, make_generator(0))
    assert signs.columns.shape == (2, 3, 8)
    assert signs.categories.shape[:2] == (2, 0)
    assert signs.repeated(3).columns.shape == (6, 3, 8)


def test_distances_are_mean_squares_over_columns_and_half_for_another_category(tasks):
    a, b = tasks.queries, tasks.context
    numeric = (a.numeric.unsqueeze(2) - b.numeric.unsqueeze(1)).square()
    differ = 0.5 * (a.codes.unsqueeze(2) != b.codes.unsqueeze(1)).double()
    per_column = torch.cat([numeric, differ], -1)
    assert_close(squared_distances(a, b), per_column.mean(-1))
    weights = torch.rand(2, 3, 5, generator=make_generator(0), dtype=torch.float64)
    expected = torch.einsum("tbnd,thd->thbn", per_column, weights) / 5
    assert_close(squared_distances(a, b, weights), expected)


def test_coordinates_name_the_column_of_each_number(tasks):
    x, columns = coordinates(tasks.context)
    assert columns.tolist() == [0, 1, 2, 3, 3, 3, 4, 4]
    assert x.shape == (2, 7, 8)
    assert_close(x[..., 3:6].sum(-1), torch.full((2, 7), 0.5, dtype=torch.float64))


def test_an_embedding_is_the_sum_of_what_columns_add(network, tasks):
    """Columns that are left out one by one: the sum over columns of differences is that of all, rescaled."""
    embedding, points, signs = network.embedding, tasks.context, tasks.signs

    def of(columns):
        numeric = [one for one in columns if one < 3]
        codes = [one - 3 for one in columns if one >= 3]
        part = replace(
            points,
            numeric=points.numeric[..., numeric],
            codes=points.codes[..., codes],
            levels=tuple(points.levels[one] for one in numeric),
            categories=tuple(points.categories[one] for one in codes),
        )
        few = Signs(signs.columns[:, columns], signs.categories[:, codes])
        return (embedding(part, few) - embedding.out.bias) * len(columns) ** 0.5

    assert_close(sum(of([one]) for one in range(5)), of(list(range(5))))
