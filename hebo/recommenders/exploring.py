"""Exploration of single asks: now and then, and ever more seldom, a point far from all others."""

from __future__ import annotations

import math

import torch
from pydantic import Field
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.domains.distinct import distinct
from hebo.profile import phase
from hebo.recommenders.wrapper import Wrapper
from hebo.request import Request

_FEWEST = 3
"""Points that there are before distances mean anything."""

_FILLED = 5
"""Columns of a space that a usual budget can fill."""

_MISMATCH = 0.5
"""Squared distance between two categories; that between the ends of a number is 1."""


class Exploring(Wrapper):
    """Now and then a single ask is answered by the point that is farthest from all told and pending ones.

    A model that is wrong chooses by the same belief again: it stays in the wrong basin, and a category that
    looked bad twice is never tried again. Of `n` points about `rate * sqrt(n)` are exploratory, so that their
    share falls from a fourth after 10 points to a tenth after 50 with a rate of 1.5. The point is that of the
    largest least distance (maximin design; Johnson, Moore and Ylvisaker, 1990) in a random pool. A space of
    many columns is not filled by any number of points: of `d > 5` columns the rate is `(5 / d)^2` times as
    large.

    Batches are left alone: they have a share of space-filling points by `hebo.recommenders.interleaved`. So
    are asks where related tasks say where to look, and spaces with fidelities.

    Attributes:
        of: Recommends the other points.
        rate: Exploratory points in units of the square root of the number of points, in up to five columns.
        pool: Random points of which the farthest is taken.
    """

    rate: float = Field(default=1.5, gt=0, allow_inf_nan=False)
    pool: int = Field(default=256, ge=2)

    def recommend(self, request: Request) -> Tensor:
        """See `Recommender`."""
        if not self._is_turn(request):
            return self.of.recommend(request)
        with phase("search"):
            drawn = request.domain.sample(self.pool, generator=request.generator)
            new = distinct(drawn, request.data.seen, request.domain)
            order = least_distances(new, request.data.seen, request.space).argsort(descending=True)
            return request.filled(new[order[:1]], 1)

    def _is_turn(self, request: Request) -> bool:
        n = len(request.data.seen)
        if request.n > 1 or n < _FEWEST or request.data.related or request.space.targets:
            return False
        rate = self.rate * min(1.0, _FILLED / request.space.bounds.shape[1]) ** 2
        return math.floor(rate * math.sqrt(n + 1)) > math.floor(rate * math.sqrt(n))


def least_distances(x: Tensor, others: Tensor, space: DesignSpace) -> Tensor:
    """Return the squared distance of each point of `x` (`n x d`) from the nearest of `others` (`m x d`), `n`.

    Columns count in units of their ranges; two categories are as far apart as most values of a number.
    """
    categorical = sorted(space.categorical_dims)
    ordered = [column for column in range(x.shape[1]) if column not in space.categorical_dims]
    lower, upper = space.bounds[:, ordered]
    width = torch.where(upper > lower, upper - lower, 1.0)
    apart = torch.cdist(x[:, ordered] / width, others[:, ordered] / width) ** 2
    for column in categorical:
        apart = apart + _MISMATCH * (x[:, column, None] != others[None, :, column])
    return apart.amin(1)
