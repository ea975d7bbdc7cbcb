"""Checks of a campaign before anything is asked for: all that a later `tell` would refuse."""

from __future__ import annotations

from pathlib import Path

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, HeboError
from hebo.experiment.campaign.definition import Campaign
from hebo.experiment.campaign.differences import listed, space_difference
from hebo.experiment.campaign.document import CampaignDocument
from hebo.information import Information
from hebo.optimizer.optimizer import Optimizer
from hebo.outcomes import outcomes_of


def check_takes(optimizer: Optimizer, campaign: Campaign) -> None:
    """Refuse what an optimizer does not take.

    Args:
        optimizer: Of the campaign.
        campaign: What is measured.

    Raises:
        ConfigError: If there are too many objectives.
        IncompatibleError: If there are too few, or constraints or standard deviations, of which it makes no
            use.
    """
    objectives = campaign.objective_names
    if len(objectives) > optimizer.max_objectives:
        raise ConfigError(
            f"{optimizer.recommender.title} takes {optimizer.max_objectives} objective, the campaign has "
            f"{len(objectives)} ({', '.join(objectives)}); use {{type: hebo}} or another composition with an "
            "acquisition of several objectives, or name one and make the others constraints."
        )
    if objectives:  # none where comparisons are told
        optimizer.check_takes_objectives(len(objectives))  # it may also need more than one
    if campaign.constraint_names:
        optimizer.check_takes(Information.CONSTRAINTS)
    if campaign.noise:
        optimizer.check_takes(Information.VARIANCES)
    if campaign.reference_point:
        optimizer.check_takes(Information.REFERENCE)


def check_names(found: CampaignDocument, campaign: Campaign, path: Path) -> None:
    """Refuse other quantities than those whose values are there.

    Raises:
        ConfigError: With what they were.
    """
    for what, was, now in (
        ("objectives", found.objectives, list(campaign.objective_names)),
        ("constraints", found.constraints, list(campaign.constraint_names)),
    ):
        if was != now and found.told:
            raise ConfigError(
                f"{path}: the {what} were {listed(was)}, the campaign has {listed(now)} "
                "now; restore them, or begin another campaign and tell it what was measured."
            )
    if found.asked and campaign.compares != (not found.objectives):
        raise ConfigError(
            f"{path}: {'points' if campaign.compares else 'pairs'} were asked for before the optimizer was "
            "changed; restore it, or begin another campaign."
        )


def check_goals(found: CampaignDocument, campaign: Campaign, path: Path) -> None:
    """Refuse other goals or limits than those whose values are there; their units may change.

    Raises:
        ConfigError: With what they were.
    """
    was = outcomes_of(found.objectives, found.constraints) if found.outcomes is None else found.outcomes
    if found.told and was.meaning != campaign.outcomes.meaning:
        raise ConfigError(
            f"{path}: what was told has other goals or limits: {was.text}; the campaign has "
            f"{campaign.outcomes.text} now. Restore them, or begin another campaign and tell it what was "
            "measured."
        )


def check_space(found: CampaignDocument, space: DesignSpace, path: Path) -> None:
    """Refuse another space than the one in which points were asked for.

    Raises:
        DataError: With the parameters that differ.
    """
    try:
        before = DesignSpace.from_json(found.optimizer["space"])
    except (KeyError, TypeError, HeboError):
        return  # the optimizer says what is wrong when it takes up its state
    now = space.parameter_space
    if before == now:
        return
    hint = ""
    if space.is_listed:
        hint = (
            ". What a declaration leaves to the table changes with the table: declare types, bounds, "
            "categories and alphabets in full where rows come later"
        )
    raise DataError(
        f"{path}: what is known belongs to another design space: {space_difference(before, now)}; restore "
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
    for key, names in (("y", campaign.objective_names), ("constraints", campaign.constraint_names)):
        for row in state.get(key) or []:
            if len(row) != len(names):
                return f"{len(row)} values for {listed(names)}"
    if any(len(x) != space.n_dims for x in found.asked):
        return "points of another size"
    n_compared, pairs = len(state.get("better") or []), [one.pair for one in found.answers]
    if n_compared != len(pairs):
        return f"{n_compared} comparisons, {len(pairs)} of them with a pair"
    if len(set(pairs)) < len(pairs) or not all(0 < 2 * one <= len(found.asked) for one in pairs):
        return "numbers of pairs that were not asked for, or twice"
    numbers = [*(one.point for one in found.told if one.point is not None), *found.forgotten]
    if len(set(numbers)) < len(numbers) or not all(0 < one <= len(found.asked) for one in numbers):
        return "numbers of points that were not asked for, or twice"
    return None
