"""Which pesticide to use at each stage."""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from hebo.random import derive_seed
from tasks.combinatorial.base import Array, Coded, Codes

# For no action and the four pesticides, from the code published by Oh et al. (2019).
_PRICE: Final = np.array([0.0, 1.0, 0.8, 0.7, 0.5])
_LARGEST_DISCOUNT: Final = np.array([0.0, 0.2, 0.3, 0.3, 0.0])
_RESISTANCE: Final = np.array([np.inf, 2.0 / 7.0, 3.0 / 7.0, 3.0 / 7.0, 5.0 / 7.0])
_TOLERANCE: Final = np.array([0.0, 1.0 / 7.0, 2.5 / 7.0, 2.0 / 7.0, 0.5 / 7.0])


class PestControl(Coded):
    """Choose no action or one of four pesticides at each stage: price paid plus sites infested.

    At a site, a fraction `z ~ Beta(1, 30)` of the products is affected at first. Without action it grows to
    `z + s (1 - z)` with `s ~ Beta(1, 17/3)`; pesticide `l` brings it to `(1 - r) z` with
    `r ~ Beta(1, b_l + t_l k / T)`, where `k` counts the earlier stages at which `l` was used: pests develop
    a tolerance at the rate `t_l`. A use costs `p_l (1 - q_l m_l / T)`, where `m_l` counts all uses of `l`,
    past and future. The value is the price of all stages, plus for each stage the share of the sites where
    `z` is above the threshold as the stage begins (Oh, Tomczak, Gavves and Welling, "Combinatorial Bayesian
    optimization using the graph Cartesian product", NeurIPS 2019, arXiv:1902.00448):

    | | pesticide1 | pesticide2 | pesticide3 | pesticide4 |
    |---|---|---|---|---|
    | price `p` | 1.0 | 0.8 | 0.7 | 0.5 |
    | largest discount `q` | 0.2 | 0.3 | 0.3 | 0 |
    | resistance `b` | 2/7 | 3/7 | 3/7 | 5/7 |
    | tolerance `t` | 1/7 | 2.5/7 | 2/7 | 0.5/7 |

    The constants and the order of events are those of the authors' code. Infestation is counted before a
    stage's action, so that the last action costs something and helps nothing. The best points that are
    known use pesticide4 nearly everywhere, which favors methods that lean to equal values of all variables.

    Here the random numbers are a function of the seed and the stage, so that a point has one value. The
    first code drew them anew in each evaluation; later versions restart the same seed at each stage, which
    makes a site's luck the same at all stages. A stage has one uniform number per site for any pesticide,
    `r = 1 - u^(1 / b)`: each has its own distribution, and points are compared on the same sites.

    Args:
        n_stages: Number of nominal variables, `T`.
        n_sites: Number of simulated sites.
        threshold: The fraction above which a site counts as infested, `U`.
        seed: Fixes the random numbers.
    """

    n_stages: int = Field(25, ge=1)
    n_sites: int = Field(100, ge=1)
    threshold: float = Field(0.1, gt=0, lt=1)
    seed: int = Field(0, ge=0)

    @property
    def outcomes(self) -> Outcomes:
        """The price paid plus the share of the sites infested, over all stages."""
        return outcomes_of({"name": "total_cost"})

    @property
    def dimension(self) -> int:
        """The number of stages."""
        return self.n_stages

    @property
    def categories(self) -> tuple[str, ...]:
        """No action, or one of four pesticides."""
        return "none", "pesticide1", "pesticide2", "pesticide3", "pesticide4"

    @property
    def numbers_per_point(self) -> int:
        """The affected fraction at each site."""
        return self.n_sites

    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""
        return self._prices(codes) + self._infestation(codes)

    def _prices(self, codes: Codes) -> Array:
        """Return the price of all stages, after discounts."""
        uses = np.stack([(codes == code).sum(axis=1) for code in range(len(_PRICE))], axis=1)
        values: Array = (uses * _PRICE * (1.0 - _LARGEST_DISCOUNT * uses / self.n_stages)).sum(axis=1)
        return values

    def _infestation(self, codes: Codes) -> Array:
        """Return the sum over stages of the share of infested sites."""
        n, points = len(codes), np.arange(len(codes))
        fraction = np.tile(self.initial_fraction, (n, 1))
        uses, total = np.zeros((n, len(_PRICE))), np.zeros(n)
        for choice, (spread, luck) in zip(codes.T, self.noise, strict=True):
            total += (fraction > self.threshold).mean(axis=1)
            resistance = _RESISTANCE[choice] + _TOLERANCE[choice] * uses[points, choice] / self.n_stages
            left = luck ** (1.0 / resistance)[:, None]
            grown = fraction + spread * (1.0 - fraction)
            fraction = np.where(choice[:, None] > 0, left * fraction, grown)
            uses[points, choice] += 1.0
        return total

    @cached_property
    def initial_fraction(self) -> Array:
        """The affected fraction at each site before the first stage."""
        rng = np.random.default_rng(derive_seed("pest control", self.seed, "initial"))
        return rng.beta(1.0, 30.0, self.n_sites)

    @cached_property
    def noise(self) -> Array:
        """The rates of spread, and the uniform numbers behind the rates of control: stages x 2 x sites."""
        return np.stack([self._draw_noise(stage) for stage in range(self.n_stages)])

    def _draw_noise(self, stage: int) -> Array:
        rng = np.random.default_rng(derive_seed("pest control", self.seed, stage))
        return np.stack([rng.beta(1.0, 17.0 / 3.0, self.n_sites), rng.random(self.n_sites)])
