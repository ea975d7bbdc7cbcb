"""Arguments of a study, checked before anything is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from hebo.errors import ConfigError, did_you_mean
from hebo.experiment.config.labeled import NAME, NAME_RULE
from hebo.outcomes import Objective
from hebo.study.watching import Stops

EXECUTORS = ("processes", "threads", "here")


def checked_name(name: object) -> str:
    """Return the name of a study.

    Raises:
        ConfigError: If it is none.
    """
    if not isinstance(name, str) or not re.fullmatch(NAME, name):
        raise ConfigError(f"name={name!r} is no name of a study; use {NAME_RULE}.")
    return name


def check_positive(what: str, value: Any) -> None:
    """Refuse what is no count from 1.

    Raises:
        ConfigError: With its name and value.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigError(f"{what}={value!r}; give a whole number from 1.")


def checked_stops(objectives: Sequence[Objective], timeout: Any, target: Any, patience: Any) -> Stops:
    """Return when a call ends; see `Stops`.

    Raises:
        ConfigError: If one is no number that makes sense, or a target is given for several objectives.
    """
    if target is not None and len(objectives) > 1:
        raise ConfigError(f"target={target!r} is that of one objective, and there are {len(objectives)}.")
    for what, value in (("timeout", timeout), ("target", target)):
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and value == value
        if value is not None and (not is_number or (what == "timeout" and value <= 0)):
            kind = "seconds, more than 0" if what == "timeout" else "a number"
            raise ConfigError(f"{what}={value!r}; give {kind}, or None.")
    if patience is not None:
        check_positive("patience", patience)
    return Stops(timeout, target, patience)


def executor_of(executor: str | None, workers: Any, trial_seconds: float | None) -> str:
    """Return where a function is called: one of `EXECUTORS`.

    Raises:
        ConfigError: If there is no such place, or it cannot have so many workers, or a limit of time.
    """
    check_positive("workers", workers)
    found = ("here" if workers == 1 else "processes") if executor is None else executor
    if found not in EXECUTORS:
        raise ConfigError(f"executor={executor!r} is none.{did_you_mean(executor, EXECUTORS)}")
    if found == "here" and workers > 1:
        raise ConfigError(
            f"executor='here' has one worker, and workers={workers}; use 'processes' or 'threads'."
        )
    if found == "threads" and trial_seconds is not None:
        raise ConfigError("trial_seconds cannot end a thread; use executor='processes'.")
    return found
