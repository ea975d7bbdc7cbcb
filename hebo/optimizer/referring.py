"""Reference point of hypervolumes, stated: what a point must beat in every objective to be of any worth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from hebo.errors import DataError
from hebo.information import Information
from hebo.optimizer.locking import locked
from hebo.optimizer.stating import Stating


class Referring(Stating):
    """The reference point; the part of `Optimizer` that knows it."""

    @property
    @locked
    def reference_point(self) -> tuple[float, ...] | None:
        """The stated reference point, one value per objective, as measured; None where there is none."""
        point = self._records.reference_point
        return None if point is None else tuple(point.tolist())

    @locked
    def set_reference_point(self, point: Sequence[float] | Mapping[str, float] | None) -> None:
        """State the reference point of hypervolumes: the worst value of each objective that is of interest.

        Only points better than it in every objective add hypervolume. Where none is stated, one is inferred
        from the values told, which is seldom as good: the ends of a front may reach far beyond what anybody
        wants. It is part of the state, and may be changed at any time.

        Args:
            point: One value per objective, in the units told; or objective -> value, once a table of values
                with these names was told. None: it is inferred from now on.

        Raises:
            DataError: If there is one value only, a value is not a finite number, or the values do not belong
                to the objectives told before.
            IncompatibleError: If the optimizer makes no use of a reference point.
        """
        if point is not None:
            self.check_takes(Information.REFERENCE)
        records = self._records
        stated = None if point is None else _parsed(point, records.objective_names)
        told = records.n_objectives
        if stated is not None and told not in (None, len(stated)):
            raise DataError(
                f"reference_point has {len(stated)} values, {told} objectives were told; give one for each"
            )
        records.reference_point = None if stated is None else torch.tensor(stated, dtype=torch.float64)

    def check_referred(self, n: int) -> None:
        """Refuse values of `n` objectives if the stated reference point is one of more or fewer.

        Raises:
            DataError: With both numbers.
        """
        point = self._records.reference_point
        if point is not None and len(point) != n:
            raise DataError(
                f"y has {n} column(s), the stated reference point has {len(point)} values; tell one for "
                "each, or state another point by `set_reference_point`"
            )


def _parsed(point: Any, names: Sequence[str] | None) -> list[float]:
    if isinstance(point, Mapping):
        if names is None or set(point) != set(names):
            known = "no named table was told yet; give a list" if names is None else f"told: {list(names)}"
            raise DataError(f"reference_point has the names {list(point)}; {known}")
        point = [point[name] for name in names]
    try:
        stated = torch.as_tensor(point, dtype=torch.float64)
        if stated.dim() > 1:
            raise ValueError(f"{stated.dim()} axes")
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"reference_point={point!r} is not a list of numbers, one per objective") from error
    values: list[float] = stated.reshape(-1).tolist()
    if len(values) < 2:
        raise DataError(f"reference_point={point!r} needs two or more objectives; a single one has none")
    if not all(map(math.isfinite, values)):
        raise DataError(f"reference_point={point!r} has a value that is not finite; give finite numbers")
    return values
