"""Where to prevent contamination along a food supply chain."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from tasks.combinatorial.base import Array, Coded, Codes


class ContaminationControl(Coded):
    """Choose the stages of a food supply chain at which to pay for prevention.

    A fraction `Z_0 ~ Beta(1, 30)` of the food is contaminated at the start. Prevention at stage `i`
    (`x_i` True) heals a share `G_i ~ Beta(1, 3/7)` of it, else a share `L_i ~ Beta(1, 17/3)` of the rest
    is spoilt: `Z_i = (1 - G_i x_i) Z_{i-1} + L_i (1 - x_i) (1 - Z_{i-1})`. The fraction should be at most
    `limit` with a probability of `1 - tolerance` at each stage. The value is the cost of prevention plus
    the Lagrangian penalty of these constraints plus the regularization,

    `sum_i [cost x_i + penalty (1 - tolerance - P(Z_i <= limit))] + regularization sum_i x_i`,

    with the probability estimated from `n_samples` runs that are the same for all points (Hu, Hu, Xu, Wang
    and Cao, "Contamination control in food supply chain", Winter Simulation Conference 2010; Baptista and
    Poloczek, "Bayesian optimization of combinatorial structures", ICML 2018, arXiv:1806.08838, whose
    published code gives the constants). As there, the penalty is signed: a stage that keeps its constraint
    with room to spare lowers the value, by `penalty * tolerance` at most.

    The streams of random numbers are independent by stage and kind of rate. In some published versions the
    three kinds are drawn from one seed, which correlates them; values differ from theirs for that reason too.

    Args:
        n_stages: Number of booleans; published experiments have 21 to 30.
        n_samples: Number of runs.
        cost: Cost of prevention at a stage, `c`.
        limit: Largest allowed fraction, `U`.
        tolerance: Allowed probability of exceeding it, `epsilon`.
        penalty: Lagrange multiplier of each constraint, `rho`.
        regularization: Extra cost of each True, `lambda`; 0, 1e-4 and 1e-2 in the papers.
        seed: Fixes the runs.
    """

    n_stages: int = Field(25, ge=1)
    n_samples: int = Field(100, ge=1)
    cost: float = Field(1.0, ge=0)
    limit: float = Field(0.1, gt=0, lt=1)
    tolerance: float = Field(0.05, ge=0, le=1)
    penalty: float = Field(1.0, ge=0)
    regularization: float = Field(1e-2, ge=0)
    seed: int = Field(0, ge=0)

    @property
    def outcomes(self) -> Outcomes:
        """The cost of prevention, with penalties."""
        return outcomes_of({"name": "penalized_cost"})

    @property
    def dimension(self) -> int:
        """The number of stages."""
        return self.n_stages

    @property
    def numbers_per_point(self) -> int:
        """The fraction in each run."""
        return self.n_samples

    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""
        fraction = np.tile(self.initial_fraction, (len(codes), 1))
        within = np.zeros(len(codes))
        for prevents, (spread, cure) in zip(codes.T == 1, self.rates, strict=True):
            spoilt = fraction + spread * (1.0 - fraction)
            fraction = np.where(prevents[:, None], (1.0 - cure) * fraction, spoilt)
            within += (fraction <= self.limit).mean(axis=1)
        shortfall = self.n_stages * (1.0 - self.tolerance) - within
        values: Array = (self.cost + self.regularization) * codes.sum(axis=1) + self.penalty * shortfall
        return values

    @cached_property
    def initial_fraction(self) -> Array:
        """The contaminated fraction before the first stage, `Z_0`, in each run."""
        rng = np.random.default_rng(derive_seed("contamination", self.seed, "initial"))
        return rng.beta(1.0, 30.0, self.n_samples)

    @cached_property
    def rates(self) -> Array:
        """The rates of contamination `L` and of restoration `G`: stages x 2 x runs."""
        return np.stack([self._draw_rates(stage) for stage in range(self.n_stages)])

    def _draw_rates(self, stage: int) -> Array:
        rng = np.random.default_rng(derive_seed("contamination", self.seed, stage))
        return np.stack([rng.beta(1.0, 17.0 / 3.0, self.n_samples), rng.beta(1.0, 3.0 / 7.0, self.n_samples)])
