"""Related tasks of an experiment: read once when it is prepared, checked when it goes on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from hebo.base import Task
from hebo.errors import HeboError
from hebo.experiment.config.earlier import KEY
from hebo.experiment.config.experiment import Experiment
from hebo.experiment.earlier.lessons import read_lessons
from hebo.experiment.store.entries import Related
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.recommenders.random import RandomSearch


def related_to(experiment: Experiment, task: Task) -> tuple[Related, list[str]]:
    """Return the related tasks that an experiment names, as points of the space of one of its tasks.

    Returns:
        The tasks, and a note on each.

    Raises:
        ConfigMistake: If a source cannot be read, or has nothing for this space.
    """
    reader, notes = RandomSearch().build(task.space, seed=0), []
    reader.set_outcomes(task.outcomes)
    for place, one in enumerate(experiment.initial_trials_from or ()):
        try:
            for lesson in read_lessons(one, Path(), task.space, task.outcomes):
                reader.learn_from(lesson.x, lesson.y)
                notes.append(lesson.note)
        except HeboError as error:
            raise ConfigMistake((KEY, place), str(error)) from error
    return tuple(reader.state_dict().get("related", ())), notes


def digest(related: Related) -> str | None:
    """Return a short text that stands for related tasks, by which a change is found; None without any."""
    if not related:
        return None
    text = json.dumps(related, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
