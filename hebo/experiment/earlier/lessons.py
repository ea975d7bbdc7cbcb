"""Lessons from earlier trials: those of a related task as points of the space of a new run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.numeric import Numeric
from hebo.errors import ConfigError, DataError
from hebo.experiment.config.earlier import Earlier
from hebo.experiment.earlier.sources import Trials, each_task, from_source
from hebo.information import Information
from hebo.outcomes import Objective, Outcomes

if TYPE_CHECKING:
    from pandas import DataFrame

    from hebo.optimizer.optimizer import Optimizer

MAX_TRIALS = 5_000
"""Most trials of one task that are read; a model takes far fewer."""


@dataclass(frozen=True)
class Lesson:
    """What an optimizer may learn from.

    Attributes:
        x: `n` points of the space of the run, in natural units.
        y: `n x m` values, as measured.
        note: What was read, in one sentence.
    """

    x: DataFrame
    y: NDArray[np.float64]
    note: str


@dataclass(frozen=True)
class Lessons:
    """All that a run learns from before its first ask.

    Attributes:
        sources: What to read.
        folder: Of the YAML that says so.
        space: Of the run.
        outcomes: Of the run.
    """

    sources: tuple[Earlier, ...]
    folder: Path
    space: DesignSpace
    outcomes: Outcomes

    @property
    def described(self) -> list[dict[str, Any]]:
        """What the YAML says, as plain values."""
        return [one.model_dump(mode="json") for one in self.sources]

    def teach(self, optimizer: Optimizer) -> list[str]:
        """Read the sources and tell an optimizer of them; return a note of each.

        Raises:
            ConfigError: See `read_lesson`.
            IncompatibleError: If the optimizer makes no use of related tasks; nothing is read then.
        """
        if self.sources:
            optimizer.check_takes(Information.RELATED)
        read = (read_lessons(one, self.folder, self.space, self.outcomes) for one in self.sources)
        lessons = list(chain.from_iterable(read))
        for one in lessons:
            optimizer.learn_from(one.x, one.y)
        return [one.note for one in lessons]


def read_lessons(one: Earlier, folder: Path, space: DesignSpace, outcomes: Outcomes) -> list[Lesson]:
    """Read the trials of all related tasks that an entry stands for; see `read_lesson`."""
    try:
        tasks = each_task(one, folder)
    except ConfigError as error:
        raise ConfigError(f"{one.source}: {error}") from error
    return [read_lesson(task, folder, space, outcomes) for task in tasks]


def read_lesson(one: Earlier, folder: Path, space: DesignSpace, outcomes: Outcomes) -> Lesson:
    """Read the trials of a related task for a run in some space.

    Parameters are matched by name. Those that the run does not have are left out, as are trials that failed,
    and trials outside the space of the run.

    Args:
        one: What to read.
        folder: Of the YAML that says so.
        space: Of the run.
        outcomes: Of the run.

    Raises:
        ConfigError: If there is no such source, it does not say enough, a parameter is missing or of another
            type, an objective had another goal, or no trial is left.
    """
    try:
        wanted = one.values or outcomes.objective_names
        trials = from_source(one.beside(folder), one.task, space, wanted)
        names = _columns(one, trials, outcomes)
        return _lesson(one, trials, names, space)
    except (ConfigError, DataError) as error:
        raise ConfigError(f"{one.source}: {error}") from error


def _columns(one: Earlier, trials: Trials, outcomes: Outcomes) -> list[str]:
    """Return the columns of values, one for each objective of the run."""
    objectives = outcomes.objective_names
    names = list(one.values or objectives)
    there = () if trials.outcomes is None else trials.outcomes.objectives
    if not one.values and len(objectives) == len(there) == 1:
        names = [there[0].name]
    if len(names) != len(objectives):
        raise ConfigError(
            f"`values` names {len(names)} columns for {len(objectives)} objectives; name as many."
        )
    for name in names:
        if name not in trials.values:
            known = ", ".join(trials.values) or "none"
            raise ConfigError(
                f"has no values '{name}', but {known}; say which are the objectives: `values: [...]`."
            )
    _check_goals(names, {found.name: found for found in there}, outcomes.objectives)
    return names


def _check_goals(
    names: Sequence[str], there: Mapping[str, Objective], objectives: Sequence[Objective]
) -> None:
    """Refuse values that had another goal than the objective of the run that they stand for."""
    for name, here in zip(names, objectives, strict=True):
        was = there.get(name)
        if was is not None and (was.goal, was.target) != (here.goal, here.target):
            raise ConfigError(
                f"'{name}' has the goal {was.goal} there, and '{here.name}' the goal {here.goal} here; "
                "learn from tasks with the same goal."
            )


def _lesson(one: Earlier, trials: Trials, names: Sequence[str], space: DesignSpace) -> Lesson:
    _check_types(trials, space)
    aside = [name for name in trials.x.columns if name not in space.parameters]
    x = _completed(trials.x.drop(columns=aside), space, one.defaults)
    y = np.stack([trials.values[name] for name in names], 1)
    succeeded = np.asarray(np.isfinite(y).all(1))
    kept: NDArray[np.bool_] = succeeded & _lie_in(x, space)
    note = _note(one, kept, succeeded, aside)
    if not kept.any():
        raise ConfigError(f"{note}; nothing is left to learn from.")
    return Lesson(x[kept].reset_index(drop=True), y[kept], note)


def _check_types(trials: Trials, space: DesignSpace) -> None:
    """Refuse parameters that are numbers in one of the two spaces and none in the other."""
    if len(trials.x) > MAX_TRIALS:
        raise ConfigError(f"has {len(trials.x)} trials, more than {MAX_TRIALS}; name a part of them.")
    for name, now in space.parameters.items():
        then = trials.space.parameters.get(name) if trials.space is not None else None
        if then is not None and isinstance(then, Numeric) != isinstance(now, Numeric):
            kinds = ["a number" if isinstance(which, Numeric) else "no number" for which in (then, now)]
            raise ConfigError(f"the parameter '{name}' is {kinds[0]} there and {kinds[1]} here; rename one.")


def _completed(x: DataFrame, space: DesignSpace, defaults: Mapping[str, Any]) -> DataFrame:
    """Return the points with the parameters that the source does not have."""
    from hebo.optimizer.related import completed

    try:
        return completed(x, space, defaults)
    except DataError as error:
        raise ConfigError(str(error)) from error


def _lie_in(x: DataFrame, space: DesignSpace) -> NDArray[np.bool_]:
    """Say which points lie in a space, `n` bool."""

    def lies_in(rows: DataFrame) -> bool:
        try:
            space.encode(rows)
        except DataError:
            return False
        return True

    if lies_in(x):
        return np.ones(len(x), dtype=bool)
    return np.array([lies_in(x.iloc[[row]]) for row in range(len(x))], dtype=bool)


def _note(one: Earlier, kept: NDArray[np.bool_], succeeded: NDArray[np.bool_], aside: Sequence[Any]) -> str:
    parts = [f"{int(kept.sum())} of {len(kept)} trials are learned from"]
    if n_failed := int((~succeeded).sum()):
        parts.append(f"{n_failed} failed")
    if n_outside := int((succeeded & ~kept).sum()):
        parts.append(f"{n_outside} lie outside the space")
    if aside:
        parts.append(f"the parameters {', '.join(map(str, aside))} are left out")
    where = one.source if one.task is None else f"{one.source} ({one.task})"
    return f"{where}: {', '.join(parts)}"
