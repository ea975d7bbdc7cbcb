"""The network: observations and points to be predicted as tokens of a transformer without positions.

Notation: `t` tasks, `n` observations (the context), `b` tokens, `w` width, `h` heads, `m` bars.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional

from hebo.recipe import Recipe
from hebo.surrogates.neural_process.bar_distribution import Bars, default_borders
from hebo.surrogates.neural_process.embedding import Embedding, Points, Signs, squared_distances
from hebo.surrogates.neural_process.relevance import Relevance

MAX_VALUE = 8.0
"""Standardized values are clipped to this size before the network sees them."""

_MIN_LOG_SCALE = math.log(1e-3)
_MIN_LOG_NOISE = math.log(5e-3)
"""Of the standard deviation of the noise: less cannot be told from none."""
_HEAD_SCALES = (1.0, 1000.0)
_FREEDOM = 4.0


class Architecture(Recipe):
    """The sizes of a network.

    Attributes:
        width: Of the tokens.
        n_layers: Number of layers.
        n_heads: Attention heads of a layer.
        mlp: Hidden width of the MLP of a layer.
        column_hidden: Hidden width of the embedding of a column.
        n_signs: Size of the random vectors that tell columns apart.
        n_bars: Bars of the predictive distribution.
    """

    width: int = Field(default=96, ge=4)
    n_layers: int = Field(default=4, ge=1)
    n_heads: int = Field(default=4, ge=1)
    mlp: int = Field(default=192, ge=4)
    column_hidden: int = Field(default=64, ge=4)
    n_signs: int = Field(default=16, ge=2)
    n_bars: int = Field(default=512, ge=8)

    @model_validator(mode="after")
    def _check_heads(self) -> Self:
        if self.width % self.n_heads:
            raise ValueError(
                f"width={self.width} is no multiple of n_heads={self.n_heads}; every head has a part of it"
            )
        return self


@dataclass(frozen=True)
class Context:
    """Encoded observations of `t` tasks: what is kept between predictions.

    Attributes:
        points: The observed points.
        signs: Of their columns.
        relevance: Of their columns in each head, `t x h x d`.
        keys: Of each layer, `t x h x n x (w / h)`.
        values: Of each layer, of the same shape.
    """

    points: Points
    signs: Signs
    relevance: Tensor
    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]


@dataclass(frozen=True)
class Prediction:
    """Predictive distributions of noise-free values, in units of the standardized context.

    Attributes:
        log_p: `t x b x m` log probabilities of the bars.
        log_noise_sd: `t x b` logarithms of the standard deviation of the noise.
    """

    log_p: Tensor
    log_noise_sd: Tensor


class Transformer(nn.Module):
    """A pre-norm transformer whose keys and values come from observations alone (2205.13902; 2207.04179).

    Every token attends to the observations, which are sums of embeddings of point and value. Neither the
    order of observations nor that of columns matters, and points to be predicted do not see one another.
    Attention logits decrease with the squared distance of points, at a learned rate per layer and head, which
    begins with rates from 1 to 1000: near observations stay near whatever the embedding has learned.

    The logits of the bars are those of a Student distribution, whose place and scale the network says, plus a
    learned function of the bar. Under a normal one a few surprising values would outweigh all others in
    training.

    Args:
        architecture: The sizes.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        a = self.architecture = architecture
        self.embedding = Embedding(a.width, a.column_hidden, a.n_signs)
        self.of_value = nn.Sequential(
            nn.Linear(1, a.column_hidden), nn.GELU(), nn.Linear(a.column_hidden, a.width)
        )
        self.of_sizes = nn.Linear(2, a.width)
        self.relevance = Relevance(a.n_heads)
        self.layers = nn.ModuleList(Layer(a.width, a.n_heads, a.mlp) for _ in range(a.n_layers))
        self.head = Head(a.width, default_borders(a.n_bars))

    @property
    def _stack(self) -> list[Layer]:
        return [one for one in self.layers if isinstance(one, Layer)]

    @property
    def bars(self) -> Bars:
        """The bars, in units of the standardized context."""
        return Bars(self.head.borders)

    def forward(self, context: Points, y: Tensor, queries: Points, signs: Signs) -> Prediction:
        """Predict `t x b` queries from `t x n` observations in one pass, as in training.

        Args:
            context: Observed points.
            y: `t x n` standardized values.
            queries: Points to be predicted.
            signs: Of the columns.
        """
        n = y.shape[1]
        both = context.joined(queries)
        tokens = self.embedding(both, signs) + self._sizes(both, n)
        tokens = torch.cat([tokens[:, :n] + self._values(y), tokens[:, n:]], 1)
        distances = squared_distances(both, context, self.relevance(context, y))
        for layer in self._stack:
            keys, values = layer.keys_and_values(tokens[:, :n])
            tokens = layer(tokens, keys, values, distances)
        prediction: Prediction = self.head(tokens[:, n:])
        return prediction

    def encode(self, context: Points, y: Tensor, signs: Signs) -> Context:
        """Return what predictions need of `t x n` observations: their keys and values in each layer."""
        tokens = self.embedding(context, signs) + self._sizes(context, y.shape[1]) + self._values(y)
        relevance = self.relevance(context, y)
        distances = squared_distances(context, context, relevance)
        kept = []
        for layer in self._stack:
            kept.append(layer.keys_and_values(tokens))
            tokens = layer(tokens, *kept[-1], distances)
        keys, values = zip(*kept, strict=True)
        return Context(context, signs, relevance, keys, values)

    def predict(self, context: Context, queries: Points) -> Prediction:
        """Predict `t x b` queries from encoded observations."""
        prediction: Prediction = self.head(self.attended(context, queries))
        return prediction

    def attended(self, context: Context, queries: Points) -> Tensor:
        """Return the tokens of `t x b` queries, `t x b x w`, after all layers."""
        tokens: Tensor = self.embedding(queries, context.signs) + self._sizes(
            queries, context.keys[0].shape[2]
        )
        distances = squared_distances(queries, context.points, context.relevance)
        for layer, keys, values in zip(self._stack, context.keys, context.values, strict=True):
            tokens = layer(tokens, keys, values, distances)
        return tokens

    def _values(self, y: Tensor) -> Tensor:
        embedded: Tensor = self.of_value(y.clamp(-MAX_VALUE, MAX_VALUE).unsqueeze(-1))
        return embedded

    def _sizes(self, points: Points, n: int) -> Tensor:
        sizes = [math.log(max(1, n)), math.log(points.n_columns)]
        embedded: Tensor = self.of_sizes(torch.tensor(sizes).to(points.numeric))
        return embedded


class Layer(nn.Module):
    """Attention to observations, then an MLP, each of normalized tokens and added to them.

    Args:
        width: `w`.
        n_heads: `h`.
        mlp: Hidden width of the MLP.
    """

    def __init__(self, width: int, n_heads: int, mlp: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp), nn.GELU(), nn.Linear(mlp, width))
        low, high = (math.log(one) for one in _HEAD_SCALES)
        self.log_rate = nn.Parameter(torch.linspace(low, high, n_heads))

    def keys_and_values(self, observed: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values, `t x h x n x (w / h)`, of tokens of observations, `t x n x w`."""
        keys, values = self.key_value(self.norm(observed)).chunk(2, -1)
        return self._by_head(keys), self._by_head(values)

    def forward(self, tokens: Tensor, keys: Tensor, values: Tensor, distances: Tensor) -> Tensor:
        """Return the next tokens, `t x b x w`; observations are at `t x h x b x n` squared distances."""
        queries = self._by_head(self.query(self.norm(tokens)))
        bias = -self.log_rate.exp().reshape(-1, 1, 1) * distances
        seen = functional.scaled_dot_product_attention(queries, keys, values, attn_mask=bias)
        tokens = tokens + self.out(seen.transpose(1, 2).flatten(2))
        following: Tensor = tokens + self.mlp(self.mlp_norm(tokens))
        return following

    def _by_head(self, tokens: Tensor) -> Tensor:
        heads: Tensor = tokens.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)
        return heads


class Head(nn.Module):
    """The predictive distribution of a token.

    Args:
        width: `w`.
        borders: `m + 1` ends of the bars.
    """

    borders: Tensor

    def __init__(self, width: int, borders: Tensor) -> None:
        super().__init__()
        m = len(borders) - 1
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width, 2 * width)
        self.out = nn.Linear(2 * width, m + 3)
        nn.init.normal_(self.out.weight, std=1e-3)
        nn.init.zeros_(self.out.bias)
        self.register_buffer("borders", borders.float())

    def forward(self, tokens: Tensor) -> Prediction:
        """Return the distributions of `t x b x w` tokens."""
        out = self.out(functional.gelu(self.hidden(self.norm(tokens))))
        m = len(self.borders) - 1
        free, mean, log_scale, noise = out.split([m, 1, 1, 1], -1)
        bars = Bars(self.borders)
        apart = (bars.centers - mean) * torch.exp(-log_scale.clamp_min(_MIN_LOG_SCALE))
        logits = free + bars.widths.log() - 0.5 * (_FREEDOM + 1) * torch.log1p(apart.square() / _FREEDOM)
        log_noise = _MIN_LOG_NOISE + functional.softplus(noise.squeeze(-1) + 4.0)
        return Prediction(logits.log_softmax(-1), log_noise)


def network_of(architecture: dict[str, Any]) -> Transformer:
    """Return the network of an architecture on a card, with random weights.

    Raises:
        ValidationError: If it is no such architecture.
    """
    return Transformer(Architecture.model_validate(architecture))
