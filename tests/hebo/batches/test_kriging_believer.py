"""Tests of `hebo.batches.kriging_believer`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from acquisition import under
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acquisitions.confidence_bound import UCB
from hebo.base import AcqFunction, Acquisition, BatchProblem, Candidates, FittedModels, Focus
from hebo.batches.kriging_believer import KrigingBeliever
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.random import make_generator
from hebo.recommenders.fitted_models import all_on_means
from hebo.surrogates.warped_gp import WarpedGP

LETTERS = DesignSpace().parse(
    [{"name": f"x{i}", "type": "cat", "categories": list("uvwxyz")} for i in range(4)]
)
SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 10}])
X = torch.tensor([[0.0], [1.0], [2.0], [3.0], [4.0]], dtype=torch.float64)
MODEL = WarpedGP().fit(
    Data(X, torch.tensor([[-1.0], [0.5], [1.2], [0.3], [-1.0]]).double()), SPACE, generator=make_generator(0)
)
FRONT = torch.tensor([[9.5], [2.1], [0.7], [3.4]], dtype=torch.float64)


def ucb(models: FittedModels) -> AcqFunction:
    return under(UCB(kappa=2.0), models.objective, Data(X, X), generator=make_generator(0))


def no_other(template: Acquisition, models: FittedModels) -> AcqFunction:
    raise AssertionError("the rule has no acquisition of its own")


def choose(
    points: Tensor,
    n: int,
    seed: int = 0,
    seen: Tensor = X,
    build: Callable[[FittedModels], AcqFunction] = ucb,
) -> Tensor:
    problem = BatchProblem(
        FittedModels((MODEL,)),
        build,
        lambda acq, where: rank(points, evaluate(acq, points)),
        all_on_means,
        seen,
        SPACE,
        Focus(SPACE, X[:0]),
        unweighted=no_other,
    )
    return KrigingBeliever().choose(problem, n, generator=make_generator(seed))


def test_a_single_value_takes_its_best_point() -> None:
    best = FRONT[int(ucb(FittedModels((MODEL,)))(FRONT.unsqueeze(-2)).argmax())]
    assert choose(FRONT, 1).item() == best.item()


def test_a_single_point_is_drawn_from_the_whole_front_of_several_values() -> None:
    def both_ways(models: FittedModels) -> AcqFunction:
        return lambda x: torch.cat([x[:, 0], -x[:, 0]], dim=1)  # every point is on the front

    assert {choose(FRONT, 1, seed, build=both_ways).item() for seed in range(40)} == {9.5, 2.1, 0.7, 3.4}


def test_a_chosen_point_keeps_the_next_ones_away() -> None:
    crowd = torch.tensor([[8.9], [9.0], [9.1], [9.2], [2.2]], dtype=torch.float64)
    values = ucb(FittedModels((MODEL,)))(crowd.unsqueeze(-2))[:, 0]
    assert values[4] < values[:4].min()  # alone, each of the crowd is worth more
    batch = choose(crowd, 2)
    assert (batch - 9.05).abs().min().item() < 0.2
    assert 2.2 in batch


def test_seen_points_are_left_out_and_random_ones_fill_up() -> None:
    batch = choose(FRONT, 6, seen=FRONT[:2])
    assert len(torch.unique(batch)) == 6
    assert not torch.isin(batch, FRONT[:2]).any()
    assert torch.isin(FRONT[2:], batch).all()


def test_designs_of_a_batch_can_be_kept_apart() -> None:
    near = torch.tensor([[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 1], [2, 2, 2, 2]], dtype=torch.float64)
    built: list[int] = []
    searches: list[int] = []

    def build(models: FittedModels) -> AcqFunction:
        built.append(len(models.objectives) - 1)
        return lambda x: -x.sum((1, 2)).unsqueeze(-1)

    def condition(models: FittedModels, x: Tensor) -> FittedModels:
        return replace(models, objectives=(*models.objectives, MODEL))

    def batch(n: int, *, searching: bool = True) -> Tensor:
        def maximize(acq: AcqFunction, where: Focus) -> Candidates:
            searches.append(built[-1])
            others = torch.tensor([[0, 0, 0, 1], [1, 1, 1, 0]], dtype=torch.float64)
            found = near if not built[-1] else others if searching else others[:0]
            return rank(found, evaluate(acq, found))

        focus = Focus(LETTERS, near[:0])
        problem = BatchProblem(
            FittedModels((MODEL,)), build, maximize, condition, near[:0], LETTERS, focus, unweighted=no_other
        )
        return KrigingBeliever(min_distance=3).choose(problem, n, generator=make_generator(0))

    # The best, the one that is far enough from it, then one of another search after two believed points.
    assert batch(3).tolist() == [[0, 0, 0, 0], [2, 2, 2, 2], [1, 1, 1, 0]]
    assert searches == [0, 2]
    for whole in (batch(5), batch(5, searching=False)):
        different = (whole.unsqueeze(1) != whole).sum(-1)
        assert different[~torch.eye(5, dtype=torch.bool)].min() >= 3
    assert len(torch.unique(batch(40), dim=0)) == 40  # there are no 40 such points
