from __future__ import annotations

import pytest

from hebo.errors import ConfigError
from hebo.experiment.config.overrides import make_quick, override
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import Document, parse_yaml

TEXT = "budget: {n_trials: 5}\noptimizers:\n- {type: hebo}\n- {type: sobol}\nseeds: 2\nlimits:\n"


def changed(*assignments: str) -> Document:
    document = parse_yaml(TEXT, file="x.yaml")
    override(document, assignments)
    return document


def test_values_are_read_by_the_rules_of_the_files() -> None:
    data = changed("budget.n_trials=50", "seeds=[0, 1]", "optimizers.1.kappa=1e-3", "name=yes").data
    assert data["budget"] == {"n_trials": 50}
    assert data["seeds"] == [0, 1]
    assert data["optimizers"][1] == {"type": "sobol", "kappa": 0.001}
    assert data["name"] == "yes"


def test_mappings_that_are_missing_or_empty_are_made() -> None:
    data = changed("limits.trial_seconds=3", "executor.type=in_process").data
    assert data["limits"] == {"trial_seconds": 3}
    assert data["executor"] == {"type": "in_process"}


def test_a_value_may_hold_an_equals_sign_or_be_empty() -> None:
    data = changed("store=sqlite:///a?b=c", "output=").data
    assert data["store"] == "sqlite:///a?b=c"
    assert data["output"] is None


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("n_trials", "override 'n_trials': expected key=value, such as budget.n_trials=50."),
        ("=3", "override '=3': expected key=value"),
        (
            "optimizers.7.type=x",
            "x.yaml (override 'optimizers.7.type=x'): optimizers: `optimizers` has entries 0 to 1",
        ),
        ("optimizers.one=x", "`optimizers` has entries 0 to 1, 'one' is none of them."),
        ("seeds.first=1", "seeds: `seeds` is the number 2, which has no 'first'; set `seeds` itself."),
        ("budget..n_trials=1", "an empty key; write keys with single dots"),
        ("seeds=[0, 1", "the value of 'seeds=[0, 1' cannot be read: not YAML: "),
        ("seeds=!!python/name:os.system", "the tag !!python/name:os.system is refused"),
    ],
)
def test_an_override_that_makes_no_sense_is_named(assignment: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        changed(assignment)
    assert message in str(caught.value)


def test_messages_about_an_overridden_value_name_the_override() -> None:
    places = changed("budget={n_trials: x}").places
    assert places[("budget",)] == " (override 'budget={n_trials: x}')"
    assert ("budget", "n_trials") not in places


def test_a_count_in_place_of_a_list_takes_its_first_ones() -> None:
    text = "tasks: [{n: 1}, {n: 2}, {n: 3}]\nseeds: [7, 8]\nquick: {tasks: 2, seeds: 1}\n"
    document = parse_yaml(text, file="x.yaml")
    make_quick(document)
    assert document.data["tasks"] == [{"n": 1}, {"n": 2}]
    assert document.data["seeds"] == [7]


def test_quick_applies_its_own_overrides() -> None:
    document = parse_yaml(
        "name: x\nbudget: {n_trials: 50}\nquick: {seeds: 2, budget.n_trials: 5, tasks.0.n: 3}\ntasks: [{n: 9}]\n",
        file="x.yaml",
    )
    make_quick(document)
    assert document.data["budget"] == {"n_trials": 5}
    assert document.data["seeds"] == 2
    assert document.data["tasks"] == [{"n": 3}]
    mistake = document.explain(ConfigMistake(("budget", "n_trials"), "too few."))
    assert str(mistake) == "x.yaml (quick, `budget.n_trials`): budget.n_trials: too few."


@pytest.mark.parametrize(
    ("quick", "message"),
    [
        ("", "x.yaml:1: --quick applies what stands under `quick`; add `quick:"),
        ("quick: {}", "--quick applies what stands under `quick`"),
        ("quick: {tasks.7: 1}", "x.yaml:2: quick.tasks.7: tasks: `tasks` has entries 0 to 0"),
    ],
)
def test_a_quick_version_that_cannot_be_made_is_refused(quick: str, message: str) -> None:
    document = parse_yaml(f"tasks: [1]\n{quick}\n", file="x.yaml")
    with pytest.raises(ConfigError) as caught:
        make_quick(document)
    assert message in str(caught.value)
