"""The model of `neural_process`: a trained network and observations, nothing is fitted.

Notation: `t` sets of observations, `n` observations, `b` points, `q` joint points, `d` columns, `m` bars,
`s` draws of signs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import torch
from torch import Tensor, dtype

from hebo.errors import IncompatibleError
from hebo.fallbacks import note_fallback
from hebo.surrogates.gaussian_model import MIN_VARIANCE
from hebo.surrogates.model_batch import OneByOne
from hebo.surrogates.neural_process.arrangement import Arrangement
from hebo.surrogates.neural_process.bar_distribution import Bars
from hebo.surrogates.neural_process.bar_marginals import BarMarginals
from hebo.surrogates.neural_process.embedding import Signs
from hebo.surrogates.neural_process.limits import MIN_SPREAD, Limits
from hebo.surrogates.neural_process.responses import covariances
from hebo.surrogates.neural_process.transformer import Context, Transformer

_CHUNK = 4096
"""Most tokens that are predicted at once."""

T = TypeVar("T")


@dataclass(frozen=True)
class Predictor:
    """A trained network on the columns of a space.

    Attributes:
        network: In the precision that it computes in.
        arrangement: Of the columns.
        signs: `s` draws of the signs of these columns.
        limits: What the network was trained for.
        has_gradients: Whether predictions have gradients by points.
    """

    network: Transformer
    arrangement: Arrangement
    signs: Signs
    limits: Limits
    has_gradients: bool

    @property
    def precision(self) -> dtype:
        """That of the network."""
        return self.network.head.borders.dtype

    @cached_property
    def bars(self) -> Bars:
        """The bars, in double precision."""
        return Bars(self.network.head.borders.double())

    @contextmanager
    def gradients(self) -> Iterator[None]:
        """Record gradients in a block, if these are wanted at all."""
        with torch.set_grad_enabled(self.has_gradients and torch.is_grad_enabled()):
            yield

    def encoded(self, x: Tensor, y: Tensor) -> Encoded:
        """Return `t` sets of observations, `t x n x d` points and `t x n` values, ready for predictions."""
        offset = y.mean(-1, keepdim=True)
        spread = y.std(-1, correction=0, keepdim=True)
        scale = torch.where(spread > MIN_SPREAD, spread, torch.ones_like(spread))
        n_draws = len(self.signs.columns)
        signs = self.signs.repeated(len(x))
        points = self.arrangement.points(x.repeat_interleave(n_draws, 0), self.precision)
        values = ((y - offset) / scale).to(self.precision).repeat_interleave(n_draws, 0)
        with self.gradients():
            return Encoded(self, self.network.encode(points, values, signs), offset, scale)


@dataclass(frozen=True)
class Encoded:
    """`t` sets of observations whose keys and values are kept.

    Attributes:
        predictor: The network.
        context: Of `t s` tasks.
        offset: `t x 1` means of the values.
        scale: `t x 1` standard deviations of the values.
    """

    predictor: Predictor
    context: Context
    offset: Tensor
    scale: Tensor

    def predicted(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Predict `t x b x d` points.

        Returns:
            `t x b x m` log probabilities of the bars, averaged over draws, and `t x b` variances of the noise
            in units of the standardized values; in double precision.
        """
        n_draws = len(self.predictor.signs.columns)
        points = self.predictor.arrangement.points(x.repeat_interleave(n_draws, 0), self.predictor.precision)
        with self.predictor.gradients():
            found = self.predictor.network.predict(self.context, points)
            log_p = found.log_p.double().unflatten(0, (-1, n_draws))
            noise = (2 * found.log_noise_sd.double()).exp().unflatten(0, (-1, n_draws)).mean(1)
            averaged = log_p[:, 0] if n_draws == 1 else torch.logsumexp(log_p, 1) - math.log(n_draws)
            return averaged, noise

    def means(self, x: Tensor) -> Tensor:
        """Return means, `t x b`, at `t x b x d` points, in the units of the values."""
        return self.offset + self.scale * self.predictor.bars.mean(self.predicted(x)[0])


class NeuralProcessModel(OneByOne):
    """Bar distributions of the noise-free function, from a network that has read the observations.

    Values are standardized by their own mean and standard deviation before the network sees them. Conditioned
    on further observations it is the model of all of them, as if it had been fitted to all.

    The joint posterior is normal, with the means and variances of the bars. Its covariances are what the mean
    at one point learns from a value at another; see `hebo.surrogates.neural_process.responses`.

    Args:
        predictor: The network.
        x: `n x d` encoded points.
        y: `n` values.
    """

    def __init__(self, predictor: Predictor, x: Tensor, y: Tensor) -> None:
        super().__init__()
        self._held = (predictor,)  # in a tuple: BoTorch's models are modules, which would take it for a part
        self.x, self.y = x, y

    @property
    def predictor(self) -> Predictor:
        """The network."""
        return self._held[0]

    @cached_property
    def encoded(self) -> Encoded:
        """The observations, encoded once."""
        return self.predictor.encoded(self.x.unsqueeze(0), self.y.unsqueeze(0))

    @cached_property
    def noise_variance(self) -> Tensor:
        """Mean over the observations of the variance that the network gives to the noise."""
        noise = self._in_parts(lambda x: self.encoded.predicted(x.unsqueeze(0))[1][0], self.x)
        return (self.encoded.scale.square() * noise.mean()).reshape(()).to(self.y)

    def means(self, x: Tensor) -> Tensor:
        """Means, `b`, at `b x d` points."""
        return self.own_marginals(x).mean

    def marginals(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means and variances, `b` each, at `b x d` points."""
        found = self.own_marginals(x)
        return found.mean, found.sd.square().clamp_min(MIN_VARIANCE)

    def own_marginals(self, x: Tensor) -> BarMarginals:
        """Return the bar distributions at `b x d` points."""
        log_p = self._in_parts(lambda part: self.encoded.predicted(part.unsqueeze(0))[0][0], x)
        offset, scale = (one.reshape(()).double() for one in (self.encoded.offset, self.encoded.scale))
        return BarMarginals(self.predictor.bars, log_p, offset, scale)

    def joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Means, `... x q`, and covariances, `... x q x q`, at `... x q x d` points."""
        mean, variance = (one.reshape(x.shape[:-1]) for one in self.marginals(x.reshape(-1, x.shape[-1])))
        if x.shape[-2] == 1:
            return mean, variance.unsqueeze(-1)
        with self.predictor.gradients():
            return mean, covariances(self, x, mean, variance)

    def conditioned(self, x: Tensor, y: Tensor, noise: Tensor | None) -> NeuralProcessModel:
        """Return the model of these and further observations; see `OneByOne`.

        Raises:
            IncompatibleError: If variances of the noise are given.
        """
        if noise is not None:
            raise IncompatibleError(
                "the network of a neural_process learns the noise from the observations and makes no use of "
                "known variances; leave `noise` out, or use a Gaussian process (warped_gp, mixed_gp)"
            )
        n, most = len(self.x) + len(x), self.predictor.limits.n_context[1]
        if n > most:
            note_fallback("observations beyond the training of neural_process", f"{n}, trained for {most}")
        return NeuralProcessModel(self.predictor, torch.cat([self.x, x]), torch.cat([self.y, y]))

    def _in_parts(self, of: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
        """Return what a function gives at `b x d` points, a part of them at a time."""
        parts = x.split(_CHUNK) if len(x) > _CHUNK else (x,)
        return torch.cat([of(one) for one in parts])
