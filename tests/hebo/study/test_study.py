"""Studies: one call, ask and tell, stores, stops, and what is refused."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import hebo
from hebo.errors import ConfigError, DataError, EvaluationError, HeboError, IncompatibleError
from hebo.experiment.store.results import load_results
from hebo.study.study import Study

SPACE = {"a": (0.0, 1.0), "n": (1, 9), "c": ["u", "v"]}


def cost(a: float, n: int, c: str) -> float:
    return (a - 0.3) ** 2 + abs(n - 4) + (c == "u")


def quick(**more: Any) -> dict[str, Any]:
    return {"optimizer": "random_search", **more}


def test_a_function_is_minimized_in_one_call() -> None:
    result = hebo.minimize(cost, SPACE, 12, **quick())
    assert len(result.trials) == 12
    assert result.best_value == result.trials["value"].min()
    assert cost(**result.best) == pytest.approx(result.best_value)
    assert list(result.trials.columns[:4]) == ["a", "n", "c", "value"]


def test_a_maximized_function_gives_the_points_of_its_negated_twin() -> None:
    one = hebo.minimize(cost, SPACE, 9, seed=3)
    other = hebo.maximize(lambda a, n, c: -cost(a, n, c), SPACE, 9, seed=3)
    assert one.trials[["a", "n", "c"]].equals(other.trials[["a", "n", "c"]])
    assert other.best_value == -one.best_value


def test_a_function_may_take_one_dict_and_return_a_mapping_with_constraints() -> None:
    def measure(config: dict[str, Any]) -> dict[str, float]:
        return {"gain": config["a"], "heat": 10 * config["a"], "note": config["n"]}

    result = hebo.maximize(
        measure, SPACE, 12, objective="gain", constraints=[{"name": "heat", "ub": 5}], **quick()
    )
    assert result.best_value <= 0.5
    assert set(result.trials["status"]) == {"ok", "infeasible"}
    assert result.trials["note"].tolist() == result.trials["n"].tolist()


def test_an_exception_is_a_failed_trial_with_its_text() -> None:
    def moody(a: float, n: int, c: str) -> float:
        if c == "u":
            raise ValueError("no u today")
        return a

    trials = hebo.minimize(moody, SPACE, 10, **quick()).trials
    failed = trials[trials["status"] == "failed"]
    assert set(failed["c"]) == {"u"}
    assert set(failed["message"]) == {"ValueError: no u today"}


def test_the_point_that_the_model_thinks_best_is_recommended() -> None:
    def noisy(a: float, seed: int) -> float:
        return (a - 0.3) ** 2 + 0.2 * random.Random(seed).gauss(0, 1)

    result = hebo.minimize(noisy, {"a": (0.0, 1.0)}, 25, progress=False)
    assert set(result.recommended) == {"a"}
    assert abs(result.recommended["a"] - 0.3) < 0.4
    assert result.recommended == result.optimizer.recommend().iloc[0].to_dict()


def test_a_failed_trial_keeps_its_intermediate_values() -> None:
    def diverges(a: float, n: int, c: str, report: Any) -> float:
        report(1, loss=a)
        raise FloatingPointError("diverged")

    trials = hebo.minimize(diverges, SPACE, 1, **quick()).trials
    assert trials["status"].tolist() == ["failed"]
    assert trials["intermediate"][0] == [{"step": 1, "loss": trials["a"][0]}]


@pytest.mark.parametrize("answer", ["0.5", True, 1j, {"loss": 1.0}, [1.0, 2.0]])
def test_what_is_no_value_is_a_failed_trial_that_says_what_was_expected(answer: Any) -> None:
    trials = hebo.minimize(lambda a, n, c: answer, SPACE, 1, **quick()).trials
    assert trials["status"].tolist() == ["failed"]
    assert "expected a number" in trials["message"][0]


def test_the_same_call_goes_on_and_repeats_nothing(tmp_path: Path) -> None:
    calls: list[float] = []

    def counted(a: float, n: int, c: str) -> float:
        calls.append(a)
        return cost(a, n, c)

    storage = tmp_path / "study.db"
    first = hebo.minimize(counted, SPACE, 5, storage=storage).trials["value"].tolist()
    again = hebo.minimize(counted, SPACE, 8, storage=storage)
    whole = hebo.minimize(cost, SPACE, 8)
    assert len(calls) == 8
    assert again.trials["value"].tolist()[:5] == first
    assert again.trials["value"].tolist() == whole.trials["value"].tolist()
    assert len(hebo.minimize(counted, SPACE, 8, storage=storage).trials) == len(calls) == 8


def test_asking_and_telling_gives_the_points_of_one_call() -> None:
    study = Study(SPACE)
    for _ in range(8):
        trial = study.ask()
        study.tell(trial, cost(**trial.params))
    assert study.trials["value"].tolist() == hebo.minimize(cost, SPACE, 8).trials["value"].tolist()


def test_two_studies_share_a_store_and_see_what_the_other_one_told(tmp_path: Path) -> None:
    one, other = (Study(SPACE, storage=tmp_path / "s.db", **quick()) for _ in range(2))
    first, second = one.ask(), other.ask()
    assert [first.number, second.number] == [0, 1]
    other.tell(first, 1.0)
    one.tell(second.number, 0.5)
    assert other.best_value == one.best_value == 0.5


def test_old_measurements_are_told_without_being_asked_for() -> None:
    study = Study(SPACE, objectives=[{"name": "gain", "goal": "maximize"}], **quick())
    points = pd.DataFrame({"a": [0.1, 0.2], "n": [3, 4], "c": ["u", "v"]})
    study.tell_more(points, [1.0, 2.0])
    assert study.best == {"a": 0.2, "n": 4, "c": "v"}
    study.tell(study.ask(), {"gain": 3.0})
    assert study.trials["gain"].tolist() == [1, 2, 3]


def test_a_trial_that_failed_by_hand_has_the_reason() -> None:
    study = Study(SPACE, **quick())
    study.tell(study.ask(), error="spilled")
    assert study.trials.loc[0, ["status", "message"]].tolist() == ["failed", "spilled"]


def test_several_trials_are_asked_for_at_once() -> None:
    study = Study(SPACE, **quick())
    trials = study.ask(3)
    for trial in reversed(trials):
        study.tell(trial, cost(**trial.params))
    assert [one.number for one in trials] == [0, 1, 2]
    assert len(study.optimizer.history) == 3


def test_a_study_with_several_objectives_has_a_front() -> None:
    study = Study(SPACE, objectives={"gain": "maximize", "price": "minimize"}, **quick())
    result = study.optimize(lambda a, n, c: {"gain": a, "price": n}, 8)
    assert set(result.front.columns) >= {"gain", "price"}
    with pytest.raises(DataError, match="no single best point"):
        _ = result.best
    assert "no single best" in repr(result)


@pytest.mark.parametrize(
    ("stop", "reason"),
    [
        ({"target": 8.0}, "target 8 reached"),
        ({"patience": 2}, "no better value"),
        ({"timeout": 1e-9}, "timeout"),
    ],
)
def test_a_call_ends_when_it_has_reached_enough(stop: dict[str, Any], reason: str) -> None:
    result = hebo.minimize(lambda a, n, c: 5.0, SPACE, 20, **quick(), **stop)
    assert reason in str(result.stopped_by)
    assert len(result.trials) < 20


def test_a_maximized_target_is_reached_from_below() -> None:
    result = hebo.maximize(lambda a, n, c: float(n), SPACE, 200, target=8.0, **quick())
    assert result.best_value >= 8.0
    assert len(result.trials) < 200


def test_a_callback_sees_every_trial_and_may_stop() -> None:
    seen: list[int] = []
    study = Study(SPACE, **quick())

    def look(trial: Any) -> None:
        seen.append(trial.number)
        if trial.number == 3:
            study.stop()

    assert study.optimize(cost, 10, on_trial=look).stopped_by == "stopped"
    assert seen == [0, 1, 2, 3]


@pytest.mark.parametrize("executor", ["threads", "processes"])
def test_several_workers_evaluate_a_lambda(executor: str) -> None:
    shift = 0.25
    result = hebo.minimize(
        lambda a, n, c: (a - shift) ** 2 + n, SPACE, 6, workers=2, executor=executor, **quick()
    )
    assert result.trials["status"].tolist() == ["ok"] * 6
    assert set(result.trials["worker"]) <= {0, 1}


def test_a_study_is_an_experiment_for_the_command_line(tmp_path: Path) -> None:
    storage = tmp_path / "study.db"
    hebo.minimize(cost, SPACE, 4, storage=storage, name="mine", **quick())
    results = load_results(f"sqlite:///{storage}")
    assert results.name == "mine"
    assert results.runs["status"].tolist() == ["finished"]
    assert results.trials["status"].tolist() == ["ok"] * 4


def test_a_store_holds_several_studies(tmp_path: Path) -> None:
    storage = tmp_path / "study.db"
    for name, n in (("one", 2), ("two", 3)):
        assert len(hebo.minimize(cost, SPACE, n, storage=storage, name=name, **quick()).trials) == n


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"space": {"a": (0.0, 2.0)}}, "another problem"),
        ({"objectives": {"value": "maximize"}}, "another problem"),
        ({"seed": 1}, "and not as"),
        ({"optimizer": "sobol"}, "and not as"),
    ],
)
def test_a_stored_study_with_other_settings_is_refused(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    settings: dict[str, Any] = {"space": {"a": (0.0, 1.0)}, "storage": tmp_path / "s.db", **quick()}
    study = Study(**settings)
    study.tell(study.ask(), 1.0)
    with pytest.raises(ConfigError, match=message):
        Study(**{**settings, **changed})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_trials": 0}, "n_trials=0"),
        ({"workers": 0}, "workers=0"),
        ({"workers": 2.5}, "workers=2.5"),
        ({"workers": 2, "executor": "here"}, "has one worker"),
        ({"executor": "gpu"}, "executor='gpu'"),
        ({"n_jobs": 4}, "n_jobs=4 is no argument of `minimize`"),
        ({"worker": 4}, "worker=4 is no argument of `minimize`. Did you mean 'workers'"),
        ({"timeout": -1}, "timeout=-1"),
        ({"target": "low"}, "target='low'"),
        ({"patience": 0}, "patience=0"),
        ({"objective": ["a", "b"]}, "one name"),
        ({"name": "a/b"}, "no name of a study"),
        ({"storage": " "}, "storage is empty"),
        ({"optimizer": "hebbo"}, "hebbo"),
        ({"constraints": [{"name": "h"}]}, "has no limit"),
        ({"constraints": ["value"]}, "measured twice"),
    ],
)
def test_an_unusable_argument_is_refused_before_the_function_is_called(
    settings: dict[str, Any], message: str
) -> None:
    def never(a: float) -> float:
        raise AssertionError

    with pytest.raises(HeboError, match=message):
        hebo.minimize(never, {"a": (0.0, 1.0)}, **{"n_trials": 3, **quick(), **settings})


def test_a_function_that_cannot_take_the_parameters_is_refused() -> None:
    with pytest.raises(ConfigError, match="takes no keyword argument 'n'"):
        hebo.minimize(lambda a, c: a, SPACE, 3, **quick())


def test_an_optimizer_that_takes_no_constraints_is_refused() -> None:
    with pytest.raises(IncompatibleError):
        Study({"a": (0.0, 1.0)}, constraints=["c"], optimizer="cma_es")


@pytest.mark.parametrize(
    ("number", "values", "error", "message"),
    [
        (7, 1.0, DataError, "no trial 7"),
        (0, "good", EvaluationError, "expected a number"),
        (0, {"loss": 1.0}, EvaluationError, "without 'value'"),
    ],
)
def test_what_cannot_be_told_is_refused_and_changes_nothing(
    number: int, values: Any, error: type[Exception], message: str
) -> None:
    study = Study(SPACE, **quick())
    study.ask()
    with pytest.raises(error, match=message):
        study.tell(number, values)
    assert study.trials["status"].tolist() == ["pending"]
    study.tell(0, 1.0)
    with pytest.raises(DataError, match="told before"):
        study.tell(0, 2.0)
