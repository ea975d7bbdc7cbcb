from __future__ import annotations

from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment.config.experiment import (
    Experiment,
    build_experiment,
    content_of,
    describe_experiment,
    runs_of,
)
from hebo.experiment.executors.process_pool import ProcessPool
from hebo.experiment.yaml.document import parse_yaml, write_yaml

pytestmark = pytest.mark.usefixtures("toys")

BASE: dict[str, Any] = {
    "name": "small",
    "optimizers": [{"type": "random_search"}],
    "tasks": [{"type": "toy"}],
    "budget": {"n_trials": 4},
}


def experiment(**changes: Any) -> Experiment:
    data = {key: value for key, value in (BASE | changes).items() if value is not ...}
    return build_experiment(parse_yaml(write_yaml(data), file="x.yaml"))


def refusal(**changes: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        experiment(**changes)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_left_out_has_a_default() -> None:
    found = experiment()
    assert found.output == "runs/small"
    assert found.store == "sqlite:///runs/small/results.db"
    assert found.seeds == (0,)
    assert found.budget.batch_size == 1
    assert found.executor == ProcessPool()
    assert found.limits.trial_seconds is None
    assert found.report


def test_the_store_follows_the_output() -> None:
    assert experiment(output="/a/b").store == "sqlite:////a/b/results.db"


def test_a_number_of_seeds_counts_from_zero() -> None:
    assert experiment(seeds=3).seeds == (0, 1, 2)
    assert experiment(seeds=[5, 2]).seeds == (5, 2)


def test_runs_are_all_combinations_with_seeds_outermost() -> None:
    found = experiment(optimizers=[{"type": "sobol"}, {"type": "random_search"}], seeds=2)
    assert [one.run_id for one in runs_of(found)] == [
        "sobol@toy#0",
        "random_search@toy#0",
        "sobol@toy#1",
        "random_search@toy#1",
    ]


def test_repeated_types_are_numbered_from_the_second_and_labels_kept() -> None:
    tasks = [{"type": "toy"}, {"type": "toy", "noise": 1.0, "label": "noisy"}, {"type": "toy", "noise": 2.0}]
    assert [one.label for one in experiment(tasks=tasks).tasks] == ["toy", "noisy", "toy-2"]


def test_a_budget_limits_trials_or_costs_or_both() -> None:
    both = experiment(budget={"n_trials": 5, "cost": 2}).budget
    assert (both.n_trials, both.cost) == (5, 2.0)
    alone = experiment(budget={"cost": 2}).budget
    assert (alone.n_trials, alone.cost, alone.batch_size) == (10_000, 2.0, 1)
    assert experiment().budget.cost is None


def test_the_description_of_a_budget_of_costs_builds_the_same_experiment() -> None:
    found = experiment(budget={"cost": 2.5})
    assert build_experiment(parse_yaml(write_yaml(describe_experiment(found)), file="resolved.yaml")) == found


def test_the_description_builds_the_same_experiment() -> None:
    found = experiment(
        optimizers=[{"type": "nested", "inner": {"type": "sobol"}}], seeds=2, limits={"trial_seconds": 2.5}
    )
    again = build_experiment(parse_yaml(write_yaml(describe_experiment(found)), file="resolved.yaml"))
    assert again == found
    assert content_of(again) == content_of(found)


def test_executor_limits_report_and_places_do_not_decide_the_results() -> None:
    other = experiment(
        executor={"type": "in_process"},
        limits={"trial_seconds": 1},
        report=False,
        output="a",
        store="sqlite:///b",
    )
    assert content_of(other) == content_of(experiment())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tasks": ...}, "`tasks` is missing"),
        ({"told": 3}, "x.yaml:7: told: is called `initial_trials` now; rename the key."),
        ({"nane": "x"}, "x.yaml:7: nane: unknown key. Did you mean 'name'?"),
        ({"name": "a/b"}, "x.yaml:1: name: the text 'a/b' is not a name; use letters, digits,"),
        ({"name": "../up"}, "name: the text '../up' is not a name"),
        ({"name": ".."}, "name: the text '..' is not a name"),
        ({"name": ""}, "name: the text '' is not a name"),
        ({"name": 7}, "name: the number 7 is not a name"),
        ({"name": "a\n"}, "is not a name"),
        ({"optimizers": []}, "optimizers: expected a list with at least one optimizer, got an empty list."),
        ({"optimizers": {"type": "sobol"}}, "expected a list with at least one optimizer, got a mapping."),
        (
            {"tasks": [3]},
            "tasks[0]: expected the name of a part, or a mapping with `type`, got the number 3.",
        ),
        ({"tasks": ["tou"]}, "x.yaml:4: tasks[0]: 'tou' is not a task. Did you mean 'toy'?"),
        ({"tasks": "toy"}, "tasks: expected a list with at least one task, got the text 'toy'; write [toy]."),
        ({"space": []}, "space: is a key of campaigns, which `hebo ask` takes; `hebo run` does not."),
        ({"tasks": [{"type": "tou"}]}, "tasks[0].type: 'tou' is not a task. Did you mean 'toy'?"),
        ({"tasks": [{"type": "toy", "label": "a@b"}]}, "tasks[0].label: the text 'a@b' is not a label"),
        (
            {"tasks": [{"type": "toy", "label": "a"}, {"type": "toy", "label": "a"}]},
            "tasks[1].label: the label 'a' is taken; give each one its own `label`.",
        ),
        ({"seeds": 0}, "seeds: expected a count from 1 to 10000 or a list, got 0."),
        ({"seeds": True}, "seeds: expected a count or a list of integers, got the boolean true."),
        ({"seeds": []}, "seeds: expected a count or a list of integers, got an empty list."),
        ({"seeds": [1, 1]}, "seeds[1]: the seed 1 is given twice; keep one."),
        ({"seeds": [0, -1]}, "seeds[1]: expected greater than or equal to 0, got the number -1."),
        ({"seeds": ["a"]}, "seeds[0]: expected a valid integer, got the text 'a'."),
        ({"budget": {}}, "budget.n_trials: missing; add `n_trials:`."),
        ({"budget": 5}, "budget: "),
        ({"budget": {"cost": 0}}, "budget.cost: expected greater than 0, got the number 0."),
        ({"budget": {"cost": float("inf")}}, "budget.cost: expected a finite number"),
        ({"budget": {"cost": "all"}}, "budget.cost: expected a valid number, "),
        (
            {"budget": {"cost": 5, "batch_size": 10_001}},
            "budget: batch_size 10001 is larger than n_trials 10000",
        ),
        ({"budget": {"n_trials": "many"}}, "budget.n_trials: expected a valid integer, got the text 'many'."),
        (
            {"budget": {"n_trials": 0}},
            "budget.n_trials: expected greater than or equal to 1, got the number 0.",
        ),
        ({"budget": {"n_trials": True}}, "budget.n_trials: expected a valid integer, got the boolean true."),
        ({"budget": {"n_trails": 5}}, "budget.n_trails: unknown key. Did you mean 'n_trials'?"),
        ({"budget": {"n_trials": 2, "batch_size": 4}}, "budget: batch_size 4 is larger than n_trials 2"),
        ({"executor": {"type": "ray"}}, "executor.type: 'ray' is not an executor."),
        ({"executor": {"type": "process_pool", "n_workers": 0}}, "executor.n_workers: expected greater than"),
        (
            {"limits": {"trial_seconds": -1}},
            "limits.trial_seconds: expected greater than 0, got the number -1.",
        ),
        ({"limits": {"seconds": 1}}, "limits.seconds: unknown key. Did you mean 'trial_seconds'?"),
        ({"report": "no"}, "report: expected a valid boolean, got the text 'no'."),
        ({"output": 3}, "output: expected a text, got the number 3; leave it out for the default."),
        ({"store": "results.db"}, "store: 'results.db' is not a URL; write sqlite:///path/results.db"),
        ({"store": "postgresql://me:secret@host/db"}, "store: contains a password, which would be copied"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_a_mistake_is_refused_with_path_and_remedy(changes: dict[str, Any], message: str) -> None:
    assert message in refusal(**changes)


def test_a_refused_password_is_not_repeated() -> None:
    assert "secret" not in refusal(store="postgresql://me:secret@host/db")
