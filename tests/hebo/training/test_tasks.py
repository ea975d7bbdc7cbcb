import torch
from torch.testing import assert_close

from hebo.random import make_generator
from hebo.training.tasks import Columns, TaskBatch


def test_uniform_points_have_values_of_their_columns():
    columns = Columns(levels=(0, 3), categories=(4,))
    x = columns.uniform(2, 500, generator=make_generator(0))
    assert x.shape == (2, 500, 3)
    assert 0 <= x[..., 0].min() < 0.05
    assert set(x[..., 1].unique().tolist()) == {0.0, 0.5, 1.0}
    assert set(x[..., 2].unique().tolist()) == {0.0, 1.0, 2.0, 3.0}


def test_snapped_points_stay_in_the_cube_and_keep_their_categories():
    columns = Columns(levels=(0, 2), categories=(3,))
    found = columns.snapped(torch.tensor([[1.5, 0.4, 2.0], [-1.0, 0.6, 1.0]]))
    assert_close(found, torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0]]))


def test_values_are_in_units_of_the_context():
    y = torch.tensor([[1.0, 3.0], [5.0, 5.0]])
    one = torch.ones(2, 1)
    x = torch.zeros(2, 2, 1)
    batch = TaskBatch(Columns((0,)), x, y, x[:, :1], 4 * one, 6 * one, 2 * one).standardized()
    assert_close(batch.y, torch.tensor([[-1.0, 1.0], [0.0, 0.0]]))
    assert_close(batch.query_f, torch.tensor([[2.0], [-1.0]]))  # equal values are only centered
    assert_close(batch.query_noise, torch.tensor([[2.0], [2.0]]))
