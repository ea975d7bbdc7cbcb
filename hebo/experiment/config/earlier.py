"""`initial_trials_from`: where the trials of related tasks are that a run learns from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from hebo.experiment.config.translate import translate
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import kind_of
from hebo.recipe import Recipe

KEY = "initial_trials_from"

EVERY_TASK = "*"
"""Stands for all tasks of an experiment."""


class Earlier(Recipe):
    """The trials of one related task, or of several in the same place.

    Attributes:
        source: An experiment (its run folder, its YAML or the URL of its store), a campaign (its YAML or its
            log), or a table of trials (CSV, or a workbook); a path is beside the YAML that names it. A path
            with `*` stands for all files of such a name, each a related task of its own.
        task: Label of the task, where an experiment has several; `*` for all of them, each a related task.
        values: Columns that are minimized, where they are not called as the objectives.
        defaults: Parameter -> value that it had there, for parameters that the source does not have.
    """

    source: Annotated[str, Field(min_length=1)]
    task: str | None = None
    values: tuple[str, ...] = ()
    defaults: dict[str, Any] = Field(default_factory=dict)

    def beside(self, folder: Path) -> str:
        """Return the URL or path of the source, for a YAML in some folder."""
        return self.source if "://" in self.source else str(folder / self.source)


def read_earlier(data: Mapping[str, Any]) -> tuple[Earlier, ...]:
    """Return what a YAML says under `initial_trials_from`: a path, a mapping, or a list of these; or nothing.

    Raises:
        ConfigMistake: With the place of what is wrong.
    """
    if KEY not in data:
        return ()
    given = data[KEY]
    entries = given if isinstance(given, list) else [given]
    if not entries:
        raise ConfigMistake((KEY,), "is an empty list; name a source, or leave it out.")
    places = [(KEY, place) if isinstance(given, list) else (KEY,) for place in range(len(entries))]
    return tuple(_one(entry, place) for entry, place in zip(entries, places, strict=True))


def _one(entry: object, place: tuple[str | int, ...]) -> Earlier:
    if isinstance(entry, str):
        entry = {"source": entry}
    if not isinstance(entry, Mapping):
        raise ConfigMistake(
            place,
            f"expected a path, or a mapping with `source`, got {kind_of(entry)}; see the guide of transfer.",
        )
    try:
        return Earlier.model_validate(dict(entry))
    except ValidationError as error:
        raise translate(error, Earlier, entry, place) from error
