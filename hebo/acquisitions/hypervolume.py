"""Expected hypervolume improvement on a log scale, exact for independent objectives."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from botorch.models.model import Model
from torch import Generator, Tensor

from hebo.abilities import Marginals, Reinterpolating
from hebo.acquisitions.fronts import (
    MANY,
    far_reference,
    front_of,
    improvement_cells,
    mean_values,
    near_reference,
)
from hebo.acquisitions.marginals import marginals
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.information import Information, Takes


class LogEHVI(Acquisition):
    """Log expected hypervolume improvement over the front of posterior means.

    The space that the front leaves free is cut into boxes `[l, u]`. The expected volume that a point adds to
    one is a product over the objectives,

        `EHVI(x) = sum_boxes prod_j (psi_j(l_j) - psi_j(u_j))`,  `psi_j(a) = E[max(f_j(x) - a, 0)]`,

    since the models are independent (Yang et al., 2019; Daulton et al., 2006.05078, in logarithms as Ament et
    al., 2310.20708). It is exact for any number of objectives; the number of boxes grows quickly beyond four.
    Of one objective it is log expected improvement.

    Gaussian processes are re-interpolated: their variance is zero where the function was evaluated
    (Forrester, Keane and Bressloff, 2006). Otherwise the noise that a model believes in would make an end of
    the front worth most again and again, as a small gain there counts along the whole way to the reference
    point.

    Attributes:
        reference: Where the volume begins. None: at the stated reference point (see
            `Optimizer.set_reference_point`), where there is one, and otherwise `in_turn`. The others are
            inferred from the values: `near` the front, `far` below all values, or both `in_turn`: the far one
            for every second point while the front is short, later for every fourth. With the near one a front
            of a single point, perhaps, excludes all beyond its ends; with the far one the ends are all that
            counts.
    """

    max_outputs: ClassVar[int] = MANY

    reference: Literal["near", "far", "in_turn"] | None = None

    @property
    def takes(self) -> Takes:
        """A stated reference point, unless one is to be inferred."""
        return frozenset({Information.REFERENCE} if self.reference is None else ())

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x 1 x d` points to `b x 1` values, in nats."""
        values = mean_values(models, data)
        lower, upper = improvement_cells(front_of(values), self._reference(values, data))
        objectives = [
            (_reinterpolated(model), *_thresholds(torch.stack([lower[:, j], upper[:, j]])))
            for j, model in enumerate(models.objectives)
        ]

        def ehvi(x: Tensor) -> Tensor:
            log_volumes = [
                log_expected_length(marginals(model, x), levels, *places)
                for model, levels, places in objectives
            ]
            return torch.stack(log_volumes).sum(0).logsumexp(-1, keepdim=True)

        return ehvi

    def _reference(self, values: Tensor, data: Data) -> Tensor:
        if self.reference is None and data.reference is not None:
            return data.reference
        period = _SHORT_PERIOD if len(front_of(values)) < _SHORT else _LONG_PERIOD
        is_turn = self.reference in (None, "in_turn") and len(values) % period == 0
        return far_reference(values) if is_turn or self.reference == "far" else near_reference(values)


def _reinterpolated(model: Model) -> Model:
    found: Model = model.reinterpolated() if isinstance(model, Reinterpolating) else model
    return found


_SHORT = 5
_SHORT_PERIOD, _LONG_PERIOD = 2, 4
"""Of the far reference point, for fronts of fewer than `_SHORT` points and for others."""


def _thresholds(bounds: Tensor) -> tuple[Tensor, Tensor]:
    """Return the distinct bounds of boxes, ascending, and where the lower and upper ones, `2 x c`, stand."""
    untyped: Any = bounds.unique  # torch declares no types for it
    levels, places = untyped(return_inverse=True)
    return levels, places


def log_expected_length(predictions: Marginals, levels: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """Return `log(psi(l) - psi(u))` of `b` predictions and `c` intervals, `b x c`.

    Args:
        predictions: At `b` points.
        levels: Distinct thresholds, ascending; the last may be infinite.
        lower: `c` places among the levels.
        upper: `c` places, each beyond its lower one.
    """
    finite = levels[torch.isfinite(levels)]
    logs = torch.stack([predictions.log_ei(level) for level in finite.unbind()], dim=-1)
    above = logs[:, lower]
    is_bounded = upper < len(finite)
    below = logs[:, upper.clamp_max(len(finite) - 1)]
    # An infinite interval loses nothing; where rounding leaves no difference, the interval has no width.
    share = torch.where(is_bounded, (below - above).clamp_max(-1e-15), -torch.ones_like(above))
    log_share = torch.where(is_bounded, torch.log(-torch.expm1(share)), torch.zeros_like(above))
    return above + log_share
