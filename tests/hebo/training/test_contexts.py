import pytest
import torch
from pydantic import ValidationError

from hebo.random import make_generator
from hebo.training.contexts import Contexts, Shapes
from hebo.training.tasks import Columns


class Peak:
    """A cone with its top at 0.7 in all numeric columns and category 1."""

    def __init__(self, noise=0.0):
        self.noise = noise

    def __call__(self, x):
        return -(x[..., :2] - 0.7).abs().sum(-1) - (x[..., 2] != 1).float()

    def noise_sd(self, x):
        return torch.full_like(x[..., 0], self.noise)


COLUMNS = Columns(levels=(0, 11), categories=(3,))


def batch(bo_like, noise=0.0, n=40, **settings):
    contexts = Contexts(bo_like=bo_like, **settings)
    return contexts.batch(Peak(noise), COLUMNS, 64, n, 30, generator=make_generator("contexts"))


def test_points_of_bo_like_contexts_gather_where_values_are_good():
    uniform, near = batch(0.0), batch(1.0)
    distances = [(one.x[..., 0] - 0.7).abs().mean() for one in (uniform, near)]
    assert distances[1] < 0.92 * distances[0]
    assert (near.x[..., 2] == 1).float().mean() > 0.5 > (uniform.x[..., 2] == 1).float().mean()
    gaps = [(one.query_x[..., 0] - 0.7).abs().mean() for one in (uniform, near)]
    assert gaps[1] < 0.92 * gaps[0]


def test_all_points_have_values_of_their_columns():
    found = batch(1.0)
    points = torch.cat([found.x, found.query_x], 1)
    assert points.min() >= 0
    assert points[..., :2].max() <= 1
    assert torch.equal(points, COLUMNS.snapped(points))
    assert set(points[..., 2].unique().tolist()) == {0.0, 1.0, 2.0}


@pytest.mark.parametrize("n", [2, 3, 5, 17])
def test_contexts_have_the_size_asked_for(n):
    found = batch(1.0, n=n)
    assert found.x.shape == (64, n, 3)
    assert found.y.shape == (64, n)
    assert found.query_x.shape == (64, 30, 3)


def test_noise_is_on_the_observed_values_alone():
    found = batch(0.0, noise=0.5)
    apart = (found.query_y - found.query_f) / found.query_noise
    assert abs(float(apart.std()) - 1) < 0.1
    exact = batch(0.0)
    assert torch.equal(exact.query_y, exact.query_f)


def test_shapes_are_within_their_ranges_and_have_all_kinds_of_columns():
    shapes = Shapes(n_columns=(2, 5), n_context=(3, 20), mixed=0.5, max_categories=4)
    generator = make_generator("shapes")
    columns = [shapes.draw_columns(generator) for _ in range(400)]
    sizes = [shapes.draw_context(generator) for _ in range(400)]
    assert {one.n for one in columns} == {2, 3, 4, 5}
    assert {min(sizes), max(sizes)} == {3, 20}
    levels = [level for one in columns for level in one.levels]
    assert 0 in levels
    assert 2 <= min(level for level in levels if level) <= max(levels) <= 16
    categories = [count for one in columns for count in one.categories]
    assert {min(categories), max(categories)} == {2, 4}
    assert any(not one.levels for one in columns)


def test_shapes_without_mixed_columns_are_continuous():
    generator = make_generator("shapes")
    shapes = Shapes(mixed=0.0)
    assert all(set(shapes.draw_columns(generator).levels) == {0} for _ in range(50))


@pytest.mark.parametrize(
    ("recipe", "settings", "message"),
    [
        (Shapes, {"n_columns": (3, 2)}, r"n_columns: \[3, 2\] is empty"),
        (Shapes, {"n_context": (9, 3)}, r"n_context: \[9, 3\] is empty"),
        (Shapes, {"n_context": (1, 3)}, "greater than or equal to 2"),
        (Contexts, {"radius": (0.5, 0.1)}, r"radius: \[0.5, 0.1\] is empty"),
        (Contexts, {"bo_like": 1.5}, "less than or equal to 1"),
    ],
)
def test_impossible_settings_are_refused(recipe, settings, message):
    with pytest.raises(ValidationError, match=message):
        recipe(**settings)
