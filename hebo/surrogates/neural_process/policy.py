"""Policy network of NAP: a transformer with a value for each candidate (Maraval et al., 2305.15930).

Notation: `t` histories, `n` observations, `b` candidates, `w` width, `m` bars.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from hebo.random import make_generator
from hebo.recipe import Recipe
from hebo.surrogates.neural_process.embedding import Points, Signs
from hebo.surrogates.neural_process.transformer import Architecture, Context, Prediction, Transformer

_TINY = 1e-6
_LEAST_LOG_EI = -14.0
MOST_LEVELS = 48
"""A numeric column with more values counts as continuous."""
_N_FEATURES = 6


class PolicyArchitecture(Recipe):
    """The sizes of a policy network.

    Attributes:
        encoder: Of the transformer.
        head: `mlp`: expected improvement plus a learned function; `ei`: expected improvement alone.
        hidden: Hidden width of the learned function.
        horizon: Evaluations of a run.
    """

    encoder: Architecture = Architecture(width=64, n_layers=3, mlp=128, column_hidden=48, n_bars=128)
    head: Literal["mlp", "ei"] = "mlp"
    hidden: int = Field(default=128, ge=4)
    horizon: int = Field(default=20, ge=2)


class Policy(nn.Module):
    """Values of candidates, the logits of the next choice, given a history and how much of a run is left.

    The encoder is that of `neural_process`. All tasks have the columns of one space, so that each column has
    the same sign in every task: what the network learns of a column it knows in the next task.

    The value is `a log EI + g(token, mean, sd, log EI, incumbent, t / T, log n)`: it begins as expected
    improvement over the best value of the history under the predictive distribution.

    Args:
        architecture: The sizes.
    """

    def __init__(self, architecture: PolicyArchitecture) -> None:
        super().__init__()
        width, hidden = architecture.encoder.width, architecture.hidden
        self.transformer = Transformer(architecture.encoder)
        self.horizon = architecture.horizon
        self.log_scale = nn.Parameter(torch.zeros(()))
        self.norm = nn.LayerNorm(width)
        self.learned = None
        if architecture.head == "mlp":
            last = nn.Linear(hidden, 1)
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
            layers = [nn.Linear(width + _N_FEATURES, hidden), nn.GELU(), nn.Linear(hidden, hidden), nn.GELU()]
            self.learned = nn.Sequential(*layers, last)

    def encode(self, points: Points, y: Tensor) -> Context:
        """Return encoded histories.

        Args:
            points: `t x n` observed points.
            y: `t x n` standardized values.
        """
        return self.transformer.encode(points, y, self._signs(points).repeated(len(y)))

    def forward(self, context: Context, best: Tensor, progress: Tensor, candidates: Points) -> Tensor:
        """Return the values of candidates, `t x b`.

        Args:
            context: The encoded histories.
            best: Of their standardized values, `t`.
            progress: Share of the run that is over, `t`.
            candidates: `t x b` points.
        """
        tokens = self.transformer.attended(context, candidates)
        log_p = self.transformer.head(tokens).log_p
        bars = self.transformer.bars
        improvement = torch.logsumexp(log_p + bars.log_excess(best).unsqueeze(1), -1)
        log_ei = improvement.clamp_min(_LEAST_LOG_EI)
        value: Tensor = self.log_scale.exp() * log_ei
        if self.learned is None:
            return value
        mean, variance = bars.moments(log_p)
        n = mean.new_tensor(math.log(context.keys[0].shape[2]))
        features = [mean, variance.log(), log_ei, best.unsqueeze(1), progress.unsqueeze(1), n]
        stacked = torch.stack([one.expand(mean.shape) for one in features], -1)
        inputs = torch.cat([self.norm(tokens), stacked], -1)
        learned: Tensor = self.learned(inputs).squeeze(-1)
        return value + learned

    def _signs(self, points: Points) -> Signs:
        """Return the signs of columns, the same in all tasks."""
        n, generator = self.transformer.architecture.n_signs, make_generator("signs of a policy")
        found = Signs.draw(1, len(points.levels), points.categories, n, generator)
        return Signs(found.columns.to(points.numeric), found.categories.to(points.numeric))

    def predict(self, points: Points, y: Tensor, queries: Points) -> Prediction:
        """Predict `t x b` queries from `t x n` observations."""
        signs = self._signs(points).repeated(len(y))
        found: Prediction = self.transformer(points, y, queries, signs)
        return found


def standardized(y: Tensor) -> Tensor:
    """Return `t x n` values with zero mean and unit spread in each history; equal ones are 0."""
    spread = y.std(-1, correction=0, keepdim=True)
    scale = torch.where(spread > _TINY, spread, torch.ones_like(spread))
    scaled: Tensor = (y - y.mean(-1, keepdim=True)) / scale
    return scaled


def policy_of(architecture: dict[str, Any]) -> Policy:
    """Return the network of an architecture on a card, with random weights."""
    return Policy(PolicyArchitecture.model_validate(architecture))
