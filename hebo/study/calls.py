"""`minimize` and `maximize`: a function of the user's own in one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hebo.errors import ConfigError, did_you_mean
from hebo.outcomes import Stated
from hebo.study.result import StudyResult
from hebo.study.short_space import Short
from hebo.study.study import Study

_OF_STUDY = ("constraints", "input_constraints", "optimizer", "storage", "name", "seed")


def minimize(
    function: Callable[..., Any],
    space: Short,
    n_trials: int = 50,
    *,
    objective: str = "value",
    unit: str = "",
    constraints: Sequence[Stated] | Stated = (),
    input_constraints: Sequence[Mapping[str, Any]] = (),
    optimizer: str | Mapping[str, Any] | Any = "hebo",
    storage: str | Path | None = None,
    name: str = "study",
    seed: int = 0,
    **options: Any,
) -> StudyResult:
    """Minimize a function.

    ```python
    result = hebo.minimize(
        train, {"lr": (1e-5, 1e-1, "log"), "depth": (1, 9), "solver": ["adam", "sgd"]}, n_trials=50, workers=4
    )
    print(result.best, result.best_value)
    ```

    With `storage` all trials are kept, and the same call goes on where it was stopped.

    Args:
        function: Takes a keyword argument for each parameter, or one dict, and returns a number, or a mapping
            with the objective, the constraints and any further values. What it raises is a failed trial.
        space: The parameters; see `hebo.study.short_space`.
        n_trials: Trials of the study in all.
        objective: Name of what is minimized.
        unit: Its unit.
        constraints: What else is measured, with limits: `[{"name": "latency", "ub": 20}]`.
        input_constraints: What points must fulfill, as `DesignSpace.parse` takes it.
        optimizer: Its name, a mapping as in YAML, or a recipe.
        storage: Path of an SQLite file, or the URL of a store. None: nothing is kept.
        name: Of the study in the store.
        seed: Same seed, same points.
        **options: Of `Study.optimize`: `workers`, `executor`, `timeout`, `target`, `patience`,
            `trial_seconds`, `on_trial`, `progress`, `arguments`.

    Raises:
        HeboError: If something is unusable, before the function is called; see `Study` and its `optimize`.
    """
    settings = _settings(locals())
    return _optimized("minimize", objective, unit, settings, function, space, n_trials, options)


def maximize(
    function: Callable[..., Any],
    space: Short,
    n_trials: int = 50,
    *,
    objective: str = "value",
    unit: str = "",
    constraints: Sequence[Stated] | Stated = (),
    input_constraints: Sequence[Mapping[str, Any]] = (),
    optimizer: str | Mapping[str, Any] | Any = "hebo",
    storage: str | Path | None = None,
    name: str = "study",
    seed: int = 0,
    **options: Any,
) -> StudyResult:
    """Maximize a function; arguments and result are those of `minimize`.

    Raises:
        HeboError: See `minimize`.
    """
    settings = _settings(locals())
    return _optimized("maximize", objective, unit, settings, function, space, n_trials, options)


def _settings(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in _OF_STUDY}


def _optimized(
    goal: str,
    objective: str,
    unit: str,
    settings: Mapping[str, Any],
    function: Callable[..., Any],
    space: Short,
    n_trials: int,
    options: Mapping[str, Any],
) -> StudyResult:
    if not isinstance(objective, str):
        raise ConfigError(f"objective={objective!r}; give one name. For several objectives use `hebo.Study`.")
    arguments = inspect.signature(Study.optimize).parameters.values()
    known = [one.name for one in arguments if one.kind is one.KEYWORD_ONLY]
    for key in options:
        if key not in known:
            raise ConfigError(f"{key}={options[key]!r} is no argument of `{goal}`.{did_you_mean(key, known)}")
    stated = {"name": objective, "goal": goal, "unit": unit}
    study = Study(space, objectives=[stated], **settings)
    return study.optimize(function, n_trials, **options)
