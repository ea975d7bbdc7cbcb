"""Labels and seeds: lists of a YAML whose parts have labels of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from hebo.experiment.config.parts import build
from hebo.experiment.yaml.config_error import ConfigMistake, Path
from hebo.experiment.yaml.document import kind_of
from hebo.recipe import Recipe

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
NAME_RULE = "letters, digits, dots, dashes and underscores only, the first a letter or digit, at most 100"
Name = Annotated[str, Field(pattern=NAME)]


class Labeled(Recipe):
    """A part and the name it has in tables and figures."""

    label: Name
    recipe: Recipe


def seeds_of(value: object, path: Path = ("seeds",)) -> object:
    """Return the seeds that a count or a list stands for; what a list holds is checked with the model."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= 10_000:
            raise ConfigMistake(path, f"expected a count from 1 to 10000 or a list, got {value}.")
        return tuple(range(value))
    if not isinstance(value, list) or not value:
        raise ConfigMistake(path, f"expected a count or a list of integers, got {_shown(value)}.")
    for place, seed in enumerate(value):
        if seed in value[:place]:
            raise ConfigMistake((*path, place), f"the seed {seed} is given twice; keep one.")
    return value


def labeled(kind: str, value: object, path: Path) -> tuple[Labeled, ...]:
    """Return the parts of a list, each with its own label."""
    if not isinstance(value, list) or not value:
        hint = f"; write [{value}]" if isinstance(value, str) and value.isidentifier() else ""
        raise ConfigMistake(path, f"expected a list with at least one {kind}, got {_shown(value)}{hint}.")
    recipes = [_recipe(kind, one, (*path, place)) for place, one in enumerate(value)]
    labels = _labels(value, path)
    return tuple(Labeled(label=label, recipe=one) for label, one in zip(labels, recipes, strict=True))


def _shown(value: object) -> str:
    return "an empty list" if value == [] else kind_of(value)


def _recipe(kind: str, value: object, path: Path) -> Recipe:
    if isinstance(value, Mapping):
        value = {key: one for key, one in value.items() if key != "label"}
    return build(kind, value, path)


def _labels(parts: list[Any], path: Path) -> list[str]:
    """Return the given labels, and for the rest the types, those after the first of a type numbered from 2.

    The first one has no number, so that it keeps its label, and its runs, when another of its type is added.
    """
    seen: Counter[str] = Counter()
    labels: list[str] = []
    for place, part in enumerate(parts):
        label, name = (None, part) if isinstance(part, str) else (part.get("label"), part["type"])
        if label is None:
            seen[name] += 1
            label = name if seen[name] == 1 else f"{name}-{seen[name]}"
        labels.append(_check_label(label, labels, (*path, place, "label")))
    return labels


def _check_label(label: object, taken: list[str], path: Path) -> str:
    if not isinstance(label, str) or not re.fullmatch(NAME, label):
        raise ConfigMistake(path, f"{kind_of(label)} is not a label; use {NAME_RULE}.")
    if label in taken:
        raise ConfigMistake(path, f"the label '{label}' is taken; give each one its own `label`.")
    return label
