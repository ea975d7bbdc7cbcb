"""Differences between what is stored of an experiment and what its YAML says now, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hebo.experiment.config.former import current
from hebo.experiment.store import tables
from hebo.experiment.store.entries import Facts, NewRun, initial_trials_in

RECIPES = ("optimizer", "task")
RELATED = "initial_trials_from"
"""The key of what stands for the related tasks that a run learns from."""


@dataclass(frozen=True)
class Difference:
    """A setting that differs, with both values, and what would work."""

    text: str
    remedy: str


@dataclass(frozen=True)
class StoredRun:
    """A row of `tables.runs`.

    Attributes:
        row: The row.
        initial_trials: Points told before the first ask, for rows that do not say so themselves.
    """

    row: Mapping[str, Any]
    initial_trials: int

    @property
    def run_id(self) -> str:
        """Its id."""
        return str(self.row["run_id"])

    @property
    def settings(self) -> dict[str, Any]:
        """What it was carried out with, its length apart."""
        config = tables.mapping(self.row["config"])
        labels = {f"{part} label": self.row[part] for part in RECIPES}
        return {
            **{part: config.get(part) for part in RECIPES},
            "initial_trials": initial_trials_in(config, self.initial_trials),
            RELATED: config.get(RELATED),
            "n_workers": config.get("n_workers", 1),
            "budget": {"batch_size": self.row["batch_size"]},
            "seed": self.row["seed"],
            **labels,
        }


def run_difference(stored: StoredRun, run: NewRun, others: Iterable[StoredRun]) -> Difference | None:
    """Return the first setting in which a run differs from the one stored; None if it may go on.

    Args:
        stored: As it is stored.
        run: As the YAML describes it.
        others: All stored runs, to look for one that has the settings under another label.
    """
    old, new = stored.settings, _settings(run)
    for part in new:
        if part in RECIPES and old[part] != new[part]:
            old[part] = current(part, old[part], new[part])
        if text := first_difference(old[part], new[part], part):
            return Difference(text, _remedy(part, new, others))
    if text := _shrunk(stored.row, run):
        return Difference(text, _remedy("budget", new, others))
    return None


def _shrunk(stored: Mapping[str, Any], run: NewRun) -> str | None:
    """Return which limit of the budget is smaller than the stored one; no limit of costs is the largest."""
    if run.n_trials < stored["n_trials"]:
        return f"budget.n_trials may only grow: stored {stored['n_trials']}, given {run.n_trials}"
    given, limit = run.max_cost, stored["max_cost"]
    if given is not None and (limit is None or given < limit):
        return f"budget.cost may only grow: stored {'no limit' if limit is None else limit}, given {given}"
    return None


def problem_difference(stored: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return where the space or the objectives of a task differ from those stored; None if they agree."""
    for key in ("space", "objectives"):
        if text := first_difference(tables.from_json(stored[key]), tables.from_json(new[key]), key):
            return text
    return first_difference(_wanted(stored), _wanted(new, like=stored), "outcomes")


def _wanted(row: Mapping[str, Any], like: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return goals and limits of a task, by name: its units may change, what its values mean may not.

    Args:
        row: A row of `tables.problems`.
        like: Another one; where it is of an older store, which had no limits, limits are left out.
    """
    facts = tables.mapping(row["facts"])
    outcomes = Facts.from_json(facts, tables.from_json(row["objectives"])).outcomes
    assert outcomes is not None
    is_old = like is not None and not tables.mapping(like["facts"]).get("outcomes")
    goals = {one.name: one.model_dump(mode="json", exclude={"name", "unit"}) for one in outcomes.objectives}
    limits = {one.name: one.model_dump(mode="json", exclude={"name", "unit"}) for one in outcomes.constraints}
    return goals if is_old else goals | limits


def first_difference(old: object, new: object, path: str = "") -> str | None:
    """Return where two configurations differ first, with both values; None if they agree."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(key for key in new if key not in old)]:
            inner = f"{path}.{key}" if path else str(key)
            if key not in old or key not in new:
                side = "not stored, but given" if key in new else "stored, but not given"
                return f"{inner} is {side}"
            if found := first_difference(old[key], new[key], inner):
                return found
        return None
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = enumerate(zip(old, new, strict=True))
        found_all = (first_difference(a, b, f"{path}[{place}]") for place, (a, b) in pairs)
        return next((found for found in found_all if found), None)
    return None if old == new else f"{path}: stored {_short(old)}, given {_short(new)}"


def _settings(run: NewRun) -> dict[str, Any]:
    labels = {f"{part} label": getattr(run, part) for part in RECIPES}
    config = tables.plain(dict(run.config))
    return {
        **{part: config.get(part) for part in RECIPES},
        "initial_trials": initial_trials_in(config),
        RELATED: config.get(RELATED),
        "n_workers": config.get("n_workers", 1),
        "budget": {"batch_size": run.batch_size},
        "seed": run.seed,
        **labels,
    }


def _remedy(part: str, new: Mapping[str, Any], others: Iterable[StoredRun]) -> str:
    if part not in RECIPES:
        return "choose another `name` and `output`"
    labels = {str(one.row[part]) for one in others if one.settings[part] == new[part]}
    if other := sorted(labels - {str(new[f"{part} label"])}):
        return f"write `label: {other[0]}`, under which the {part} with these settings is stored"
    return f"give the changed {part} a `label` of its own"


def _short(value: object) -> str:
    text = tables.to_json(value)
    return text if len(text) <= 60 else text[:57] + "..."
