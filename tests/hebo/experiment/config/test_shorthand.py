from __future__ import annotations

from typing import Any

import pytest

from hebo.errors import ConfigError
from hebo.experiment.config.experiment import Experiment, build_experiment, describe_experiment
from hebo.experiment.config.locate import is_of_campaign, settings_of
from hebo.experiment.config.overrides import override
from hebo.experiment.running.prepare import prepare
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import Document, parse_yaml, write_yaml

pytestmark = pytest.mark.usefixtures("toys")

LONG = """\
name: small
optimizers: [{type: hebo}]
tasks: [{type: toy}]
seeds: [0]
budget: {n_trials: 4}
"""
SHORT = """\
task: toy
budget: {n_trials: 4}
"""


def document(text: str, *overrides: str, file: str = "small.yaml") -> Document:
    found = parse_yaml(text, file=file)
    override(found, overrides)
    return found


def experiment(text: str, *overrides: str, file: str = "small.yaml") -> Experiment:
    return build_experiment(document(text, *overrides, file=file))


def refusal(text: str, *overrides: str, file: str = "small.yaml") -> str:
    with pytest.raises(ConfigError) as caught:
        experiment(text, *overrides, file=file)
    return str(caught.value)


@pytest.mark.parametrize("text", [SHORT, SHORT + "optimizer: hebo\n", SHORT + "optimizers: [hebo]\n"])
def test_a_short_form_is_the_same_experiment(text: str) -> None:
    assert experiment(text) == experiment(LONG)


def test_a_single_part_may_have_settings_and_a_label() -> None:
    found = experiment(SHORT.replace("toy", "{type: toy, label: mine, noise: 0.5}"))
    assert [one.label for one in found.tasks] == ["mine"]


def test_the_description_of_a_short_form_writes_everything_out() -> None:
    described = describe_experiment(experiment(SHORT))
    assert described["name"] == "small"
    assert [(one["type"], one["label"]) for one in described["tasks"]] == [("toy", "toy")]
    assert described["optimizers"][0]["label"] == "hebo"
    assert described["seeds"] == [0]
    again = build_experiment(parse_yaml(write_yaml(described), file="resolved.yaml"))
    assert again == experiment(SHORT)


def test_the_name_of_the_file_is_the_name_wherever_it_is_looked_for(tmp_path: Any) -> None:
    file = tmp_path / "my-study.yaml"
    file.write_text(SHORT, encoding="utf-8")
    assert experiment(SHORT, file=str(file)).name == settings_of(file)[0] == "my-study"


def test_a_file_whose_name_is_no_name_needs_one() -> None:
    message = "`name` is missing, and the file's own name 'a study' cannot be used as one; add `name:`."
    assert message in refusal(SHORT, file="a study.yaml")
    assert experiment(SHORT + "name: b\n", file="a study.yaml").name == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SHORT + "tasks: [toy]\n",
            "small.yaml:1: task: `task` and `tasks` are both given; keep one of them.",
        ),
        (SHORT + "optimizer: a\noptimizers: [b]\n", "small.yaml:3: optimizer: `optimizer` and `optimizers`"),
        (SHORT.replace("toy", "toi"), "small.yaml:1: task: 'toi' is not a task. Did you mean 'toy'?"),
        (SHORT.replace("toy", "{type: toi}"), "small.yaml:1: task.type: 'toi' is not a task."),
        (SHORT.replace("toy", "{type: toy, nois: 1}"), "small.yaml:1: task.nois: unknown key."),
        (SHORT.replace("toy", "{type: toy, label: a/b}"), "small.yaml:1: task.label: the text 'a/b'"),
        (SHORT.replace("toy", "[toy]"), "task: expected the name of a part, or a mapping with `type`, got a"),
        ("budget: {n_trials: 4}\n", "`tasks` is missing; add `tasks:` at the top level."),
    ],
)
def test_a_mistake_in_a_short_form_is_explained_at_the_key_of_the_file(text: str, message: str) -> None:
    assert message in refusal(text)


def test_a_mistake_that_is_found_later_is_explained_at_the_key_of_the_file() -> None:
    found = document("task: branin\noptimizer: preferential\nbudget: {n_trials: 4}\n")
    with pytest.raises(ConfigMistake) as caught:
        prepare(build_experiment(found))
    assert str(found.explain(caught.value)).startswith("small.yaml:2: optimizer: ")


def test_names_alone_can_be_given_on_the_command_line() -> None:
    found = experiment(SHORT, "optimizers=[hebo, random_search]", "task=branin")
    assert [one.label for one in found.optimizers] == ["hebo", "random_search"]
    assert [one.label for one in found.tasks] == ["branin"]


@pytest.mark.parametrize("text", [SHORT, LONG])
def test_a_list_on_the_command_line_replaces_a_single_part_and_the_reverse(text: str) -> None:
    assert [one.label for one in experiment(text, "tasks=[branin, toy]").tasks] == ["branin", "toy"]
    assert [one.label for one in experiment(text, "task=branin").tasks] == ["branin"]


def test_a_setting_can_be_set_where_the_file_has_a_name_alone() -> None:
    nested = "task: toy\noptimizers: [{type: nested, inner: sobol}]\nbudget: {n_trials: 4}\n"
    assert experiment(nested, "task.noise=0.5").tasks[0].recipe.noise == 0.5  # type: ignore[attr-defined]
    assert "optimizers[0].inner.kapa: unknown key." in refusal(nested, "optimizers.0.inner.kapa=1")
    assert "`name` is the text 'x', which has no 'y'" in refusal(nested, "name=x", "name.y=1")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"optimizer": "hebo", "space": []}, True),
        ({"optimizer": "hebo", "task": "branin"}, True),
        ({"optimizer": "hebo", "task": "branin", "budget": {}}, False),
        ({"task": "branin", "budget": {}}, False),
        ({"optimizers": ["hebo"]}, False),
    ],
)
def test_a_campaign_is_told_from_an_experiment(data: dict[str, Any], expected: bool) -> None:
    assert is_of_campaign(data) is expected
