"""Parts of an experiment that run what its YAML names: programs that are started, files that are imported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hebo.experiment.config.experiment import Experiment
from hebo.experiment.config.labeled import Labeled
from hebo.experiment.config.parts import find
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.recipe import Recipe


def refuse_code(experiment: Experiment) -> None:
    """Refuse an experiment that runs code which its YAML names, in a task, a wrapped one, or an optimizer.

    Raises:
        ConfigMistake: With the first part that does.
    """
    groups: dict[str, tuple[Labeled, ...]] = {"tasks": experiment.tasks, "optimizers": experiment.optimizers}
    for key, parts in groups.items():
        for one in parts:
            for part in running_code(one.recipe):
                name = find(type(part)).name
                raise ConfigMistake(
                    (key,),
                    f"'{one.label}' has a part of the type {name}, which starts a program or imports a file; "
                    "leave --no-commands out if you trust this experiment.",
                )


def running_code(value: Any) -> Iterator[Recipe]:
    """Yield the recipes in a value, nested ones included, whose class says that they run code."""
    if isinstance(value, Recipe):
        if getattr(type(value), "runs_code", False):
            yield value
        for name in type(value).model_fields:
            yield from running_code(getattr(value, name))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from running_code(one)
    elif isinstance(value, dict):
        yield from running_code(list(value.values()))
