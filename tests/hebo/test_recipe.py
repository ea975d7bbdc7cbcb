"""Tests of `hebo.recipe`."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import Field, ValidationError

from hebo.recipe import Recipe


class Kettle(Recipe):
    renamed: ClassVar[dict[str, str]] = {"heat": "temperature"}

    temperature: float = 100.0


def test_a_former_name_is_refused_with_the_present_one() -> None:
    with pytest.raises(ValidationError, match="`heat` is called `temperature` now"):
        Kettle.model_validate({"heat": 90.0})
    assert Kettle(temperature=90.0).temperature == 90.0


def test_a_former_name_is_no_field() -> None:
    assert list(Kettle.model_fields) == ["temperature"]
    assert "renamed" not in Kettle.model_json_schema()["properties"]


class Pot(Recipe):
    lid: bool = True
    n_copies: int = Field(default=1, alias="copy")  # `copy` is a method of every recipe


def test_a_key_may_have_another_name_than_its_field() -> None:
    assert Pot.yaml_keys() == {"lid": "lid", "copy": "n_copies"}
    assert Pot.model_validate({"copy": 3}).n_copies == 3
    with pytest.raises(ValidationError, match="n_copies"):
        Pot.model_validate({"n_copies": 3})
