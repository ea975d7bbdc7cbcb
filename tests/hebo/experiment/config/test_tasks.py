"""Parts that are registered as tasks are held to what experiments ask of a task."""

from __future__ import annotations

import pytest

from hebo.errors import ConfigError
from hebo.experiment.config.tasks import as_task, build_task
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.recipe import Recipe


class HalfATask(Recipe):
    """Lacks most of it; its space would fail if it were looked at."""

    objectives: tuple[str, ...] = ("y",)

    @property
    def space(self) -> None:
        raise RuntimeError("slow, or broken")


def test_a_task_is_built_from_a_mapping() -> None:
    assert build_task({"type": "branin"}).objectives == ("y",)


def test_a_mapping_without_type_is_a_mistake_at_the_task() -> None:
    with pytest.raises(ConfigMistake, match="task: `type` is missing"):
        build_task({"n": 3})


def test_a_part_that_is_no_task_is_refused_by_what_it_lacks_and_is_not_asked() -> None:
    with pytest.raises(ConfigError, match="HalfATask is no task, it lacks") as caught:
        as_task(HalfATask())
    assert "lacks constraints, " in str(caught.value).replace("outcomes, ", "")
    assert "space" not in str(caught.value)
