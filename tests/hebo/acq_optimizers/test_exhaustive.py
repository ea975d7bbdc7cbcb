"""Tests of `hebo.acq_optimizers.exhaustive`."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from hebo.acq_optimizers import exhaustive
from hebo.acq_optimizers.exhaustive import BLOCK, Exhaustive, best_rows
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import IncompatibleError
from hebo.random import make_generator

N_ROWS = 3 * BLOCK + 17
SPACE = DesignSpace().parse([{"name": name, "type": "num", "lb": 0.0, "ub": 1.0} for name in "abc"])
LIBRARY = TableSpace(SPACE, SPACE.decode(SPACE.sample(N_ROWS, generator=make_generator("library"))))


def bumps(x: Tensor) -> Tensor:
    """One value per point, with many local maxima."""
    return (torch.sin(40.0 * x).sum(-1) - x.square().sum(-1)).squeeze(-1).unsqueeze(-1)


def trade_off(x: Tensor) -> Tensor:
    """Two values per point, of which neither is best everywhere."""
    point = x.squeeze(-2)
    return torch.stack([-(point - 0.2).square().sum(-1), -(point - 0.7).abs().sum(-1)], -1)


def maximize(function: object, space: DesignSpace = LIBRARY, **settings: int) -> tuple[Tensor, Tensor]:
    found = Exhaustive(**settings).maximize(function, space, generator=make_generator(0))  # type: ignore[arg-type]
    return found.x, found.rank


def test_the_best_rows_are_those_of_brute_force_in_order() -> None:
    x, rank = maximize(bumps, n_kept=50)
    every = LIBRARY.rows.x
    order = bumps(every.unsqueeze(-2))[:, 0].argsort(descending=True)
    assert x.equal(every[order[:50]])
    assert rank.tolist() == list(range(50))


def test_the_front_of_two_values_is_that_of_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhaustive, "BLOCK", 64)
    every = SPACE.sample(700, generator=make_generator("few"))
    library = TableSpace(SPACE, SPACE.decode(every))
    x, rank = maximize(trade_off, library, n_kept=5)
    values = trade_off(every.unsqueeze(-2)).numpy()
    is_front = [not ((values >= one).all(1) & (values > one).any(1)).any() for one in values]
    expected = library.rows.x[torch.tensor(is_front)]
    assert len(expected) > 5
    assert sorted(x.tolist()) == sorted(expected.tolist())
    assert (rank == 0).all()


def test_a_finite_space_needs_no_table() -> None:
    space = DesignSpace().parse(
        [{"name": "k", "type": "int", "lb": 0, "ub": 99}, {"name": "b", "type": "bool"}]
    )
    Exhaustive().check(space)
    x, _ = maximize(lambda x: -(x - torch.tensor([37.2, 1.0])).abs().sum(-1), space, n_kept=2)
    assert x.tolist() == [[37.0, 1.0], [38.0, 1.0]]


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (SPACE, "has infinitely many, more than max_points"),
        (LIBRARY, f"has {N_ROWS}, more than max_points = 100"),
    ],
)
def test_spaces_that_are_too_large_are_refused(space: DesignSpace, message: str) -> None:
    with pytest.raises(IncompatibleError, match=message):
        Exhaustive(max_points=100).check(space)
    with pytest.raises(IncompatibleError, match="cannot list a domain of more than max_points = 100"):
        maximize(bumps, space, max_points=100)


def test_equal_values_keep_their_order() -> None:
    values = torch.tensor([[1.0], [2.0], [1.0], [2.0], [1.0]])
    assert best_rows(values, 3).tolist() == [0, 1, 3]


def test_beyond_the_front_the_best_of_each_value_are_kept() -> None:
    # Rows 4 and 5 are dominated, but next in the order of the first and of the second value.
    values = torch.tensor([[9.0, 9.0], [1.0, 1.0], [3.0, 3.0], [2.0, 2.0], [8.0, 0.0], [0.0, 8.0]])
    assert best_rows(values, 3).tolist() == [0, 4, 5]
    assert best_rows(values[1:], 1).tolist() == [1, 3, 4]


def test_the_acquisition_sees_every_point_once_in_blocks() -> None:
    sizes: list[int] = []

    def noted(x: Tensor) -> Tensor:
        sizes.append(len(x))
        return bumps(x)

    maximize(noted)
    assert sizes == [BLOCK, BLOCK, BLOCK, 17]
