"""Campaign files of format 1, from before they kept names and where each told point came from."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError
from hebo.experiment.campaign.document import CampaignDocument, OldDocument, Told

_SAME = 2e-6
"""Share of a range within which a numbered row was accepted."""


def upgraded(old: OldDocument, fresh: CampaignDocument, space: DesignSpace, where: str) -> CampaignDocument:
    """Return an old file in today's form.

    Args:
        old: As it was read.
        fresh: What the YAML says now: the names that the values are taken for.
        space: Of the campaign.
        where: Names it in messages.

    Raises:
        ConfigError: If its parts do not go together.
    """
    try:
        told, asked, pending = (
            torch.tensor(rows, dtype=torch.float64).reshape(-1, space.n_dims)
            for rows in (old.optimizer["x"], old.asked, old.optimizer["pending"])
        )
        low, high = space.bounds
        finder = _Finder(told, asked, (high - low).clamp_min(1e-12))
        numbers = finder.numbers(sorted(old.told))
        # A point that was told in a row without its number no longer waits.
        lost = [
            one for one in range(1, len(asked) + 1) if one not in old.told and not finder.is_in(one, pending)
        ]
        own = finder.numbers(lost)
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
        raise ConfigError(f"{where} is damaged ({error!r}); restore it.") from error
    if len(numbers) < len(set(old.told)):
        raise ConfigError(f"{where} is damaged: not all of its numbered points have values; restore it.")
    rows = [
        Told(point=numbers.get(place, own.get(place)), own=place not in numbers) for place in range(len(told))
    ]
    return fresh.model_copy(update={"optimizer": old.optimizer, "asked": old.asked, "told": rows})


class _Finder:
    """Finds the told points that were asked for, each once."""

    def __init__(self, told: Tensor, asked: Tensor, width: Tensor) -> None:
        self._told, self._asked, self._width = told, asked, width
        self._free = set(range(len(told)))

    def numbers(self, numbers: list[int]) -> dict[int, int]:
        """Return place of a told point -> its number, for those that are found."""
        found = {}
        for number in numbers:
            place = next((one for one in self._matches(number, self._told) if one in self._free), None)
            if place is not None:
                self._free.remove(place)
                found[place] = number
        return found

    def is_in(self, number: int, x: Tensor) -> bool:
        """Say whether a point asked for is among others, `n x d`."""
        return bool(self._matches(number, x))

    def _matches(self, number: int, x: Tensor) -> list[int]:
        gaps = (x - self._asked[number - 1]).abs() / self._width
        places: list[int] = (gaps <= _SAME).all(1).nonzero()[:, 0].tolist()
        return places
