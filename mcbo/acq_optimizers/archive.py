"""Archive: the best distinct points among all that a search has looked at."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.acq_optimizers.ranking import evaluate, rank
from hebo.acq_optimizers.sorting import survivors
from hebo.base import AcqFunction, Candidates
from hebo.rows import new_rows


class Archive:
    """Evaluates an acquisition and remembers the best points: by Pareto front, then by crowding distance.

    Args:
        acq: Any number of values per point.
        n_kept: How many points to remember.

    Attributes:
        x: `k x d` points, best first.
        values: `k x m`, theirs.
    """

    def __init__(self, acq: AcqFunction, n_kept: int) -> None:
        self._acq, self._n_kept = acq, n_kept
        self.x = self.values = torch.empty(0, 0, dtype=torch.float64)

    def add(self, x: Tensor) -> Tensor:
        """Evaluate points (`n x d`), remember the good ones, and return all values (`n x m`)."""
        values = evaluate(self._acq, x)
        known = self.x.reshape(-1, x.shape[1])
        new = torch.from_numpy(new_rows(x.numpy(), known.numpy()))
        points = torch.cat([known, x[new]])
        every = torch.cat([self.values.reshape(-1, values.shape[1]), values[new]])
        order = torch.from_numpy(survivors(every.numpy(), self._n_kept)[0])
        self.x, self.values = points[order], every[order]
        return values

    def candidates(self) -> Candidates:
        """Return what is remembered, ranked."""
        return rank(self.x, self.values)
