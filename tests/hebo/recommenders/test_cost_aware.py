"""Tests of `hebo.recommenders.cost_aware`, alone and in the loop of `BayesOpt`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from botorch.models.model import Model
from gpytorch.distributions import MultivariateNormal
from torch import Tensor

from hebo.acq_optimizers.evolution import NSGA2
from hebo.acquisitions.mace import MACE
from hebo.base import FittedModels, Recommender
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.optimizers.hebo import HEBORecipe
from hebo.recommenders.bayes_opt import BayesOptRecipe
from hebo.recommenders.committee import Committee
from hebo.recommenders.cost_aware import CostAware
from hebo.recommenders.fidelity_costs import fidelity_levels
from hebo.recommenders.fidelity_levels import explained
from hebo.recommenders.sobol import Sobol
from hebo.request import Request
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

FIDELITY = {"name": "s", "type": "ordinal", "levels": [1, 2, 4], "role": "fidelity"}
SPACE = DesignSpace().parse([{"name": "a", "type": "num", "lb": 0, "ub": 1}, FIDELITY])
SETTINGS: dict[str, Any] = {"acq_optimizer": NSGA2(population=40, n_generations=10), "n_initial": 6}
COSTS = (1.0, 3.0, 10.0)
QUICK, AWARE = HEBORecipe(**SETTINGS), HEBORecipe(**SETTINGS, fidelity_costs=COSTS)


class Known(Model):
    """A model whose levels have a given covariance at every point, and noise of variance 0.25."""

    def __init__(self, covariance: list[list[float]]) -> None:
        super().__init__()
        self.covariance = torch.tensor(covariance, dtype=torch.float64)

    def posterior(self, X: Tensor, *args: Any, observation_noise: bool = False, **kwargs: Any) -> Any:
        covariance = self.covariance + 0.25 * observation_noise * torch.eye(X.shape[1])
        normal = MultivariateNormal(torch.zeros(X.shape[:2]).double(), covariance.repeat(len(X), 1, 1))

        class Posterior:
            distribution, variance = normal, normal.variance.unsqueeze(-1)

        return Posterior()


def informative(
    x: Tensor,
    costs: tuple[float, ...],
    model: Model,
    *,
    known: Tensor | None = None,
    space: DesignSpace = SPACE,
    success: Any = None,
) -> Tensor:
    """The points at the levels that tell most."""
    seen = x[:0] if known is None else known
    request = Request(len(x), Data(seen, seen[:, :1]), space, space, iteration=1, n_asked=0, seed=0)
    models = FittedModels((model,), success=success)
    return fidelity_levels(space, costs).most_informative(x, models, request)


def chosen(model: Model, costs: tuple[float, ...], *seen: tuple[float, float]) -> list[float]:
    """The natural levels of one point at `a` = 0.5."""
    x = torch.tensor([[0.5, 2.0]], dtype=torch.float64)
    known = torch.tensor(seen, dtype=torch.float64).reshape(-1, 2)
    found = informative(x, costs, model, known=known)
    assert found[0, 0] == 0.5
    level: list[float] = SPACE.decode(found)["s"].tolist()
    return level


HALF = Known([[1.0, 0.3, 0.5], [0.3, 1.0, 0.8], [0.5, 0.8, 2.0]])


def test_an_observation_explains_the_squared_correlation_with_the_target() -> None:
    share = explained(HALF, torch.zeros(2, 3, 2).double(), target=2)
    expected = [0.25 / (1.25 * 2), 0.64 / (1.25 * 2), 4 / (2.25 * 2)]
    torch.testing.assert_close(share, torch.tensor([expected, expected], dtype=torch.float64))


@pytest.mark.parametrize(
    ("costs", "level"),
    [((1.0, 1.0, 1.0), 4), ((1.0, 3.0, 10.0), 1), ((5.0, 3.0, 12.0), 2), ((10.0, 4.0, 12.0), 4)],
)
def test_a_cheaper_level_comes_first_where_it_explains_more_than_it_costs(
    costs: tuple[float, ...], level: int
) -> None:
    assert chosen(HALF, costs) == [level]


class FailsAtTheFirstLevel:
    """Evaluations at the lowest level fail 99 times of 100."""

    def log_probability(self, x: Tensor) -> Tensor:
        return torch.where(x[:, 0, 1] == 0.0, 0.01, 1.0).double().log()


def test_a_level_where_evaluations_fail_tells_nothing() -> None:
    x = torch.tensor([[0.5, 2.0]], dtype=torch.float64)

    def level(success: FailsAtTheFirstLevel | None) -> list[int]:
        found = informative(x, (1.0, 3.0, 10.0), HALF, success=success)
        return [int(one) for one in SPACE.decode(found)["s"]]

    assert (level(None), level(FailsAtTheFirstLevel())) == ([1], [4])


def test_a_level_that_has_been_seen_is_not_looked_at_again() -> None:
    assert chosen(HALF, (1.0, 2.0, 10.0), (0.5, 1.0)) == [1]
    assert chosen(HALF, (1.0, 2.0, 10.0), (0.5, 0.0)) == [2]
    assert chosen(HALF, (1.0, 2.0, 10.0), (0.5, 0.0), (0.5, 1.0)) == [4]


def test_levels_without_correlation_are_left_alone() -> None:
    assert chosen(Known([[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]), (1e-9, 1e-9, 1.0)) == [4]


def test_a_level_that_a_constraint_forbids_is_not_taken() -> None:
    space = DesignSpace().parse(
        [
            {"name": "a", "type": "num", "lb": 0, "ub": 1},
            {"name": "s", "type": "int", "lb": 1, "ub": 3, "role": "fidelity"},
        ],
        constraints=[{"type": "linear", "coefficients": {"a": 1.0, "s": 1.0}, "lb": 2.0}],
    )
    x = space.encode(pd.DataFrame({"a": [0.5], "s": [3]}))
    found = informative(x, (1.0, 1.0, 100.0), HALF, space=space)
    assert space.decode(found)["s"].tolist() == [2]


def test_each_point_has_its_turn_at_every_level_the_target_first() -> None:
    numbers, places = fidelity_levels(SPACE, COSTS).shares(2, 5)
    assert numbers.tolist() == [0, 1, 1, 1, 2]
    assert places.tolist() == [0, 2, 1, 0, 2]


def test_the_target_need_not_be_the_last_level() -> None:
    space = DesignSpace().parse([{**FIDELITY, "target": 2}, {"name": "a", "type": "num", "lb": 0, "ub": 1}])
    levels = fidelity_levels(space, COSTS)
    assert (levels.target, levels.column, levels.levels.tolist()) == (1, 0, [0.0, 1.0, 2.0])
    data = Data(torch.tensor([[0.0, 0.25], [2.0, 0.5]]).double(), torch.zeros(2, 1))
    assert data.projected(space.fix(space.targets)).x.tolist() == [[1.0, 0.25], [1.0, 0.5]]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ([{"name": "a", "type": "num", "lb": 0, "ub": 1}], "the space has 0 \\(none\\)"),
        ([FIDELITY, {**FIDELITY, "name": "r"}], "the space has 2 \\(s, r\\)"),
        ([{**FIDELITY, "levels": [1, 2]}], "has 3 values, but the fidelity 's' has 2 levels"),
        ([{"name": "s", "type": "num", "lb": 0, "ub": 1, "role": "fidelity"}], "infinitely many levels"),
    ],
)
def test_costs_that_do_not_fit_the_space_are_refused(parameters: list[Any], message: str) -> None:
    with pytest.raises(IncompatibleError, match=message):
        AWARE.build(DesignSpace().parse(parameters), seed=0)


@pytest.mark.parametrize("costs", [(1.0, 0.0), (-1.0, 1.0), (math.inf, 1.0)])
def test_costs_are_positive_numbers(costs: tuple[float, ...]) -> None:
    with pytest.raises((ConfigError, ValueError), match="fidelity_costs"):
        HEBORecipe(fidelity_costs=costs)


def value(x: pd.DataFrame) -> np.ndarray[Any, Any]:
    return ((x["a"] - 0.3) ** 2 + 0.1 / x["s"].astype(float)).to_numpy(dtype=float)


def play(optimizer: Optimizer, n: int, **fixed: Any) -> pd.DataFrame:
    asked = []
    for _ in range(n):
        x = optimizer.ask(1, fixed=fixed)
        optimizer.tell(x, value(x))
        asked.append(x)
    return pd.concat(asked, ignore_index=True)


def test_sobol_points_are_seen_at_all_levels_and_then_the_model_chooses() -> None:
    asked = play(AWARE.build(SPACE, seed=0), 9)
    assert asked["s"].tolist()[:6] == [4, 2, 1, 4, 2, 1]
    assert asked["a"].tolist()[:6] == [asked["a"][0]] * 3 + [asked["a"][3]] * 3
    assert asked["a"][0] != asked["a"][3]
    assert not asked.duplicated().any()


@pytest.mark.parametrize(
    ("designs", "levels", "is_enough"),
    [
        ([0, 1, 2, 3], [2, 2, 2, 2], False),  # at the target alone: one more than the four columns
        ([0, 1, 2, 3, 4], [2, 2, 2, 2, 2], True),
        ([0, 0, 0, 1, 1, 1, 2, 2, 2], [2, 1, 0] * 3, False),  # nine evaluations of three points
        ([0, 0, 1, 1, 2, 2, 3], [2, 0] * 3 + [2], True),  # the fourth point, as the levels count once
    ],
)
def test_by_default_a_point_counts_once_before_the_first_model_whatever_its_levels(
    designs: list[int], levels: list[int], is_enough: bool
) -> None:
    numbers = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abc"]
    space = DesignSpace().parse([*numbers, FIDELITY])
    points = torch.tensor([[0.1, 0.2, 0.3], [0.9, 0.7, 0.1], [0.2, 0.9, 0.8], [0.6, 0.1, 0.5], [0.4] * 3])
    x = torch.cat([points[designs], torch.tensor(levels).unsqueeze(1)], 1).double()
    request = Request(1, Data(x, x.sum(1, keepdim=True)), space, space.fix(space.targets), 9, 9, seed=0)
    loop = BayesOptRecipe(
        surrogate=WarpedGP(),
        acquisition=MACE(),
        acq_optimizer=SETTINGS["acq_optimizer"],
        output_transform=Standardize(),
    )
    for recipe in (loop, CostAware(of=loop, costs=COSTS)):
        assert (recipe.propose(request) is not None) == is_enough


def test_a_space_filling_design_at_all_levels_has_as_many_points_as_one_at_the_target() -> None:
    numbers = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "abc"]
    optimizer = HEBORecipe(acq_optimizer=SETTINGS["acq_optimizer"], fidelity_costs=COSTS).build(
        DesignSpace().parse([*numbers, FIDELITY]), seed=0
    )
    asked = play(optimizer, 10)  # four points, of which three at all levels
    assert asked["s"].tolist() == [4, 2, 1] * 3 + [4]
    assert asked["a"].nunique() == 4


def test_without_costs_all_is_as_it_was() -> None:
    assert set(play(QUICK.build(SPACE, seed=0), 8)["s"]) == {4}


def test_a_pinned_fidelity_stays_where_it_is() -> None:
    optimizer = AWARE.build(SPACE, seed=0)
    assert set(play(optimizer, 4, s=4)["s"]) == {4}
    assert set(play(optimizer, 4, s=1)["s"]) == {1}


def test_a_saved_run_goes_on_with_the_same_points_and_levels() -> None:
    first = AWARE.build(SPACE, seed=1)
    play(first, 7)
    second = AWARE.build(SPACE, seed=2)
    second.load_state_dict(first.state_dict())
    pd.testing.assert_frame_equal(play(first, 3), play(second, 3))


def test_the_best_is_the_best_at_the_target() -> None:
    optimizer = AWARE.build(SPACE, seed=0)
    points = pd.DataFrame({"a": [0.1, 0.2, 0.3], "s": [1, 4, 4]})
    optimizer.tell(points.head(1), [-6.0])  # the cheap level reads too low
    with pytest.raises(DataError, match=r"no feasible point has been told with {'s': 4} yet"):
        _ = optimizer.best_y
    optimizer.tell(points.tail(2), [0.5, 0.25])
    assert optimizer.best_y == 0.25
    assert optimizer.best_x.to_dict("records") == [{"a": 0.3, "s": 4}]


def test_no_improvement_is_measured_against_a_cheap_level(monkeypatch: pytest.MonkeyPatch) -> None:
    optimizer = AWARE.build(SPACE, seed=0)
    play(optimizer, 8)
    seen: list[Tensor] = []
    build = MACE.build

    def spy(self: MACE, models: Any, data: Data, *others: Any, **more: Any) -> Any:
        seen.append(data.x)
        return build(self, models, data, *others, **more)

    monkeypatch.setattr(MACE, "build", spy)
    optimizer.ask()
    column, target = SPACE.columns["s"].start, SPACE.encode(pd.DataFrame({"a": [0.5], "s": [4]}))
    assert seen
    assert all(bool((x[:, column] == target[0, column]).all()) for x in seen)


@pytest.mark.parametrize("of", [Sobol(), AWARE, Committee(members=(Sobol(), AWARE), shares=(0.5,))])
def test_what_fits_no_model_is_refused_when_it_is_composed(of: Recommender) -> None:
    name = type(of).__name__
    with pytest.raises(ValueError, match=f"{name} fits no model .* use bayes_opt_loop"):
        CostAware(of=of, costs=COSTS)
