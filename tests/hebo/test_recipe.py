"""Tests of `hebo.recipe`."""

from __future__ import annotations

from typing import ClassVar

import pytest
from pydantic import ValidationError

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
