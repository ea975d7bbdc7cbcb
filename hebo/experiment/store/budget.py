"""Budget of a run: when it has had its trials, or has spent the cost it may."""

from __future__ import annotations

_ROUNDING = 1e-9


def is_spent(spent: float | None, max_cost: float | None) -> bool:
    """Say whether a limit of costs is reached; a billionth of it is forgiven, for sums of such as 0.1."""
    return max_cost is not None and (spent or 0.0) >= max_cost * (1 - _ROUNDING)


def is_over(n_done: int, n_trials: int, spent: float | None, max_cost: float | None) -> bool:
    """Say whether a run with so many ended trials and so much spent has come to its end."""
    return n_done >= n_trials or is_spent(spent, max_cost)
