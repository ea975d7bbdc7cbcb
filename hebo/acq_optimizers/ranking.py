"""Pareto ranking of points by the values of an acquisition."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from hebo.acq_optimizers.sorting import front_ranks
from hebo.base import AcqFunction, Candidates
from hebo.fallbacks import note_fallback
from hebo.rows import new_rows

_CHUNK = 4096


@torch.no_grad()
def evaluate(acq: AcqFunction, x: Tensor) -> Tensor:
    """Values of `acq` at `n x d` single points, `n x n_values`, in bounded memory.

    They come with the dtype and on the device of `x`, and finite, so that searches can compare and scale
    them: an infinite one becomes a huge one, and one that is not a number the worst possible.
    """
    values = torch.cat([acq(part.unsqueeze(-2)) for part in torch.split(x, _CHUNK)]).to(x)
    if values.isnan().any():
        note_fallback("acquisition is not a number", f"at {int(values.isnan().any(-1).sum())} points")
    huge = torch.finfo(values.dtype).max / 8  # differences of two such are finite too
    return values.nan_to_num(nan=-huge, posinf=huge, neginf=-huge)


def rank(x: Tensor, values: Tensor, *, limit: int | None = None) -> Candidates:
    """Sort points by dominance rank, larger values being better.

    Args:
        x: `n x d` points; repeated ones are dropped.
        values: `n x n_values`.
        limit: Rank at least this many points; the rest is dropped.
    """
    order = torch.from_numpy(new_rows(x.cpu().numpy(), np.empty((0, x.shape[1])))).to(x.device)
    x, values = x[order], values[order]
    limit = min(limit or len(x), len(x))
    if values.shape[-1] == 1:
        order = torch.argsort(values[:, 0], descending=True, stable=True)[:limit]
        return Candidates(x[order], torch.arange(len(order)))
    ranks = torch.as_tensor(front_ranks(values.cpu().numpy(), limit))
    order = torch.argsort(ranks, stable=True)
    last = ranks[order[limit - 1]]
    order = order[: int((ranks <= last).sum())]
    return Candidates(x[order], ranks[order])
