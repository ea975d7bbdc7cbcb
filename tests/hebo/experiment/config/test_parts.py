from __future__ import annotations

from typing import Any, cast

import pytest

from hebo.catalog import RENAMED
from hebo.errors import ConfigError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.experiment import Budget
from hebo.experiment.config.parts import build, contract_kind, describe, find, lookup
from hebo.experiment.yaml.config_error import ConfigMistake

pytestmark = pytest.mark.usefixtures("toys")


def build_error(kind: str, mapping: object) -> str:
    with pytest.raises(ConfigMistake) as caught:
        build(kind, mapping, ("tasks", 0))
    return str(caught.value)


def test_a_mapping_becomes_the_recipe_its_type_names() -> None:
    recipe = cast(Any, build("task", {"type": "toy", "noise": 0.5}))
    assert type(recipe).__name__ == "Toy"
    assert recipe.noise == 0.5


def test_parts_nest_in_fields_lists_mappings_and_options() -> None:
    mapping = {
        "type": "nested",
        "inner": {"type": "sobol"},
        "others": [{"type": "nested", "kappa": 2.0}, {"type": "random_search"}],
        "by_name": {"first": {"type": "sobol"}},
        "maybe": {"type": "sobol"},
    }
    recipe = cast(Any, build("optimizer", mapping))
    assert type(recipe.inner) is lookup("optimizer", "sobol")
    assert recipe.others[0].kappa == 2.0
    assert type(recipe.by_name["first"]) is type(recipe.maybe) is lookup("optimizer", "sobol")


def test_describe_is_the_inverse_of_build() -> None:
    mapping = {"type": "nested", "inner": {"type": "sobol"}, "others": [{"type": "nested"}], "kappa": 3.5}
    recipe = build("optimizer", mapping)
    described = describe(recipe)
    assert described["inner"] == {"type": "sobol"}
    assert build("optimizer", described) == recipe
    assert describe(build("optimizer", described)) == described


def test_an_unknown_part_is_refused_with_the_nearest_spelling() -> None:
    assert (
        build_error("task", {"type": "branim"})
        == "tasks[0].type: 'branim' is not a task. Did you mean 'branin'?"
    )


def test_an_unknown_key_is_refused_with_the_nearest_spelling() -> None:
    assert (
        build_error("task", {"type": "toy", "nois": 1}) == "tasks[0].nois: unknown key. Did you mean 'noise'?"
    )


def test_a_mistake_in_a_nested_part_is_found_at_its_own_path() -> None:
    mapping = {"type": "nested", "others": [{"type": "sobol"}, {"type": "nested", "kapa": 2}]}
    assert build_error("optimizer", mapping) == "tasks[0].others[1].kapa: unknown key. Did you mean 'kappa'?"


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"noise": 1}, "tasks[0]: `type` is missing; add `type:` with one of: "),
        ({"name": "toy"}, "tasks[0]: `type` is missing (you wrote `name`)"),
        ({"type": ["toy"]}, "tasks[0].type: expected the name of a part, got a list."),
        (None, "tasks[0]: expected the name of a part, or a mapping with `type`, got nothing (null)."),
        ("branim", "tasks[0]: 'branim' is not a task. Did you mean 'branin'?"),
        ({"type": "toy", "noise": "much"}, "tasks[0].noise: expected a valid number, "),
        (
            {"type": "toy", "noise": float("inf")},
            "tasks[0].noise: expected a finite number, got the number inf.",
        ),
        ({"type": "toy", "corner": "rays"}, "got the text 'rays'. Did you mean 'raise'?"),
        ({"type": "toy_parts:Toy"}, "'toy_parts:Toy' is not a task."),
    ],
)
def test_a_refusal_says_what_was_expected_and_what_came(mapping: object, message: str) -> None:
    assert message in build_error("task", mapping)


@pytest.mark.parametrize(
    ("kind", "mapping", "message"),
    [
        ("kernel", {"type": "blend"}, "The kernel 'blend' is called 'mixture' now."),
        (
            "surrogate",
            {"type": "most_predictive"},
            "The surrogate 'most_predictive' is called 'best_by_loo' now.",
        ),
        ("surrogate", {"type": "mixed_gp", "ignored": ["nominal"]}, "`ignored` is called `ignore_kinds` now"),
        ("output_transform", {"type": "power", "distinct": True}, "`distinct` is called `deduplicate` now"),
    ],
)
def test_a_former_name_is_refused_with_the_present_one(kind: str, mapping: object, message: str) -> None:
    assert message in build_error(kind, mapping)


def test_every_former_name_is_that_of_a_part() -> None:
    for kind, names in RENAMED.items():
        assert names.keys().isdisjoint(catalog()[kind])
        assert set(names.values()) <= catalog()[kind].keys()


def test_another_name_builds_the_same_part() -> None:
    forest = build("surrogate", {"type": "random_forest"})
    assert forest == build("surrogate", {"type": "extra_trees"})
    assert describe(forest)["type"] == "extra_trees"


def test_a_part_that_a_wrapper_cannot_hold_is_named() -> None:
    message = build_error("optimizer", {"type": "interleaved", "of": {"type": "optuna_tpe"}})
    assert (
        message == "tasks[0].of: OptunaTPE is no Recommender, as this place takes it; choose another `type`."
    )


def test_a_name_alone_is_the_part_with_its_defaults() -> None:
    assert build("task", "toy") == build("task", {"type": "toy"})
    short = build("optimizer", {"type": "nested", "inner": "sobol", "others": ["sobol"], "maybe": "sobol"})
    sobol = {"type": "sobol"}
    assert short == build("optimizer", {"type": "nested", "inner": sobol, "others": [sobol], "maybe": sobol})
    assert describe(short)["inner"]["type"] == "sobol"


def test_a_name_alone_that_is_unknown_is_found_at_its_own_path() -> None:
    message = build_error("optimizer", {"type": "nested", "others": ["sobol", "sobbol"]})
    assert message == "tasks[0].others[1]: 'sobbol' is not an optimizer. Did you mean 'sobol'?"


def test_a_name_alone_of_a_part_that_needs_settings_says_which() -> None:
    assert build_error("optimizer", "interleaved") == "tasks[0].of: missing; add `of:`."


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no kind of part called 'tusk'\. Did you mean 'task'"):
        lookup("tusk", "toy")


def test_a_part_that_cannot_be_imported_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalog()["task"]["toy"]
    broken = type(entry)("task", "toy", "no_such_module:Toy", "", entry.origin)
    monkeypatch.setitem(cast(Any, catalog()["task"]), "toy", broken)
    with pytest.raises(
        ConfigError, match=r"task 'toy' cannot be imported \(No module named 'no_such_module'\)"
    ):
        lookup("task", "toy")


def test_a_part_that_is_no_recipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalog()["task"]["toy"]
    wrong = type(entry)("task", "toy", "pathlib:Path", "", entry.origin)
    monkeypatch.setitem(cast(Any, catalog()["task"]), "toy", wrong)
    with pytest.raises(ConfigError, match="task 'toy' is no Recipe"):
        lookup("task", "toy")


def test_a_recipe_outside_the_catalog_has_no_description() -> None:
    with pytest.raises(ConfigError, match=r"hebo.experiment.config.experiment:Budget is in no catalog"):
        describe(Budget(n_trials=1))


def test_the_catalog_entry_of_a_class_is_found() -> None:
    assert find(lookup("task", "toy")).name == "toy"


def test_the_kind_of_a_field_is_read_from_its_annotation() -> None:
    fields = lookup("optimizer", "nested").model_fields
    kinds = {name: contract_kind(field.annotation) for name, field in fields.items()}
    assert kinds == {
        "inner": "optimizer",
        "others": "optimizer",
        "by_name": "optimizer",
        "maybe": "optimizer",
        "kappa": None,
    }
