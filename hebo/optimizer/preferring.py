"""Preferences: comparisons of points in the place of values; the part of `Optimizer` that records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import torch
from pandas import DataFrame
from torch import Tensor

from hebo.design_space.competing import competing
from hebo.errors import DataError
from hebo.information import Information
from hebo.optimizer.capabilities import Capabilities
from hebo.optimizer.locking import locked
from hebo.optimizer.reading import read_comparisons
from hebo.optimizer.recommending import Recommendation, Recommending


class Preferring(Capabilities, Recommending):
    """What was preferred to what."""

    @locked
    def prefer(self, better: DataFrame, worse: DataFrame) -> None:
        """Record comparisons: each point of `better` was preferred to the point of `worse` in the same row.

        Points need no value, and may have been asked for or not; those that were pending are not any more.
        Answers may contradict one another. A ranking, best first, is `prefer(ranked[:-1], ranked[1:])`.
        Either all of it is recorded, or nothing.

        Args:
            better: `k` rows in natural units, one column per parameter. Rows are matched by position: labels
                do not matter, as rows of one batch are compared with one another.
            worse: `k` rows.

        Raises:
            DataError: If values were told to this optimizer, or a row is unusable; the message says which.
            IncompatibleError: If the recommender makes no use of comparisons.
        """
        self.check_takes(Information.COMPARISONS)
        if len(self._records.x):
            raise DataError(
                f"{len(self._records.x)} points were told with values; one optimizer learns from values or "
                "from comparisons: compare points in a new one, or tell their values"
            )
        self._records.preferred(*read_comparisons(better, worse, self.space, self._records))

    @locked
    def retract(self, better: DataFrame, worse: DataFrame) -> None:
        """Take comparisons back, for example wrong answers; one that was told several times, the latest.

        Args:
            better: `k` rows, as for `prefer`.
            worse: `k` rows.

        Raises:
            DataError: If a comparison was not told; nothing is taken back then.
        """
        records = self._records
        kept = torch.ones(len(records.better), dtype=torch.bool)
        pairs = zip(*read_comparisons(better, worse, self.space, records), strict=True)
        for row, (first, second) in enumerate(pairs):
            same = (records.better == first).all(1) & (records.worse == second).all(1) & kept
            if not bool(same.any()):
                raise DataError(f"row {row} was not told; `comparisons` lists what was preferred to what")
            kept[int(same.nonzero()[-1])] = False
        records.keep_comparisons(kept)

    @property
    @locked
    def comparisons(self) -> DataFrame:
        """All comparisons in the order told; columns `("better", name)` and `("worse", name)`."""
        sides = {"better": self._records.better, "worse": self._records.worse}
        return pd.concat({side: self.space.decode(points) for side, points in sides.items()}, axis=1)

    @property
    @locked
    def best_x(self) -> DataFrame:
        """The best feasible point told so far, as a frame with one row; see `best`, and `preferred`.

        Raises:
            DataError: If there is none; the message says what is missing.
        """
        return self.preferred() if len(self._records.better) else super().best_x

    @locked
    def best(self, context: Mapping[str, Any] | None = None) -> tuple[DataFrame, float]:
        """Return the best point told so far and its value; see `History.best`.

        Raises:
            DataError: If no such point was told, or points were compared, which gives them no values.
        """
        if len(self._records.better):
            raise DataError("points were compared and have no values; `best_x` is the one preferred most")
        return super().best(context)

    @locked
    def preferred(self, context: Mapping[str, Any] | None = None) -> DataFrame:
        """Return the compared point of the largest utility, by posterior mean, as a frame with one row.

        As for `best`, it keeps the input constraints and is of one context, at the targets of fidelities.

        Args:
            context: A value for each context parameter; None: those of the point preferred last.

        Raises:
            DataError: If no such point was compared.
            IncompatibleError: If the recommender fits no model of the utility.
        """
        points = self.data.compared
        if not len(points):
            raise DataError("nothing has been compared yet; say what is better by `prefer(better, worse)`")
        space, fixed = self.space.parameter_space, self._context(context)
        comparable = competing(space, points, context=fixed)
        if not bool(comparable.any()):
            wanted = {**space.targets, **fixed}
            raise DataError(
                "no point that keeps the input constraints was compared"
                f"{f' with {wanted}' if wanted else ''} yet; compare points there"
            )
        utility = self._utility(points).masked_fill(~comparable, -torch.inf)
        return self.space.decode(points[utility.argmax()].unsqueeze(0))

    @locked
    def recommendation(self, context: Mapping[str, Any] | None = None) -> Recommendation:
        """Return the point of the largest posterior mean; see `Recommending.recommendation`.

        Of comparisons it is that of the utility, anywhere, and has no value; before there is a model of it,
        see `preferred`.

        Raises:
            DataError: See `Recommending.recommendation`.
        """
        if not len(self._records.better):
            return super().recommendation(context)
        found = self._predicted_best(context)
        return Recommendation(
            self.preferred(context) if found is None else self.space.decode(found.x.unsqueeze(0))
        )

    @torch.no_grad()
    def _utility(self, x: Tensor) -> Tensor:
        """Return posterior means of the utility, `n`, at `n x d` points, whatever is pending."""
        request = self._request_for(1, self.space, frozenset())
        model = self.recommender.fit_model(replace(request, data=replace(request.data, pending=x[:0])))
        posterior: Any = model.posterior(x.unsqueeze(-2))
        mean: Tensor = posterior.mean[:, 0, 0]
        return mean

    def _latest(self) -> Tensor:
        """Return the point told or preferred last, `1 x d`."""
        return self._records.better[-1:] if len(self._records.better) else super()._latest()
