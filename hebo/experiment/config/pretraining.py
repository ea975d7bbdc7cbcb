"""Pretraining from YAML: the file of `hebo pretrain` as a recipe."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from hebo.errors import did_you_mean
from hebo.experiment.config.parts import build, plain
from hebo.experiment.config.translate import translate
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import Document
from hebo.training.pretraining import Pretraining

_PARTS = {"learner": "learner", "prior": "task_prior"}


def build_pretraining(document: Document) -> Pretraining:
    """Return what a YAML describes.

    Raises:
        ConfigError: One line with file, line, path, what was expected, what came and what would work.
    """
    try:
        return _build(document.data)
    except ConfigMistake as mistake:
        raise document.explain(mistake) from mistake


def describe_pretraining(plan: Pretraining) -> dict[str, Any]:
    """Return the mapping that `build_pretraining` turns into `plan`, all fields written out."""
    described: dict[str, Any] = plain(plan)
    return described


def _build(data: dict[str, Any]) -> Pretraining:
    known = list(Pretraining.model_fields)
    for key in data:
        if key not in known:
            raise ConfigMistake((key,), f"unknown key.{did_you_mean(key, known)}")
    fields = {
        key: build(_PARTS[key], value, (key,)) if key in _PARTS else value for key, value in data.items()
    }
    try:
        return Pretraining.model_validate(fields)
    except ValidationError as error:
        raise translate(error, Pretraining, fields) from error
