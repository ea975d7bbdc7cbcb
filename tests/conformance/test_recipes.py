"""Every part of the catalogue: it loads, is documented, frozen, strict, and goes to YAML and back."""

from __future__ import annotations

import pytest
import yaml
from examples import example, names
from pydantic import ValidationError

from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import build, describe, lookup

ALL = [(kind, name) for kind in sorted(catalog()) for name in names(kind)]


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_part_is_documented_in_one_line_and_in_its_class(kind: str, name: str) -> None:
    summary = catalog()[kind][name].summary
    assert summary
    assert len(summary) < 90
    assert not summary.endswith(".")
    assert lookup(kind, name).__doc__


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_part_goes_to_yaml_and_back(kind: str, name: str) -> None:
    recipe = example(kind, name)
    text = yaml.safe_dump(describe(recipe))
    assert build(kind, yaml.safe_load(text)) == recipe


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_part_is_frozen_and_refuses_unknown_settings(kind: str, name: str) -> None:
    recipe = example(kind, name)
    with pytest.raises(ValidationError):
        type(recipe).model_validate({"no_such_setting": 1})
    for field in type(recipe).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(recipe, field, None)
