"""pymoo's algorithms, asked and told: what pymoo itself would do, and what its own loop cannot."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from pymoo.core.problem import Problem
from pymoo.core.termination import NoTermination

from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.peers.pymoo_algorithms import _MAKERS, Pymoo, PymooSession, _directions
from hebo.peers.session import PeerOptimizer
from tasks.engineering.disc_brake import DiscBrake
from tasks.engineering.pumping_station import PumpingStation
from tasks.multi_objective.dtlz import DTLZ2
from tasks.multi_objective.zdt import ZDT1

Name = Literal["nsga2", "nsga3", "moead"]
NAMES: tuple[Name, ...] = ("nsga2", "nsga3", "moead")
MIXED = DesignSpace().parse(
    [
        {"name": "a", "type": "num", "lb": -1.0, "ub": 2.0},
        {"name": "rate", "type": "pow", "lb": 1e-4, "ub": 1.0},
        {"name": "k", "type": "int", "lb": 1, "ub": 9},
        {"name": "c", "type": "cat", "categories": ["u", "v", "w"]},
        {"name": "f", "type": "bool"},
    ]
)
NUMBERS = DesignSpace().parse(MIXED.to_json()["parameters"][:3])


def losses(x: pd.DataFrame) -> np.ndarray:
    """Two objectives of the numbers that all spaces here have."""
    first = (x["a"].to_numpy(float) - 1) ** 2 + x["k"].to_numpy(float) / 9
    return np.stack([first, np.log10(x["rate"].to_numpy(float)) ** 2 - first / 2], axis=1)


def play(
    optimizer: Optimizer, n_rounds: int, batch: int = 1, *, fails_in: int | None = None
) -> list[tuple[pd.DataFrame, Any]]:
    rounds = []
    for number in range(n_rounds):
        x = optimizer.ask(batch)
        values = losses(x)
        if number == fails_in:
            values[0, 1] = np.nan
        optimizer.tell(x, values)
        rounds.append((x, values))
    return rounds


def session(optimizer: PeerOptimizer) -> PymooSession:
    found = optimizer.recommender.session
    assert isinstance(found, PymooSession)
    return found


@pytest.mark.parametrize("name", ["nsga2", "nsga3"])
def test_generations_are_those_of_pymoos_own_loop(name: Name) -> None:
    task = ZDT1(dim=4)
    optimizer = Pymoo(algorithm=name, population=8).build(task.space, seed=3)
    asked = []
    for _ in range(4 * 8 + 1):
        x = optimizer.ask()
        asked.append(x)
        optimizer.tell(x, task.evaluate(x))
    x = pd.concat(asked[:-1]).to_numpy()

    class Same(Problem):
        def __init__(self) -> None:
            super().__init__(n_var=4, n_obj=2, xl=0.0, xu=1.0)

        def _evaluate(self, x: Any, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            out["F"] = task.function(x)

    ours = session(optimizer)
    theirs = _MAKERS[name](8, 2, ours._genes)
    theirs.initialization.sampling = x[:8]
    theirs.setup(Same(), termination=NoTermination(), seed=ours._algorithm.seed)
    for generation in range(4):
        infills = theirs.infill()
        assert infills.get("X") == pytest.approx(x[8 * generation : 8 * generation + 8], abs=1e-12)
        theirs.evaluator.eval(theirs.problem, infills)
        theirs.advance(infills=infills)
    assert theirs.pop.get("F") == pytest.approx(ours._algorithm.pop.get("F"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("task", "target"), [(ZDT1(dim=3), 0.0), (DTLZ2(dim=4), 0.5)], ids=["zdt1", "dtlz2"])
def test_the_latest_points_are_nearer_to_the_front_than_the_first(
    name: Name, task: ZDT1 | DTLZ2, target: float
) -> None:
    nearer = 0
    for seed in range(3):
        optimizer = Pymoo(algorithm=name, population=10).build(task.space, seed=seed)
        for _ in range(12):
            x = optimizer.ask(10)
            optimizer.tell(x, task.evaluate(x))
        # The variables that say how far from the front a point is have this value on it.
        off = (optimizer.X.iloc[:, len(task.objectives) - 1 :] - target).abs().mean(axis=1)
        nearer += off[-40:].mean() < 0.8 * off[:40].mean()
        if name == "moead":
            n_directions = len(_directions(10, len(task.objectives)))
            assert len(session(optimizer)._algorithm.pop) == n_directions
    assert nearer >= 2


@pytest.mark.parametrize(("name", "space"), [("nsga2", MIXED), ("nsga3", MIXED), ("moead", NUMBERS)])
@pytest.mark.parametrize("batch", [1, 5])
def test_points_are_feasible_and_saved_and_restored_runs_go_on_alike(
    name: Name, space: DesignSpace, batch: int
) -> None:
    recipe = Pymoo(algorithm=name, population=5)
    optimizer = recipe.build(space, seed=1)
    rounds = play(optimizer, 14 if batch == 1 else 4, batch, fails_in=1)
    asked = pd.concat([x for x, _ in rounds])
    assert space.contains(space.encode(asked)).all()
    assert session(optimizer)._algorithm.n_iter > 2
    restored, loaded = recipe.build(space, seed=1), recipe.build(space, seed=2)
    restored.restore(rounds)
    loaded.load_state_dict(optimizer.state_dict())
    expected = optimizer.ask(7)
    pd.testing.assert_frame_equal(restored.ask(7), expected)
    pd.testing.assert_frame_equal(loaded.ask(7), expected)


@pytest.mark.parametrize("name", NAMES)
def test_more_points_than_a_generation_may_be_pending(name: Name) -> None:
    optimizer = Pymoo(algorithm=name, population=4).build(NUMBERS, seed=0)
    play(optimizer, 1, 4)
    waiting = optimizer.ask(11)
    assert not waiting.duplicated().all()
    optimizer.tell(waiting[::-1], losses(waiting[::-1]))
    assert len(optimizer.ask(3)) == 3
    assert session(optimizer)._algorithm.n_iter >= 3


@pytest.mark.parametrize("name", NAMES)
def test_told_points_that_it_did_not_ask_for_are_parents(name: Name) -> None:
    optimizer = Pymoo(algorithm=name, population=6).build(NUMBERS, seed=0)
    grid = pd.DataFrame({"a": np.linspace(0.9, 1.1, 18), "rate": 1.0, "k": 1})
    optimizer.tell(grid, losses(grid))
    asked = optimizer.ask(6)
    assert ((asked["a"] - 1).abs() < 0.3).sum() >= 4
    assert (asked["k"] == 1).sum() >= 3


@pytest.mark.parametrize("name", NAMES)
def test_failed_evaluations_are_left_out_and_all_may_fail(name: Name) -> None:
    optimizer = Pymoo(algorithm=name, population=4).build(NUMBERS, seed=0)
    for _ in range(10):
        x = optimizer.ask()
        optimizer.tell(x, [[np.nan, 1.0]])
    assert session(optimizer)._algorithm is None
    play(optimizer, 4)
    optimizer.ask()
    assert session(optimizer)._algorithm.is_initialized


@pytest.mark.parametrize("name", ["nsga2", "nsga3"])
def test_feasible_points_come_before_infeasible_ones(name: Name) -> None:
    task = DiscBrake()
    optimizer = Pymoo(algorithm=name, population=10).build(task.space, seed=0)
    feasible = []
    for _ in range(10):
        x = optimizer.ask(10)
        values = task.evaluate(x)
        optimizer.tell(x, values[list(task.objectives)], constraints=values[list(task.constraints)])
        feasible.append(int((values[list(task.constraints)] <= 0).all(axis=1).sum()))
    assert sum(feasible[-3:]) > sum(feasible[:3])
    optimizer.ask()
    assert (session(optimizer)._algorithm.pop.get("CV") <= 0).all()


def test_children_in_a_small_finite_space_are_replaced_by_random_points() -> None:
    space = DesignSpace().parse([{"name": "k", "type": "int", "lb": 0, "ub": 4}])
    optimizer = Pymoo(population=4).build(space, seed=0)
    for _ in range(9):
        x = optimizer.ask()
        optimizer.tell(x, [[float(x["k"].iloc[0]), -float(x["k"].iloc[0])]])
    assert len(optimizer.history) == 9


def test_what_an_algorithm_cannot_take_is_refused_by_name_before_it_is_recorded() -> None:
    station, brake = PumpingStation(), DiscBrake()
    with pytest.raises(
        IncompatibleError, match="pymoo_moead has no operators for categories, but 'material'"
    ):
        Pymoo(algorithm="moead").build(station.space)
    optimizer = Pymoo(algorithm="moead").build(brake.space, seed=0)
    x = optimizer.ask()
    with pytest.raises(IncompatibleError, match="pymoo_moead makes no use of measured constraints"):
        optimizer.tell(x, [[1.0, 2.0]], constraints=[[0.0]])
    with pytest.raises(
        IncompatibleError, match=r"pymoo_moead takes 2 objectives or more, y has 1 column\(s\)"
    ):
        optimizer.tell(x, [1.0])
    small = Pymoo(algorithm="nsga3", population=4).build(brake.space, seed=0)
    with pytest.raises(IncompatibleError, match=r"pymoo_nsga3 takes 4 objective\(s\), y has 5"):
        small.tell(x, [[1.0] * 5])
    assert len(optimizer.history) == len(small.history) == 0
    with pytest.raises(IncompatibleError, match="use 'hebo'"):
        Pymoo().build(DesignSpace().parse([{"name": "p", "type": "permutation", "length": 4}]))


@pytest.mark.parametrize("bad", [{"algorithm": "spea2"}, {"population": 3}, {"population": 2.5}, {"size": 9}])
def test_unknown_settings_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Pymoo.model_validate(bad)


def test_directions_are_as_many_as_fit_and_sum_to_one() -> None:
    assert len(_directions(12, 2)) == 12
    assert len(_directions(20, 3)) == 15
    assert len(_directions(4, 4)) == 4
    assert _directions(20, 3).sum(axis=1) == pytest.approx(np.ones(15))


def test_one_objective_is_enough_for_nsga2() -> None:
    optimizer = Pymoo(population=6).build(NUMBERS, seed=0)
    for _ in range(10):
        x = optimizer.ask(6)
        optimizer.tell(x, losses(x)[:, 0])
    assert optimizer.best_y < 0.15
