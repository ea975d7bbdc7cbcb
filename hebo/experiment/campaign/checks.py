"""Checks of a campaign before anything is asked for: all that a later `tell` would refuse."""

from __future__ import annotations

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.experiment.campaign.definition import Campaign
from hebo.experiment.campaign.differences import listed
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
            use, or no constraints where it needs some.
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
    else:
        optimizer.check_unconstrained()
    if campaign.noise:
        optimizer.check_takes(Information.VARIANCES)
    if campaign.reference_point:
        optimizer.check_takes(Information.REFERENCE)


def check_names(found: CampaignDocument, campaign: Campaign, where: str) -> None:
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
                f"{where}: the {what} were {listed(was)}, the campaign has {listed(now)} "
                "now; restore them, or begin another campaign and tell it what was measured."
            )
    if found.asked and campaign.compares != (not found.objectives):
        raise ConfigError(
            f"{where}: {'points' if campaign.compares else 'pairs'} were asked for before the optimizer was "
            "changed; restore it, or begin another campaign."
        )


def check_goals(found: CampaignDocument, campaign: Campaign, where: str) -> None:
    """Refuse other goals or limits than those whose values are there; their units may change.

    Raises:
        ConfigError: With what they were.
    """
    was = outcomes_of(found.objectives, found.constraints) if found.outcomes is None else found.outcomes
    if found.told and was.meaning != campaign.outcomes.meaning:
        raise ConfigError(
            f"{where}: what was told has other goals or limits: {was.text}; the campaign has "
            f"{campaign.outcomes.text} now. Restore them, or begin another campaign and tell it what was "
            "measured."
        )


def check_whole(found: CampaignDocument, campaign: Campaign, space: DesignSpace, where: str) -> None:
    """Refuse a file whose parts do not go together.

    Raises:
        ConfigError: With the reason.
    """
    try:
        why = _damage(found, campaign, space)
    except (AttributeError, TypeError) as error:
        why = repr(error)
    if why is not None:
        raise ConfigError(f"{where} is damaged ({why}); restore it.")


def _damage(found: CampaignDocument, campaign: Campaign, space: DesignSpace) -> str | None:
    state = found.optimizer
    n_told = len(state.get("x") or [])
    origins = [one for one in found.told if one.aside is None]
    if n_told != len(origins):
        return f"{n_told} points with values, {len(origins)} with an origin"
    for key, names in (("y", campaign.objective_names), ("constraints", campaign.constraint_names)):
        for row in state.get(key) or []:
            if len(row) != len(names):
                return f"{len(row)} values for {listed(names)}"
    if any(isinstance(one, list) and len(one) != space.n_dims for one in found.asked):
        return "points of another size"
    n_compared, pairs = len(state.get("better") or []), [one.pair for one in found.answers]
    n_inside = sum(one.aside is None for one in found.answers)
    if n_compared != n_inside:
        return f"{n_compared} comparisons, {n_inside} of them with a pair"
    if len(set(pairs)) < len(pairs) or not all(0 < 2 * one <= len(found.asked) for one in pairs):
        return "numbers of pairs that were not asked for, or twice"
    numbers = [*(one.point for one in found.told if one.point is not None), *found.forgotten]
    if len(set(numbers)) < len(numbers) or not all(0 < one <= len(found.asked) for one in numbers):
        return "numbers of points that were not asked for, or twice"
    return None
