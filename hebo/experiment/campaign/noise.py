"""Known noise of a campaign: standard deviations in its sheets, variances in the state of its optimizer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hebo.experiment.campaign.definition import Campaign

Known = Sequence[float | None]
"""Numbers, None where one is unknown."""


def told_deviations(campaign: Campaign, known: Known | None) -> list[float]:
    """Return the deviations of a told row, in the order of their columns, NaN where unknown.

    Args:
        campaign: Says which objectives have a column.
        known: Variances of the objectives; None where none is known.
    """
    found = [None if known is None else known[place] for place in _places(campaign)]
    return [math.nan if one is None else math.sqrt(one) for one in found]


def variances(campaign: Campaign, deviations: Known, before: Known | None = None) -> list[float | None]:
    """Return the known variance of each objective, None where it is unknown.

    Args:
        campaign: Says which objectives have a column.
        deviations: In the order of these columns; NaN and None where unknown.
        before: Variances of the other objectives; all are unknown unless given.
    """
    found = list(before or [None] * len(campaign.objective_names))
    for place, sd in zip(_places(campaign), deviations, strict=True):
        found[place] = None if sd is None or sd != sd else sd * sd
    return found


def are_known(rows: Sequence[Known]) -> bool:
    """Say whether any variance is known."""
    return any(one is not None for row in rows for one in row)


def _places(campaign: Campaign) -> list[int]:
    return [campaign.objective_names.index(name) for name in campaign.noise_of.values()]
