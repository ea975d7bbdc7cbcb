import numpy as np
import pandas as pd
import pytest
import torch
from pydantic import ValidationError

from hebo.errors import DataError
from hebo.random import make_generator
from hebo.training.priors.earlier_tasks import EarlierTasks
from hebo.training.priors.mixture import Mixture
from hebo.training.priors.trees import Trees
from hebo.training.priors.wrappers import Irrelevant, Noisy
from hebo.training.tasks import Columns

SPACE = (
    {"name": "kind", "type": "cat", "categories": ["a", "b"]},
    {"name": "x", "type": "num", "lb": -2.0, "ub": 2.0},
    {"name": "n", "type": "int", "lb": 1, "ub": 3},
)


def table(folder, name, center, rows=60, **columns):
    rng = np.random.default_rng(0)
    x, n = rng.uniform(-2, 2, rows), rng.integers(1, 4, rows)
    kind = rng.choice(["a", "b"], rows)
    loss = (x - center) ** 2 + 0.5 * (kind == "b")
    frame = pd.DataFrame({"x": x, "n": n, "kind": kind, "loss": loss} | columns)
    frame.to_csv(folder / f"{name}.csv", index=False)


def prior(folder, **settings):
    return EarlierTasks(**{"space": SPACE, "files": (str(folder / "*.csv"),), "value": "loss", **settings})


def test_draws_follow_the_tables(tmp_path):
    table(tmp_path, "one", center=1.0)
    found = prior(tmp_path, blend=1)
    assert found.columns == Columns((3, 0), (2,))
    functions = found.draw(8, found.columns, generator=make_generator(0))
    u = torch.linspace(0, 1, 41)
    points = torch.stack([torch.zeros_like(u), u, torch.zeros_like(u)], -1).expand(8, -1, -1)
    best = u[functions(points).argmax(-1)]
    assert (best - 0.75).abs().max() < 0.15, "the best of x is 1.0, at 0.75 of its range"
    other = points.clone()
    other[..., 2] = 1
    assert (functions(points) - functions(other)).mean() > 0.1, "category a has the smaller loss"
    assert torch.equal(functions(points), functions(points))


def test_the_goal_turns_values_around(tmp_path):
    table(tmp_path, "one", center=1.0)
    least, most = (
        prior(tmp_path, blend=1, goal=goal).draw(1, Columns((3, 0), (2,)), generator=make_generator(0))
        for goal in ("minimize", "maximize")
    )
    points = torch.tensor([[[0.5, 0.75, 0.0], [0.5, 0.0, 0.0]]])
    assert least(points)[0, 0] > least(points)[0, 1]
    assert most(points)[0, 0] < most(points)[0, 1]


def test_blends_lie_between_the_tasks(tmp_path):
    table(tmp_path, "one", center=-1.0)
    table(tmp_path, "two", center=1.0)
    found = prior(tmp_path, blend=2).draw(64, Columns((3, 0), (2,)), generator=make_generator(0))
    u = torch.linspace(0, 1, 21)
    points = torch.stack([torch.zeros_like(u), u, torch.zeros_like(u)], -1).expand(64, -1, -1)
    best = u[found(points).argmax(-1)]
    assert best.min() < 0.4
    assert best.max() > 0.6
    assert 0.3 < found(points).std() < 3


def test_priors_around_it_keep_its_columns_and_its_space(tmp_path):
    table(tmp_path, "one", center=0.0)
    inner = prior(tmp_path)
    for outer in (Noisy(of=inner), Irrelevant(of=inner), Mixture(members=(Trees(), inner))):
        assert outer.columns == inner.columns
        assert outer.design_space is not None
    assert Noisy().columns is None
    other = prior(tmp_path, space=SPACE[:2])
    with pytest.raises(ValidationError, match="two of them have tasks of different spaces"):
        Mixture(members=(inner, other))


def test_failed_measurements_are_left_out(tmp_path):
    table(tmp_path, "one", center=0.0)
    path = tmp_path / "one.csv"
    frame = pd.read_csv(path)
    frame["loss"] = frame["loss"].astype(object)
    frame.loc[:4, "loss"] = "failed"
    frame.to_csv(path, index=False)
    functions = prior(tmp_path).draw(2, Columns((3, 0), (2,)), generator=make_generator(0))
    assert torch.isfinite(functions(torch.rand(2, 5, 3, generator=make_generator(1)).round())).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"files": ("nothing/*.csv",)}, "no file matches 'nothing/"),
        ({"value": "accuracy"}, "the column 'accuracy' is missing"),
        ({"space": (*SPACE, {"name": "z", "type": "num", "lb": 0, "ub": 1})}, "the column 'z' is missing"),
        ({"space": ({**SPACE[0], "categories": ["a"]}, *SPACE[1:])}, "one.csv: .*have one space in common"),
    ],
)
def test_tables_without_a_common_space_are_refused(tmp_path, change, message):
    table(tmp_path, "one", center=0.0)
    with pytest.raises(DataError, match=message):
        prior(tmp_path, **change).draw(1, Columns((3, 0), (2,)), generator=make_generator(0))


def test_a_table_with_nothing_to_learn_from_is_refused(tmp_path):
    table(tmp_path, "one", center=0.0, loss=[1.0] * 60)
    with pytest.raises(DataError, match=r"60 values of 'loss', or all are equal; .* leave the file out"):
        prior(tmp_path).draw(1, Columns((3, 0), (2,)), generator=make_generator(0))


def test_an_order_is_refused(tmp_path):
    order = {"name": "p", "type": "permutation", "items": ["a", "b", "c"]}
    with pytest.raises(ValidationError, match="'p' has columns that depend on one another"):
        prior(tmp_path, space=(*SPACE, order))


def test_a_mixture_of_two_spaces_with_like_columns_is_refused(tmp_path):
    table(tmp_path, "one", center=1.0)
    wider = ({**SPACE[1], "ub": 3.0}, SPACE[0], SPACE[2])
    assert prior(tmp_path, space=wider).columns == prior(tmp_path).columns
    with pytest.raises(ValidationError, match="two of them have tasks of different spaces"):
        Mixture(members=(prior(tmp_path), prior(tmp_path, space=wider)))
