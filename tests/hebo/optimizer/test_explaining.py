"""Tests of `hebo.optimizer.explaining`: predictions in the user's units, whatever was stated and told."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from hebo.acq_optimizers.evolution import NSGA2
from hebo.design_space.design_space import DesignSpace
from hebo.design_space.tables.table_space import TableSpace
from hebo.errors import DataError, IncompatibleError
from hebo.optimizer.optimizer import Optimizer
from hebo.presets import AveragedOver, HEBORecipe
from hebo.recommenders.preferential import Preferential
from hebo.recommenders.random import RandomSearch
from hebo.surrogates.extra_trees import ExtraTrees
from mcbo.presets import Casmopolitan

NUMBERS = [{"name": name, "type": "num", "lb": 0, "ub": 1} for name in "xz"]
PLAIN = DesignSpace().parse(NUMBERS)
MACHINES = DesignSpace().parse(
    [
        *NUMBERS,
        {"name": "machine", "type": "cat", "categories": ["A", "B"], "role": "context"},
        {"name": "level", "type": "int", "lb": 1, "ub": 3, "role": "fidelity", "target": 3},
    ]
)
QUICK = HEBORecipe(acq_optimizer=NSGA2(population=40, n_generations=6))


def sample(space: DesignSpace, n: int, seed: int = 0) -> pd.DataFrame:
    return space.decode(space.sample(n, generator=torch.Generator().manual_seed(seed)))


def bowl(points: pd.DataFrame) -> pd.Series[float]:
    return 3 * (points["x"] - 0.4) ** 2 + points["z"]


def told(recipe: Any = QUICK, n: int = 40, space: DesignSpace = PLAIN) -> Optimizer:
    optimizer: Optimizer = recipe.build(space, seed=0)
    points = sample(space, n)
    optimizer.tell(points, bowl(points))
    return optimizer


def inside(found: pd.DataFrame, name: str, truth: Any) -> float:
    return float(((truth >= found[f"{name}_low"]) & (truth <= found[f"{name}_high"])).mean())


def test_predictions_have_the_index_of_the_points_and_four_columns() -> None:
    points = sample(PLAIN, 20, seed=1).set_index(pd.Index(range(100, 120)))
    found = told().predict(points)
    assert found.index.equals(points.index)
    assert list(found) == [f"objective_0_{one}" for one in ("mean", "sd", "low", "high")]
    assert (found["objective_0_low"] < found["objective_0_mean"]).all()
    assert (found["objective_0_mean"] < found["objective_0_high"]).all()
    assert found["objective_0_mean"].to_numpy() == pytest.approx(bowl(points).to_numpy(), abs=0.2)


def test_goals_targets_and_limits_are_in_their_own_units() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    optimizer.set_outcomes(
        {"yield": "maximize", "pH": {"target": 7.0}},
        [{"name": "impurity", "ub": 0.7}, {"name": "pressure", "lb": 15, "ub": 25}],
    )

    def measure(points: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "yield": 90 - 20 * bowl(points),
                "pH": 6 + 2 * points["x"],
                "impurity": points["z"],
                "pressure": 10 + 20 * points["x"],
            }
        )

    points, others = sample(PLAIN, 50), sample(PLAIN, 200, seed=1)
    optimizer.tell(points, measure(points))
    found, truth = optimizer.predict(others), measure(others)
    for name in truth:
        assert found[f"{name}_mean"].to_numpy() == pytest.approx(
            truth[name].to_numpy(), abs=truth[name].std()
        )
        assert inside(found, name, truth[name]) > 0.7
    assert set(np.sign(found["pH_mean"] - 7.0)) == {-1.0, 1.0}  # the quantity, not the distance
    keeps = {"impurity": truth["impurity"] <= 0.7, "pressure": truth["pressure"].between(15, 25)}
    for name, is_kept in keeps.items():
        assert ((found[f"{name}_probability"] > 0.5) == is_kept).mean() > 0.95
    both = found["impurity_probability"] * found["pressure_probability"]
    assert found["probability_feasible"].to_numpy() == pytest.approx(both.to_numpy())


def test_a_recommendation_for_a_target_says_what_will_be_measured() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    optimizer.set_outcomes([{"name": "pH", "target": 7.0}])
    optimizer.tell(points := sample(PLAIN, 30), 6 + 2 * points["x"])
    found = optimizer.recommendation()
    assert found.point["x"].item() == pytest.approx(0.5, abs=0.05)
    assert found.mean == pytest.approx(7.0, abs=0.1)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.mean <= found.high


def test_a_new_measurement_varies_more_than_what_it_measures() -> None:
    rng = np.random.default_rng(0)
    optimizer = QUICK.build(PLAIN, seed=0)
    points = sample(PLAIN, 80)
    optimizer.tell(points, bowl(points) + 0.3 * rng.standard_normal(80))
    others = sample(PLAIN, 50, seed=1)
    noisy, without = optimizer.predict(others), optimizer.predict(others, observation_noise=False)
    assert (noisy["objective_0_sd"] > 1.5 * without["objective_0_sd"]).all()
    assert noisy["objective_0_sd"].mean() == pytest.approx(0.3, rel=0.4)


def test_nothing_is_changed_and_no_later_point_is_another_one() -> None:
    asked = []
    for looks in (False, True):
        optimizer = told(n=12)
        if looks:
            state = optimizer.state_dict()
            optimizer.predict(sample(PLAIN, 5))
            optimizer.importance()
            optimizer.interactions()
            optimizer.partial_dependence("x", n=4)
            optimizer.recommend(n=2)
            optimizer.diagnose()
            assert optimizer.state_dict() == state
        asked.append(optimizer.ask(2))
    pd.testing.assert_frame_equal(*asked)


def test_all_of_it_is_the_same_again_and_with_pending_points() -> None:
    first, second = told(), told()
    second.ask(2)
    points = sample(PLAIN, 5, seed=1)
    pd.testing.assert_frame_equal(first.predict(points), second.predict(points))
    pd.testing.assert_frame_equal(first.importance(), second.importance())
    pd.testing.assert_frame_equal(first.partial_dependence("z"), second.partial_dependence("z"))
    pd.testing.assert_frame_equal(first.recommend(n=3), first.recommend(n=3))


def test_what_is_told_later_counts() -> None:
    optimizer = told(n=12)
    before = optimizer.predict(points := sample(PLAIN, 5, seed=1))
    optimizer.tell(points, bowl(points) + 5.0)
    assert (optimizer.predict(points)["objective_0_mean"] > before["objective_0_mean"]).all()


def test_an_optimizer_that_has_learnt_is_copied_and_pickled() -> None:
    optimizer = told(n=12)
    found = optimizer.predict(points := sample(PLAIN, 5))
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        pd.testing.assert_frame_equal(other.predict(points), found)


@pytest.mark.parametrize(
    "recipe",
    [RandomSearch(), HEBORecipe(surrogate=ExtraTrees(n_trees=20)), Casmopolitan()],
    ids=["random search", "trees", "casmopolitan"],
)
def test_any_recommender_of_values_explains(recipe: Any) -> None:
    optimizer = told(recipe)
    others = sample(PLAIN, 200, seed=1)
    found = optimizer.predict(others)
    assert np.corrcoef(found["objective_0_mean"], bowl(others))[0, 1] > 0.8
    assert inside(found, "objective_0", bowl(others)) > 0.7
    assert optimizer.importance().index[0] == "z"
    assert len(optimizer.recommend(n=3)) == 3


def test_contexts_have_offsets_and_fidelities_their_targets() -> None:
    optimizer = QUICK.build(MACHINES, seed=0)
    points = sample(MACHINES, 60)
    measure = lambda x: bowl(x) + x["machine"].map({"A": 0.0, "B": 20.0}) + 0.1 * x["level"]  # noqa: E731
    optimizer.tell(points, measure(points))
    others = sample(MACHINES, 50, seed=1)
    assert optimizer.predict(others)["objective_0_mean"].to_numpy() == pytest.approx(
        measure(others).to_numpy(), abs=1.0
    )
    for machine, least in (("A", 0), ("B", 20)):
        table = optimizer.partial_dependence("z", context={"machine": machine}, n=3)
        assert least < table["objective_0_mean"].mean() < least + 3
    assert set(optimizer.importance(context={"machine": "A"}).index) == {"x", "z"}
    best = optimizer.recommend({"machine": "B"}, n=2)
    assert set(best["machine"]) == {"B"}
    assert set(best["level"]) == {3}


def test_candidates_of_a_table_are_recommended_and_its_parameters_compared() -> None:
    rows = sample(PLAIN, 60, seed=3)
    optimizer = HEBORecipe().build(TableSpace(PLAIN, rows), seed=0)
    optimizer.tell(rows.head(30), bowl(rows.head(30)))
    found = optimizer.recommend(n=3)
    assert len(found.merge(rows, on=["x", "z"])) == 3
    assert set(optimizer.importance().index) == {"x", "z"}


def test_several_objectives_are_explained_one_by_one_and_recommended_together() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    optimizer.set_outcomes({"cost": "minimize", "yield": "maximize"})
    points = sample(PLAIN, 40)
    optimizer.tell(points, pd.DataFrame({"cost": points["x"], "yield": points["x"] - points["z"]}))
    assert optimizer.importance().index[0] == "x"
    assert optimizer.importance("yield").loc["z", "total"] > 0.3
    found = optimizer.recommend(n=4)
    assert found["z"].max() < 0.15
    assert found["x"].max() - found["x"].min() > 0.8
    with pytest.raises(DataError, match=r"nothing measured is called 'yeld'; .*Did you mean 'yield'"):
        optimizer.importance("yeld")


def test_failures_have_a_probability_and_are_not_recommended() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = sample(PLAIN, 60)
    optimizer.tell(points, (points["x"] - 1.0).abs().where(points["x"] < 0.6))
    found = optimizer.predict(pd.DataFrame({"x": [0.1, 0.9], "z": [0.5, 0.5]}))
    assert found["probability_success"][0] > 0.9
    assert found["probability_success"][1] < 0.1
    assert optimizer.recommend(n=3)["x"].max() < 0.75


def test_infeasible_points_are_not_among_the_recommended() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = sample(PLAIN, 40)
    optimizer.tell(points, points["z"], constraints=0.5 - points["x"])
    assert optimizer.recommend(n=4)["x"].min() >= 0.5


@pytest.mark.parametrize(("n", "missing"), [(0, 3), (1, 2), (2, 1)])
def test_too_few_points_say_how_many_are_missing(n: int, missing: int) -> None:
    optimizer = told(n=n) if n else QUICK.build(PLAIN, seed=0)
    with pytest.raises(DataError, match=f"{n} different points .* tell {missing} more"):
        optimizer.predict(sample(PLAIN, 2))


def test_three_points_are_enough_and_equal_values_are_not() -> None:
    assert len(told(n=3).predict(sample(PLAIN, 2))) == 2
    optimizer = QUICK.build(PLAIN, seed=0)
    optimizer.tell(sample(PLAIN, 5), [1.0] * 5)
    with pytest.raises(DataError, match="all 5 values are equal"):
        optimizer.importance()


def test_comparisons_have_no_values_to_predict() -> None:
    optimizer = Preferential().build(PLAIN, seed=0)
    points = sample(PLAIN, 4)
    optimizer.prefer(points.head(2), points.tail(2))
    with pytest.raises(IncompatibleError, match="2 comparisons were told and no values"):
        optimizer.predict(points)


@pytest.mark.parametrize("n", [0, -1])
def test_no_points_cannot_be_recommended(n: int) -> None:
    with pytest.raises(DataError, match=f"cannot recommend {n} points"):
        told().recommend(n=n)


def test_known_variances_and_repeated_points_are_used() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = sample(PLAIN, 15).loc[lambda one: one.index.repeat(2)].reset_index(drop=True)
    optimizer.tell(points, bowl(points), y_var=np.full(30, 0.01))
    found = optimizer.predict(sample(PLAIN, 10, seed=1))
    assert np.isfinite(found.to_numpy()).all()
    assert (found["objective_0_sd"] > 0.05).all()


def test_objectives_that_do_not_conflict_have_distinct_points_all_the_same() -> None:
    optimizer = QUICK.build(PLAIN, seed=0)
    points = sample(PLAIN, 30)
    optimizer.tell(points, pd.DataFrame({"first": bowl(points), "second": 2 * bowl(points)}))
    found = optimizer.recommend(n=3)
    assert len(found.round(2).drop_duplicates()) == 3


def test_points_of_a_robust_optimizer_are_all_chosen_by_its_measure_of_risk() -> None:
    conditions = [{"z": 0.0}, {"z": 1.0}]
    optimizer = AveragedOver(conditions=conditions, of=QUICK).build(PLAIN, seed=0)
    points = sample(PLAIN, 40)
    cost = lambda x: (x["x"] - 0.2 - 0.6 * x["z"]) ** 2  # noqa: E731
    optimizer.tell(points, cost(points))
    found = optimizer.recommend(n=2)
    assert found["x"].between(0.3, 0.7).all()  # 0.5 is the best on average, 0.2 and 0.8 for one condition
    predicted = optimizer.predict(pd.DataFrame({"x": [0.2, 0.8], "z": [0.0, 1.0]}))
    assert predicted["objective_0_mean"].max() < 0.05  # values themselves
