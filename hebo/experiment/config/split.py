"""Tuning and reporting split: settings are chosen on one half of a suite, results told of the other.

```yaml
split:
  tuning:    {tasks: [{type: branin}], seeds: [100, 101]}
  reporting: {tasks: [{type: ackley}], seeds: 10}
part: reporting
```
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from hebo.errors import did_you_mean
from hebo.experiment.config.labeled import Labeled, labeled, seeds_of
from hebo.experiment.yaml.config_error import ConfigMistake, Path
from hebo.experiment.yaml.document import kind_of

PARTS = ("tuning", "reporting")
_KEYS = ("tasks", "seeds")


def chosen_part(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `tasks` and `seeds` of the half that `part` names.

    Beside a split, `tasks` and `seeds` at the top level choose among those of the half: a count takes the
    first ones, a list those it names (tasks by their labels).

    Args:
        data: The root of the YAML; its `part` is one of `PARTS`.

    Raises:
        ConfigMistake: If a half is incomplete, the halves share a task or a seed, or what is to be chosen
            is not there.
    """
    halves = _halves(data["split"])
    _check_apart(halves)
    tasks, seeds = halves[data["part"]]
    return {"tasks": _choose_tasks(data, tasks), "seeds": _choose(data, "seeds", seeds)}


def _halves(split: object) -> dict[str, tuple[tuple[Labeled, ...], tuple[Any, ...]]]:
    if not isinstance(split, Mapping):
        raise ConfigMistake(("split",), f"expected a mapping of tuning and reporting, got {kind_of(split)}.")
    _check_keys(split, PARTS, ("split",))
    return {part: _half(split[part], ("split", part)) for part in PARTS}


def _half(half: object, path: Path) -> tuple[tuple[Labeled, ...], tuple[Any, ...]]:
    if not isinstance(half, Mapping):
        raise ConfigMistake(path, f"expected a mapping of tasks and seeds, got {kind_of(half)}.")
    _check_keys(half, _KEYS, path)
    seeds = seeds_of(half["seeds"], (*path, "seeds"))
    return labeled("task", half["tasks"], (*path, "tasks")), tuple(cast(Any, seeds))


def _check_keys(mapping: Mapping[str, Any], keys: tuple[str, ...], path: Path) -> None:
    for key in mapping:
        if key not in keys:
            raise ConfigMistake((*path, key), f"unknown key.{did_you_mean(key, keys)}")
    for key in keys:
        if key not in mapping:
            raise ConfigMistake(path, f"`{key}` is missing; add `{key}:` here.")


def _check_apart(halves: Mapping[str, tuple[tuple[Labeled, ...], tuple[Any, ...]]]) -> None:
    """Refuse a task, by its label or its settings, or a seed that is in both halves."""
    (tuned, tuning_seeds), (reported, reporting_seeds) = (halves[part] for part in PARTS)
    labels = {one.label for one in tuned}
    for place, one in enumerate(reported):
        if one.label in labels or any(one.recipe == other.recipe for other in tuned):
            path = ("split", "reporting", "tasks", place)
            raise ConfigMistake(path, f"the task '{one.label}' is a tuning task too; keep it in one half.")
    for seed in reporting_seeds:
        if seed in tuning_seeds:
            raise ConfigMistake(
                ("split", "reporting", "seeds"),
                f"the seed {seed} is a tuning seed as well; a count starts at 0, a list gives other ones.",
            )


def _choose_tasks(data: Mapping[str, Any], tasks: tuple[Labeled, ...]) -> tuple[Labeled, ...]:
    by_label = {one.label: one for one in tasks}
    return tuple(by_label[label] for label in _choose(data, "tasks", tuple(by_label)))


def _choose(data: Mapping[str, Any], key: str, among: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the first ones for a count, the named ones for a list, all without either."""
    wanted = data.get(key)
    if wanted is None:
        return among
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        if not 1 <= wanted <= len(among):
            raise ConfigMistake((key,), f"expected a count from 1 to {len(among)}, got {wanted}.")
        return among[:wanted]
    if not isinstance(wanted, list) or not wanted:
        raise ConfigMistake(
            (key,), f"with a `split`, expected a count or a list of those to run, got {kind_of(wanted)}."
        )
    for place, one in enumerate(wanted):
        if isinstance(one, Mapping) or one not in among:
            shown = ", ".join(map(str, among[:20]))
            raise ConfigMistake(
                (key, place), f"{kind_of(one)} is not in this half of `split`; choose among: {shown}."
            )
    return tuple(one for one in among if one in wanted)
