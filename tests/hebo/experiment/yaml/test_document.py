from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hebo.errors import ConfigError
from hebo.experiment.yaml.document import MAX_BYTES, parse_value, parse_yaml, read_yaml, write_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 100_000.0),
        ("+.5", 0.5),
        ("-2.", -2.0),
        ("7", 7),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        (".inf", float("inf")),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("off", "off"),
        ("~", None),
        ("null", None),
        ("", None),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("1_000", "1_000"),
        ("'1e-3'", "1e-3"),
        ("[1, a]", [1, "a"]),
        ("{a: 1e2}", {"a": 100.0}),
        ("!!str 5", "5"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    found = parse_value(text)
    assert found == value
    assert type(found) is type(value)


plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.dictionaries(st.text(), plain_values, min_size=1, max_size=4))
def test_what_is_written_is_read_back_unchanged(data: dict[str, Any]) -> None:
    assert parse_yaml(write_yaml(data), file="x").data == data


@pytest.mark.parametrize("text", ["1e-3", "true", "~", "0x1F", "<<", "010", "yes", "1.0"])
def test_a_text_that_looks_like_something_else_stays_a_text(text: str) -> None:
    assert parse_yaml(write_yaml({"key": text}), file="x").data == {"key": text}


BOMB = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{b}: &{b} [*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a},*{a}]\n"
    for a, b in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x: the file is empty; it needs tasks and budget."),
        ("# only a comment\n", "x: the file is empty"),
        ("- a\n- b\n", "x:1: the root is a list, expected a mapping"),
        ("just text\n", "x:1: the root is the text 'just text', expected a mapping"),
        ("a: 1\nb:\n\tc: 2\n", "x:3: not YAML: a tab; indent with spaces."),
        ("a: [1, 2\nb: 3\n", "x:2: not YAML: "),
        ("a: 1\n---\nb: 2\n", "x:2: not one YAML document but several"),
        ("a: 1\nb: 2\na: 3\n", "x:1: a: given twice (lines 1 and 3); keep one."),
        ("a: {b: 1, b: 2}\n", "x:1: a.b: given twice"),
        (
            "a: !!python/object/apply:os.system [ls]\n",
            "x:1: a: the tag !!python/object/apply:os.system is refused",
        ),
        ("a: !!python/name:os.system x\n", "x:1: a: the tag !!python/name:os.system is refused"),
        ("a: !secret x\n", "x:1: a: the tag !secret is refused; write plain values"),
        ("a: !!binary aGVsbG8=\n", "x:1: a: the tag !!binary is refused"),
        ("a: !!set {b}\n", "x:1: a: the tag !!set is refused"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "x:2: c: merge keys (<<) are not supported"),
        ("1: a\n", "x:1: the key '1' (line 1) is not text; put it in quotes."),
        ("? [a]\n: b\n", "is not text; put it in quotes."),
        ("a: &a [*a]\n", "x:1: a[0]: an alias that contains itself; write the value out."),
        ("a: !!int abc\n", "x:1: a: 'abc' is not a YAML int; put it in quotes or correct it."),
        (BOMB, "more than 100000 values once aliases are expanded; use fewer."),
        ("a: " + "[" * 100 + "]" * 100, "x:1: not YAML: nested deeper than 40 levels"),
        ("a: *unknown\n", "x:1: not YAML: found undefined alias"),
        ("a: b\x07\n", "x: not YAML: "),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_what_is_refused_is_named_with_its_line_and_a_remedy(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, file="x")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_alias_is_a_copy() -> None:
    assert parse_yaml("a: &x [1]\nb: *x\n", file="x").data == {"a": [1], "b": [1]}


def test_places_know_the_line_of_each_value() -> None:
    places = parse_yaml("a: 1\nb:\n  - c: 2\n    d: 3\n", file="x").places
    assert places[("a",)] == ":1"
    assert places[("b", 0, "d")] == ":4"


def test_a_file_over_the_size_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    path.write_text("a: " + "x" * MAX_BYTES)
    with pytest.raises(ConfigError, match=f"larger than {MAX_BYTES} bytes"):
        read_yaml(path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: é".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"not UTF-8 text \(byte 3\); save it as UTF-8"):
        read_yaml(path)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "bom.yaml"
    path.write_bytes("﻿a: 1\n".encode())
    assert read_yaml(path).data == {"a": 1}


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_yaml(tmp_path / name)
