"""No region: search everywhere."""

from __future__ import annotations

from botorch.models.model import Model
from torch import Generator

from hebo.base import Domain, Focus, LogSuccess, Region
from hebo.data import Data


class WholeSpace(Region):
    """The whole domain, starting from the best observed point."""

    def narrow(
        self,
        domain: Domain,
        data: Data,
        model: Model,
        *,
        turn: int,
        generator: Generator,
        log_success: LogSuccess | None = None,
    ) -> Focus:
        """See `hebo.base.Region`."""
        return Focus(domain, data.best.cpu().unsqueeze(0))
