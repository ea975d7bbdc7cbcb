"""Schedules of step sizes, averaging weights and sample sizes; `t` counts steps from 1.

Sources: SCGD and ASCGD, Wang, Fang and Liu (1411.3803); NASA, Ghadimi, Ruszczynski and Wang (1812.01094);
C-ADAM, Tutunov et al. (2002.03755), as in CompBO (2012.08240).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from hebo.descent.checks import check_count, check_number


class AdamSchedule(NamedTuple):
    """What C-ADAM uses at one step.

    Attributes:
        alpha: Step size, `C_alpha / t^(1/5)`.
        gamma1: Weight of the past in the mean of gradients, `C_gamma mu^t`.
        gamma2: Weight of the past in the mean of squared gradients, `1 - C_alpha / t^(2/5) (1 - gamma1)^2`.
    """

    alpha: float
    gamma1: float
    gamma2: float


def adam_schedule(t: int, *, lr: float, mu: float, c_gamma: float) -> AdamSchedule:
    """Return C-ADAM's numbers at step `t`; `lr` is the paper's `C_alpha`."""
    gamma1 = c_gamma * mu**t
    return AdamSchedule(lr / t**0.2, gamma1, 1.0 - lr / t**0.4 * (1.0 - gamma1) ** 2)


def check_adam_schedule(owner: str, *, lr: object, mu: object, c_gamma: object, eps: object) -> None:
    """Refuse numbers with which a weight of `adam_schedule` leaves the interval from 0 to 1.

    Raises:
        ConfigError: With name, value and range.
    """
    check_number(owner, "lr", lr, above=0.0, most=1.0)
    check_number(owner, "mu", mu, above=0.0, most=math.nextafter(1.0, 0.0))
    check_number(owner, "c_gamma", c_gamma, least=0.0, most=1.0)
    check_number(owner, "eps", eps, above=0.0, most=math.inf)


def power_decay(t: int, *, start: float, power: float) -> float:
    """Return `start / t^power`."""
    return start / math.pow(t, power)


def sample_size(t: int, *, scale: float = 1.0, power: float = 0.8) -> int:
    """Return `K_t = floor(scale t^power)`, at least 1: the samples of step `t`.

    C-ADAM's analysis has the power 4/5; the power 0 gives every step the same number.

    Raises:
        ConfigError: If `t` is below 1, the scale not positive, or the power negative.
    """
    check_count("sample_size", "t", t)
    check_number("sample_size", "scale", scale, above=0.0, most=math.inf)
    check_number("sample_size", "power", power, least=0.0, most=math.inf)
    return max(1, math.floor(scale * math.pow(t, power) + 1e-9))  # exact powers are a digit off: 32^0.8 is 16
