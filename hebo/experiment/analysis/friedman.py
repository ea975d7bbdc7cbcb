"""Friedman's test of mean ranks, and Nemenyi's critical difference after it.

The statistic is Friedman's chi-square with the correction for ties, in the form of Iman and Davenport,

    F = (n - 1) chi2 / (n (k - 1) - chi2),   k - 1 and (k - 1)(n - 1) degrees of freedom,

for `n` blocks and `k` optimisers (R. L. Iman and J. M. Davenport, "Approximations of the critical region
of the Friedman statistic", 1980; J. Demsar, "Statistical comparisons of classifiers over multiple data
sets", JMLR 2006). At the 5 % level and without any difference, chi-square itself rejects in 3 % of cases
(eight optimisers, five blocks), F in 5.5 %; but F rejects in 17 to 19 % with three optimisers and two or
three blocks. Therefore the p-value is exact wherever the orders can be counted, and that of F elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import stats

from hebo.experiment.analysis.paired import LEVEL
from hebo.experiment.analysis.statistics import Floats

_MOST_ORDERS = 600_000
"""How many equally likely outcomes are counted one by one."""


@dataclass(frozen=True)
class Friedman:
    """Friedman's test of `n_blocks x n_optimizers` ranks.

    Attributes:
        chi_square: Friedman's statistic, corrected for ties.
        f: The same in the form of Iman and Davenport; infinite where all blocks agree.
        degrees: Of `f`, of its numerator and its denominator.
        p_value: Chance of at least this much agreement between blocks that order the optimisers at random.
        is_exact: Whether all orders were counted; otherwise `f` was looked up in the F distribution.
    """

    chi_square: float
    f: float
    degrees: tuple[int, int]
    p_value: float
    is_exact: bool


def friedman(ranks: Floats) -> Friedman:
    """Test whether `ranks` differ between columns.

    Args:
        ranks: `n x k` ranks within each row, ties sharing their mean; at least 2 x 3, not all tied.
    """
    n, k = ranks.shape
    chi_square = float(stats.friedmanchisquare(*ranks.T).statistic)
    degrees = k - 1, (k - 1) * (n - 1)
    rest = n * (k - 1) - chi_square
    f = (n - 1) * chi_square / rest if rest > 1e-9 * n * k else math.inf
    is_exact = n_orders(k, n) <= _MOST_ORDERS
    p_value = exact_p_value(ranks) if is_exact else float(stats.f.sf(f, *degrees))
    return Friedman(chi_square, f, degrees, p_value, is_exact)


def n_orders(n_optimizers: int, n_blocks: int) -> float:
    """Return how many equally likely outcomes there are; those that differ in names only count once.

    One of them is the same order in every block: `1 / n_orders` is the smallest p-value there can be.
    """
    return float(math.factorial(n_optimizers)) ** (n_blocks - 1)


def exact_p_value(ranks: Floats) -> float:
    """Return the share of outcomes that are at least as unequal as `ranks`, each row ordered at random.

    Sums of squares of the rank sums order outcomes as Friedman's statistic does. They do not change with the
    names of the columns, so the first row may stay as it is.
    """
    sums = ranks[:1]
    for row in ranks[1:]:
        orders = np.array(list(permutations(row)))
        sums = (sums[:, None, :] + orders).reshape(-1, len(row))
    found = float((ranks.sum(axis=0) ** 2).sum())
    return float(((sums**2).sum(axis=1) >= found - 1e-6).mean())


def critical_difference(n_optimizers: int, n_blocks: int, *, level: float = LEVEL) -> float:
    """Return Nemenyi's critical difference of mean ranks.

    `CD = q sqrt(k (k + 1) / (6 n))`, `q` being the `1 - level` quantile of the studentised range of `k`
    means with infinitely many degrees of freedom, over `sqrt(2)`.
    """
    q = float(stats.studentized_range.ppf(1 - level, n_optimizers, np.inf)) / np.sqrt(2)
    return float(q * np.sqrt(n_optimizers * (n_optimizers + 1) / (6 * n_blocks)))


def connected(ranks: Sequence[float], widest: float) -> list[tuple[int, int]]:
    """Return the groups that a critical-difference diagram joins by a bar.

    Args:
        ranks: Mean ranks, ascending.
        widest: How far apart the first and the last of a group may be.

    Returns:
        First and last position of each group of at least two that is in no larger group.
    """
    groups: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = max(place for place, other in enumerate(ranks) if other - rank <= widest)
        if last > first and (not groups or last > groups[-1][1]):
            groups.append((first, last))
    return groups
