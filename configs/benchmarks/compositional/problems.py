"""Nested problems with a known optimum: CVaR of a portfolio, and the log-partition of a Gamma law."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from hebo.abilities import Inner
from hebo.descent.nested import Nested
from hebo.descent.projections import Box, Product, Projection, Simplex
from hebo.random import make_generator

LEVEL = 0.9
"""Level of the conditional value at risk: the mean of the worst tenth."""

N_ASSETS = 10
N_SCENARIOS = 200_000
"""Scenarios by which a portfolio is judged; no method sees them."""

N_REFERENCE_STEPS = 150


@dataclass(frozen=True)
class Problem(ABC):
    """One instance, drawn by a seed; `1 x d` points."""

    seed: int

    @property
    @abstractmethod
    def start(self) -> Tensor:
        """Where every method begins, `1 x d`."""

    @property
    @abstractmethod
    def projection(self) -> Projection:
        """Onto the feasible set."""

    @abstractmethod
    def nested(self) -> Nested:
        """Return the objective as a nested expectation."""

    @abstractmethod
    def gap(self, x: Tensor) -> float:
        """Return how much the objective at `1 x d` is above the optimum."""


class LogPartition(Problem):
    """`log E_w exp(x w) - c x`, w Gamma-distributed: negative log likelihood of an exponential family.

    It is `-sum_j k log(1 - x_j) - c_j x_j`, which is smallest at `x_j = 1 - k / c_j`; in [-0.5, 0.4] here.
    """

    shape = 1.0
    n_columns = 10

    @property
    def optimum(self) -> Tensor:
        """The minimizer, `d`."""
        generator = make_generator("log-partition", self.seed)
        return -0.5 + 0.9 * torch.rand(self.n_columns, dtype=torch.float64, generator=generator)

    @property
    def start(self) -> Tensor:
        """See `Problem`."""
        return torch.zeros(1, self.n_columns, dtype=torch.float64)

    @property
    def projection(self) -> Projection:
        """See `Problem`; the variance of `exp(x w)` is finite below 1/2."""
        return Box(-1.0, 0.45)

    def nested(self) -> Nested:
        """See `Problem`: the columns of the inner function are `exp(x w)` and `c x`."""
        c = self.shape / (1.0 - self.optimum)

        def draw(n: int, generator: Generator) -> Tensor:
            uniform = torch.rand(n, self.n_columns, dtype=torch.float64, generator=generator)
            return -torch.log1p(-uniform)  # Gamma of shape 1

        def inner(x: Tensor, w: Tensor) -> Tensor:
            linear = (x @ c).unsqueeze(1).expand(-1, len(w))
            return torch.stack([torch.exp(x @ w.T), linear], dim=2)

        return Nested(draw, inner, lambda y: y[:, 0].log() - y[:, 1])

    def gap(self, x: Tensor) -> float:
        """See `Problem`; in closed form."""
        return float(self._exact(x[0]) - self._exact(self.optimum))

    def _exact(self, x: Tensor) -> Tensor:
        return (-self.shape * torch.log1p(-x) - self.shape / (1.0 - self.optimum) * x).sum()


@dataclass(frozen=True)
class Market:
    """Heavy-tailed returns: a Student-t factor common to all assets, and one of each (3 degrees of freedom).

    Attributes:
        mean: Of each asset.
        loading: Of each asset on the factor.
        spread: Of its own part.
    """

    mean: Tensor
    loading: Tensor
    spread: Tensor

    @classmethod
    def drawn(cls, seed: int) -> Market:
        """Return a market of `N_ASSETS`."""
        u = torch.rand(3, N_ASSETS, dtype=torch.float64, generator=make_generator("market", seed))
        return cls(mean=0.1 * u[0], loading=0.3 + 0.7 * u[1], spread=0.5 + 1.0 * u[2])

    def returns(self, n: int, generator: Generator) -> Tensor:
        """Draw `n x N_ASSETS` returns."""
        normal = torch.randn(n, N_ASSETS + 4, 2, dtype=torch.float64, generator=generator)
        chi = (
            torch.randn(n, N_ASSETS + 1, 3, dtype=torch.float64, generator=generator).square().mean(2).sqrt()
        )
        student = normal[:, : N_ASSETS + 1, 0] / chi
        return self.mean + self.loading * student[:, :1] + self.spread * student[:, 1:]


class Portfolio(Problem):
    """Weights of least CVaR, `min_t t + E[(loss - t)_+] / (1 - level)` (Rockafellar and Uryasev, 2000).

    The variables are the weights and `t`. The outer function is linear, so plug-in gradients are unbiased.
    """

    @property
    def market(self) -> Market:
        """The market of the seed."""
        return Market.drawn(self.seed)

    @property
    def start(self) -> Tensor:
        """Equal weights, and `t` at 1."""
        weights = torch.full((1, N_ASSETS), 1.0 / N_ASSETS, dtype=torch.float64)
        return torch.cat([weights, torch.ones(1, 1, dtype=torch.float64)], dim=1)

    @property
    def projection(self) -> Projection:
        """See `Problem`: weights on the simplex, `t` free."""
        return Product([(N_ASSETS, Simplex()), (1, None)])

    def nested(self) -> Nested:
        """See `Problem`: the columns of the inner function are `t` and the excess of the loss over it."""

        def inner(x: Tensor, w: Tensor) -> Tensor:
            t = x[:, -1:].expand(-1, len(w))
            return torch.stack([t, (-(x[:, :-1] @ w.T) - t).clamp_min(0.0)], dim=2)

        return Nested(self.market.returns, inner, lambda y: y[:, 0] + y[:, 1] / (1.0 - LEVEL))

    def batch(self) -> BatchCVaR:
        """Return the CVaR of a batch as the objective."""
        return BatchCVaR(self.market)

    def gap(self, x: Tensor) -> float:
        """See `Problem`: relative to the least CVaR found with all scenarios at once."""
        losses, best = _judge(self.seed)
        return float(empirical_cvar(-(x[:, :-1] @ losses.T))[0]) / best - 1.0


@dataclass(frozen=True)
class BatchCVaR:
    """The CVaR of the sample itself, the mean of its worst tenth: a plug-in estimate."""

    market: Market

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return the estimate as a function of `x`, `r x 1`."""
        returns = self.market.returns(n, generator)
        return lambda x: empirical_cvar(-(x[:, :-1] @ returns.to(x).T)).unsqueeze(1)

    def outer(self, y: Tensor) -> Tensor:
        """Return the only column."""
        return y[:, 0]


def empirical_cvar(losses: Tensor) -> Tensor:
    """Return the mean of the worst tenth, at least one, of `r x n` losses."""
    n_worst = max(1, round((1.0 - LEVEL) * losses.shape[1]))
    return losses.topk(n_worst, dim=1).values.mean(1)


_JUDGES: dict[int, tuple[Tensor, float]] = {}


def _judge(seed: int) -> tuple[Tensor, float]:
    """Return the scenarios of a seed, and the least CVaR found on them by projected gradients."""
    if seed not in _JUDGES:
        market = Market.drawn(seed)
        returns = market.returns(N_SCENARIOS, make_generator("scenarios", seed))
        weights = torch.full((1, N_ASSETS), 1.0 / N_ASSETS, dtype=torch.float64)
        best = float("inf")
        for step in range(N_REFERENCE_STEPS):
            weights.requires_grad_()
            value = empirical_cvar(-(weights @ returns.T))
            (slope,) = torch.autograd.grad(value.sum(), weights)
            best = min(best, float(value.detach()))
            weights = Simplex()(weights.detach() - 0.1 / (1.0 + 0.05 * step) * slope)
        _JUDGES[seed] = returns, best
    return _JUDGES[seed]
