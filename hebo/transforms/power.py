"""Power transform of the objective by HEBO's rule, then standardization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from botorch.models.transforms.outcome import OutcomeTransform
from torch import Tensor

from hebo.base import OutputTransform
from hebo.fallbacks import note_fallback
from hebo.transforms.families import BoxCox, Identity, PowerFamily, YeoJohnson
from hebo.transforms.increasing import IncreasingTransform

# A cost this many times further from the median than the best one is only ever "very bad". Without the
# limit one absurd value (1e300) leaves no resolution for all others.
_WORST = 1e5
# In these units from 0, a cost one deviation away changes the slope of a power up to 5 by a half at most.
_FAR = 10.0
# HEBO's rule calls a transformed column with less spread than this degenerate.
_MIN_SPREAD = 0.5


class PowerTransform(OutputTransform):
    """Box-Cox or Yeo-Johnson by HEBO's rule (Cowen-Rivers et al., 2012.03826, section 3).

    Costs are divided by their standard deviation. If the lowest is positive they go through Box-Cox,
    otherwise, or where Box-Cox collapses them (spread below 0.5), through Yeo-Johnson; where that
    collapses too, they are only standardized. The power maximizes the likelihood of a normal sample.

    Beyond that rule, costs that are all more than ten standard deviations away from 0 are measured from
    their median: a power around a point so far away is a straight line.

    Attributes:
        deduplicate: Whether a value that several points share counts once. Where many points are
            equivalent, a search that stays near the best one is told its value again and again, until that
            value is the mean, and what is worse by a little an outlier.
    """

    renamed: ClassVar[dict[str, str]] = {"distinct": "deduplicate"}

    deduplicate: bool = False

    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return the fitted transform; see `hebo.base.OutputTransform`."""
        return FittedPowerTransform(y, deduplicate=self.deduplicate)


class Standardize(OutputTransform):
    """Zero mean and unit spread, no power; costs far beyond the others are limited all the same."""

    is_affine: ClassVar[bool] = True

    def fit(self, y: Tensor) -> OutcomeTransform:
        """Return the fitted transform; see `hebo.base.OutputTransform`."""
        return FittedPowerTransform(y, families=())


class FittedPowerTransform(IncreasingTransform):
    """The transform of `m` columns, `n x m`, larger is better.

    Args:
        y: Finite values to fit to, `n x m`.
        families: Tried in this order; without any, values are only standardized.
        deduplicate: Whether a value that several rows share counts once.

    Raises:
        DataError: If a value is not finite.
    """

    def __init__(
        self,
        y: Tensor,
        families: tuple[type[BoxCox] | type[YeoJohnson], ...] = (BoxCox, YeoJohnson),
        *,
        deduplicate: bool = False,
    ) -> None:
        super().__init__(
            y, lambda column: _fit_column(-(column.unique() if deduplicate else column), families)
        )


@dataclass(frozen=True)
class _Column:
    """One column of costs: limited, measured from `origin` in units of `scale`, to a power, standardized.

    Costs that are all equal are not standardized.
    """

    family: PowerFamily
    limit: float
    origin: float
    scale: float
    mean: float = 0.0
    spread: float = 1.0
    is_flat: bool = False

    def scores(self, values: Tensor) -> Tensor:
        return -self.forward(-values)

    def values(self, scores: Tensor) -> Tensor:
        """Invert `scores`, up to the limit on very bad values."""
        return -self.inverse(-scores)

    def forward(self, cost: Tensor) -> Tensor:
        z = self.family.forward((cost.clamp_max(self.limit) - self.origin) / self.scale)
        return (z - self.mean) / self.spread

    def inverse(self, score: Tensor) -> Tensor:
        return self.family.inverse(score * self.spread + self.mean) * self.scale + self.origin

    def standardized(self, cost: Tensor) -> _Column:
        z = self.forward(cost)
        mean = float(z.mean())
        spread = float((z - mean).square().sum().div(max(1, len(z) - 1)).sqrt())
        flat = spread <= 1e-12 * max(1.0, abs(mean))
        return _Column(self.family, self.limit, self.origin, self.scale, mean, 1.0 if flat else spread, flat)


def _fit_column(cost: Tensor, families: tuple[type[BoxCox] | type[YeoJohnson], ...]) -> _Column:
    limit = _limit(cost)
    bounded = cost.clamp_max(limit)
    scale = _scale(bounded)
    origin = _origin(bounded, scale)
    z = (bounded - origin) / scale  # the smallest of positive costs may be 0 here
    for family in families:
        if family.needs_positive and not bool((z > 0).all()):
            continue
        column = _Column(family.fit(z), limit, origin, scale).standardized(cost)
        score = column.forward(cost)
        if bool(torch.isfinite(score).all()) and float(score.std(correction=0)) >= _MIN_SPREAD:
            return column
    column = _Column(Identity(), limit, origin, scale).standardized(cost)
    if families and not column.is_flat:
        note_fallback("no power transform", f"each one tried collapses the {len(cost)} values")
    return column


def _limit(cost: Tensor) -> float:
    median, best = float(cost.median()), float(cost.min())
    return median + _WORST * (median - best) if median > best else torch.inf


def _origin(cost: Tensor, scale: float) -> float:
    """Return 0, or the median where 0 is so far away that powers around it are straight lines."""
    return float(cost.median()) if float(cost.abs().min()) > _FAR * scale else 0.0


def _scale(cost: Tensor) -> float:
    """Standard deviation, computed without overflow; 1 where all costs are equal."""
    largest = float(cost.abs().max())
    if largest == 0.0:
        return 1.0
    scaled = cost / largest
    spread = float(scaled.std(correction=0))
    return spread * largest if spread > 1e-12 else 1.0
