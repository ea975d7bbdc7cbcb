"""Every part of the catalog: it loads, is documented, frozen, strict, and goes to YAML and back."""

from __future__ import annotations

import pytest
import yaml
from examples import SETTINGS, example, names
from pydantic import ValidationError

from hebo.errors import ConfigError
from hebo.experiment.config.catalog import catalog
from hebo.experiment.config.parts import build, describe, lookup, settings_of

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


@pytest.mark.parametrize(("kind", "name"), ALL)
def test_a_former_key_of_a_part_is_refused_with_the_present_one(kind: str, name: str) -> None:
    cls = settings_of(lookup(kind, name))
    for former, present in cls.renamed.items():
        assert present in cls.model_fields
        assert former not in cls.model_fields
        with pytest.raises(ConfigError, match=f"`{former}` is called `{present}` now"):
            build(kind, {"type": name, **SETTINGS.get((kind, name), {}), former: 1})
