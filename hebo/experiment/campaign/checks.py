"""What of a campaign is checked before anything is asked for: all that a later `tell` would refuse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.table_space import TableSpace
from hebo.errors import ConfigError, DataError, HeboError
from hebo.experiment.campaign.definition import Campaign
from hebo.experiment.campaign.document import CampaignDocument
from hebo.optimizers.base import Optimizer


def check_takes(optimizer: Optimizer, campaign: Campaign, name: str) -> None:
    """Refuse what an optimiser does not take.

    Args:
        optimizer: Of the campaign.
        campaign: What is measured.
        name: Of the optimiser, for messages.

    Raises:
        ConfigError: If there are too many objectives.
        IncompatibleError: If there are constraints, of which it makes no use.
    """
    objectives = campaign.objectives
    if len(objectives) > optimizer.max_objectives:
        raise ConfigError(
            f"{name} takes {optimizer.max_objectives} objective, the campaign has {len(objectives)} "
            f"({', '.join(objectives)}); name one and make the others constraints, or combine them into one "
            "column."
        )
    if campaign.constraints:
        optimizer.check_takes_constraints()


def check_names(found: CampaignDocument, campaign: Campaign, path: Path) -> None:
    """Refuse other quantities than those whose values are there.

    Raises:
        ConfigError: With what they were.
    """
    for what, was, now in (
        ("objectives", found.objectives, list(campaign.objectives)),
        ("constraints", found.constraints, list(campaign.constraints)),
    ):
        if was != now and found.told:
            raise ConfigError(
                f"{path}: the {what} were {_listed(was)}, the campaign has {_listed(now)} now; restore "
                "them, or begin another campaign and tell it what was measured."
            )


def check_space(found: CampaignDocument, space: DesignSpace, path: Path) -> None:
    """Refuse another space than the one in which points were asked for.

    Raises:
        DataError: With the parameters that differ.
    """
    try:
        before = DesignSpace.from_json(found.optimizer["space"])
    except (KeyError, TypeError, HeboError):
        return  # the optimiser says what is wrong when it takes up its state
    now = space.parameter_space
    if before == now:
        return
    hint = ""
    if isinstance(space, TableSpace):
        hint = (
            ". What a declaration leaves to the table changes with the table: declare types, bounds, "
            "categories and alphabets in full where rows come later"
        )
    raise DataError(
        f"{path}: what is known belongs to another design space: {_space_difference(before, now)}; restore "
        f"it, or begin another campaign and tell it what was measured{hint}."
    )


def check_whole(found: CampaignDocument, campaign: Campaign, space: DesignSpace, path: Path) -> None:
    """Refuse a file whose parts do not go together.

    Raises:
        ConfigError: With the reason.
    """
    try:
        why = _damage(found, campaign, space)
    except (AttributeError, TypeError) as error:
        why = repr(error)
    if why is not None:
        raise ConfigError(f"{path} is damaged ({why}); restore it.")


def _damage(found: CampaignDocument, campaign: Campaign, space: DesignSpace) -> str | None:
    state = found.optimizer
    n_told = len(state.get("x") or [])
    if n_told != len(found.told):
        return f"{n_told} points with values, {len(found.told)} with an origin"
    for key, names in (("y", campaign.objectives), ("constraints", campaign.constraints)):
        for row in state.get(key) or []:
            if len(row) != len(names):
                return f"{len(row)} values for {_listed(names)}"
    if any(len(x) != space.n_dims for x in found.asked):
        return "points of another size"
    numbers = [*(one.point for one in found.told if one.point is not None), *found.forgotten]
    if len(set(numbers)) < len(numbers) or not all(0 < one <= len(found.asked) for one in numbers):
        return "numbers of points that were not asked for, or twice"
    return None


def setting_difference(was: Any, now: Any) -> str:
    """Return how settings differ, a part's by its keys."""
    if not isinstance(was, dict) or not isinstance(now, dict) or was.get("type") != now.get("type"):
        return f"{_brief(was)} -> {_brief(now)}"
    keys = [key for key in {**was, **now} if was.get(key) != now.get(key)]
    return few([f"{key}: {_brief(was.get(key))} -> {_brief(now.get(key))}" for key in keys])


def few(texts: Sequence[str]) -> str:
    """Return texts in a row, the first ten of many."""
    return "; ".join([*texts[:10], *([f"and {len(texts) - 10} more"] if len(texts) > 10 else [])])


def _space_difference(was: DesignSpace, now: DesignSpace) -> str:
    """Return how two spaces differ, in the words of their definitions."""
    before, after = (
        {
            one["name"]: {key: value for key, value in one.items() if key != "name"}
            for one in space.to_json()["parameters"]
        }
        for space in (was, now)
    )
    parts = [f"'{name}' is gone" for name in before if name not in after]
    parts += [f"'{name}' is new" for name in after if name not in before]
    parts += [
        f"'{name}' was {_definition(before[name])} and is {_definition(after[name])}"
        for name in before
        if name in after and before[name] != after[name]
    ]
    return few(parts or ["the order or the input constraints have changed"])


def _definition(keys: dict[str, Any]) -> str:
    return "{" + _shortened(", ".join(f"{key}: {value}" for key, value in keys.items())) + "}"


def _brief(value: Any) -> str:
    """Return a setting, of a part its type alone."""
    if isinstance(value, dict) and "type" in value:
        return str(value["type"])
    return _shortened(_listed(value) if isinstance(value, list) else str(value))


def _shortened(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."


def _listed(names: Sequence[Any]) -> str:
    return ", ".join(map(str, names)) or "none"
