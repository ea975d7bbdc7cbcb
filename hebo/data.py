"""`Data`: what an optimiser knows, as tensors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Data:
    """Observations and points under evaluation, in encoded columns.

    Attributes:
        x: `n x d` evaluated points.
        y: `n x m` objective values, larger is better; a row with NaN is a failed evaluation.
        pending: `p x d` points that were asked for and have no value yet.
        batch_size: How many points are about to be chosen together.
    """

    x: Tensor
    y: Tensor
    pending: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    batch_size: int = 1

    def __post_init__(self) -> None:
        if self.x.shape[0] != self.y.shape[0]:
            raise AssertionError(f"{self.x.shape[0]} points but {self.y.shape[0]} values")
        if self.pending.numel() == 0:
            object.__setattr__(self, "pending", self.x.new_empty(0, self.x.shape[1]))

    @property
    def failed(self) -> Tensor:
        """`n` bool: rows whose evaluation gave no value."""
        return ~torch.isfinite(self.y).all(-1)

    @property
    def seen(self) -> Tensor:
        """`(n + p) x d`: every point that was evaluated or is pending."""
        return torch.cat([self.x, self.pending])

    @property
    def best(self) -> Tensor:
        """`d`: the successful point with the largest first value."""
        return self.x[int(self.y[:, 0].nan_to_num(nan=-torch.inf).argmax())]

    def successes(self) -> Data:
        """Return the data without its failed rows."""
        keep = ~self.failed
        return replace(self, x=self.x[keep], y=self.y[keep])

    def with_y(self, y: Tensor) -> Data:
        """Return the same points with other values, `n x m`."""
        return replace(self, y=y)

    def with_pending(self, x: Tensor) -> Data:
        """Return the data with more pending points, `k x d`."""
        return replace(self, pending=torch.cat([self.pending, x]))

    def to(self, device: torch.device | str) -> Data:
        """Return the data on another device."""
        return replace(self, x=self.x.to(device), y=self.y.to(device), pending=self.pending.to(device))
