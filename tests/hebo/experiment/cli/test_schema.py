from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hebo.experiment.cli.schema import experiment_schema
from hebo.experiment.config.catalog import catalog

pytestmark = pytest.mark.usefixtures("toys")


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for one in node.values():
            yield from references(one)
    elif isinstance(node, list):
        for one in node:
            yield from references(one)


def test_every_reference_has_a_definition() -> None:
    schema = experiment_schema()
    targets = {one.removeprefix("#/$defs/") for one in references(schema)}
    assert targets
    assert targets <= set(schema["$defs"])


def test_every_part_is_there_and_told_apart_by_its_type() -> None:
    definitions = experiment_schema()["$defs"]
    for kind, names in catalog().items():
        alone, *written_out = definitions[kind]["oneOf"]
        assert alone["enum"] == list(names)
        assert written_out == [{"$ref": f"#/$defs/{kind}.{name}"} for name in names]
        for name, entry in names.items():
            part = definitions[f"{kind}.{name}"]
            assert part["properties"]["type"] == {"const": name}
            assert part["description"] == entry.summary
            assert part["additionalProperties"] is False
            assert "type" in part["required"]


def test_a_field_that_takes_a_part_refers_to_its_kind() -> None:
    properties = experiment_schema()["$defs"]["optimizer.nested"]["properties"]
    assert properties["inner"]["$ref"] == "#/$defs/optimizer"
    assert properties["others"]["items"] == {"$ref": "#/$defs/optimizer"}
    assert {"$ref": "#/$defs/optimizer"} in properties["maybe"]["anyOf"]


def test_the_top_level_has_the_keys_of_the_yaml() -> None:
    schema = experiment_schema()
    assert schema["required"] == ["budget"]
    assert {"required": ["tasks"]} in schema["anyOf"]
    assert {"required": ["task"]} in schema["anyOf"]
    assert {"not": {"required": ["task", "tasks"]}} in schema["allOf"]
    assert schema["properties"]["task"] == {"$ref": "#/$defs/task"}
    assert schema["properties"]["tasks"]["anyOf"][0]["items"] == {"$ref": "#/$defs/task"}
    half = schema["properties"]["split"]["properties"]["tuning"]
    assert half["properties"]["tasks"]["items"] == {"$ref": "#/$defs/task"}
    assert schema["properties"]["seeds"]["oneOf"][0] == {"type": "integer", "minimum": 1}
    assert "label" in schema["$defs"]["task.toy"]["properties"]
    assert "label" not in schema["$defs"]["executor.in_process"]["properties"]


@pytest.mark.parametrize("task", ["python", "command"])
def test_objectives_and_constraints_are_names_or_mappings(task: str) -> None:
    definitions = experiment_schema()["$defs"]
    own = {"objectives": {"name", "goal", "target", "unit"}, "constraints": {"name", "lb", "ub", "unit"}}
    for key, fields in own.items():
        items = definitions[f"task.{task}"]["properties"][key]["items"]
        name, mapping = definitions[items["$ref"].removeprefix("#/$defs/")]["anyOf"]
        assert name["type"] == "string"
        assert set(mapping["properties"]) == fields
        assert mapping["required"] == ["name"]


def test_keys_of_a_part_are_those_of_the_yaml_where_its_fields_have_other_names() -> None:
    part = experiment_schema()["$defs"]["task.command"]
    assert {"space", "objectives", "constraints", "input_constraints"} <= set(part["properties"])
    assert part["required"] == ["type", "space", "argv"]
    words = part["properties"]["argv"]["items"]["anyOf"]
    assert [one["type"] for one in words] == [["string", "number"], "array"]
