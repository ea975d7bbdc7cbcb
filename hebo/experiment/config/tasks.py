"""Tasks of the catalog, held to the protocol by which experiments know them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from hebo.errors import ConfigError
from hebo.experiment.config.parts import build

if TYPE_CHECKING:
    from hebo.base import Task


def build_task(mapping: object) -> Task:
    """Return the task that a mapping describes.

    Raises:
        ConfigError: If it describes none, or a part that is registered as a task and is none.
    """
    return as_task(build("task", mapping, ("task",)))


def as_task(part: object) -> Task:
    """Return a part that is a task.

    Raises:
        ConfigError: If it lacks something that experiments ask of a task.
    """
    if not _is_task(part):
        lacking = ", ".join(_lacking(type(part)))
        raise ConfigError(f"{type(part).__name__} is no task, it lacks {lacking}; see `hebo.base.Task`.")
    return part


def _is_task(part: object) -> TypeGuard[Task]:
    return not _lacking(type(part))


def _lacking(cls: type) -> list[str]:
    """Look at the class: properties of the part itself, such as its space, may be slow, or fail."""
    from hebo.base import Task

    fields = (*getattr(cls, "model_fields", ()), *getattr(cls, "__dataclass_fields__", ()))
    found = {*dir(cls), *fields}
    return [name for name in vars(Task) if not name.startswith("_") and name not in found]
