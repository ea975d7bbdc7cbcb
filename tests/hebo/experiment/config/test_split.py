"""Suites in two halves that share nothing."""

from __future__ import annotations

from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment.config.experiment import Experiment, build_experiment, content_of, describe_experiment
from hebo.experiment.yaml.document import parse_yaml, write_yaml

pytestmark = pytest.mark.usefixtures("toys")

TUNING: dict[str, Any] = {"tasks": [{"type": "toy", "noise": 1.0, "label": "a"}], "seeds": [100, 101]}
REPORTING: dict[str, Any] = {
    "tasks": [{"type": "toy", "label": "b"}, {"type": "toy", "noise": 2.0, "label": "c"}],
    "seeds": 3,
}


def experiment(*, tuning: Any = TUNING, reporting: Any = REPORTING, **changes: Any) -> Experiment:
    data = {
        "name": "suite",
        "optimizers": [{"type": "random_search"}],
        "split": {"tuning": tuning, "reporting": reporting},
        "part": "reporting",
        "budget": {"n_trials": 4},
    } | changes
    data = {key: value for key, value in data.items() if value is not ...}
    return build_experiment(parse_yaml(write_yaml(data), file="x.yaml"))


def test_the_part_that_is_named_is_run_under_its_own_name() -> None:
    reporting, tuning = experiment(), experiment(part="tuning")
    assert ([one.label for one in reporting.tasks], reporting.seeds) == (["b", "c"], (0, 1, 2))
    assert ([one.label for one in tuning.tasks], tuning.seeds) == (["a"], (100, 101))
    assert (reporting.name, tuning.name) == ("suite-reporting", "suite-tuning")
    assert tuning.store == "sqlite:///runs/suite-tuning/results.db"
    assert (tuning.suite, tuning.part) == ("suite", "tuning")


def test_what_is_described_builds_the_same_part() -> None:
    found = experiment(part="tuning", initial_trials=3)
    again = build_experiment(parse_yaml(write_yaml(describe_experiment(found)), file="resolved.yaml"))
    assert again == found
    assert content_of(again) == content_of(found)


def test_counts_and_lists_beside_a_split_choose_in_its_half() -> None:
    assert experiment(seeds=2).seeds == (0, 1)
    assert experiment(seeds=1, part="tuning").seeds == (100,)
    assert experiment(seeds=[2, 0]).seeds == (0, 2)
    assert [one.label for one in experiment(tasks=1).tasks] == ["b"]
    assert [one.label for one in experiment(tasks=["c"]).tasks] == ["c"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"part": ...}, "part: expected tuning or reporting, the half of `split` to run; it is missing."),
        ({"part": "testing"}, "part: expected tuning or reporting"),
        ({"split": ..., "tasks": [{"type": "toy"}]}, "part: there is no `split` to take a part of"),
        ({"suite": "other"}, "suite: the name is the suite where there is a `split`"),
        ({"split": [1]}, "split: expected a mapping of tuning and reporting, got a list."),
        ({"split": {"tuning": TUNING}}, "split: `reporting` is missing; add `reporting:` here."),
        ({"split": {"tunning": TUNING}}, "split.tunning: unknown key. Did you mean 'tuning'?"),
        ({"tuning": 3}, "split.tuning: expected a mapping of tasks and seeds, got the number 3."),
        ({"tuning": {"tasks": [{"type": "toy"}]}}, "split.tuning: `seeds` is missing"),
        ({"tuning": TUNING | {"seed": 3}}, "split.tuning.seed: unknown key. Did you mean 'seeds'?"),
        ({"tuning": TUNING | {"seeds": [7, 7]}}, "split.tuning.seeds[1]: the seed 7 is given twice"),
        (
            {"tuning": TUNING | {"tasks": [{"type": "tou"}]}},
            "split.tuning.tasks[0].type: 'tou' is not a task",
        ),
        ({"tuning": TUNING | {"seeds": [2]}}, "split.reporting.seeds: the seed 2 is a tuning seed as well"),
        (
            {"tuning": TUNING | {"tasks": [{"type": "toy", "label": "other"}]}},
            "split.reporting.tasks[0]: the task 'b' is a tuning task too; keep it in one half.",
        ),
        (
            {"tuning": TUNING | {"tasks": [{"type": "toy", "noise": 9.0, "label": "c"}]}},
            "split.reporting.tasks[1]: the task 'c' is a tuning task too",
        ),
        ({"seeds": 4}, "seeds: expected a count from 1 to 3, got 4."),
        ({"seeds": [100]}, "seeds[0]: the number 100 is not in this half of `split`; choose among: 0, 1, 2."),
        ({"tasks": ["a"]}, "tasks[0]: the text 'a' is not in this half of `split`; choose among: b, c."),
        ({"tasks": [{"type": "toy"}]}, "tasks[0]: a mapping is not in this half"),
        ({"tasks": "b"}, "tasks: with a `split`, expected a count or a list of those to run, got the text"),
    ],
    ids=lambda one: str(one)[:50],
)
def test_a_mistake_is_refused_with_path_and_remedy(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        experiment(**changes)
    assert message in str(caught.value)
