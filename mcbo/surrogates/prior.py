"""Hyperparameter priors of a GP with a given kernel: mean, amplitude, noise and kernel, as one vector.

`y_i = m + s f(x_i) + e_i` with `f` of unit variance and `e_i ~ N(0, v)`. The vector holds `m`, `log s^2`,
`log v`, with offsets of contexts the logarithm of their variance, then the raw parameters of the kernel
(before GPyTorch's constraints), `p` in all.
"""

from __future__ import annotations

import math

import gpytorch
import numpy as np
import torch
from gpytorch.kernels import Kernel
from numpy.typing import NDArray
from torch import Tensor

from hebo.kernels.correlation import fixed_features
from hebo.kernels.hyperparameters import RAW_BOUNDS, KernelParameters, flat

Array = NDArray[np.float64]

JITTER = 1e-8
"""Always added to the diagonal, in units of the prior variance."""

# Log-normal priors, outputs being standardized. A kernel that explains nothing must be able to say so: the
# noise may take all of the variance.
_SIGNAL, _SIGNAL_SPREAD = 1.0, 1.0
NOISE, _NOISE_SPREAD = 1e-2, 2.0
_OFFSET, _OFFSET_SPREAD = 1.0, 1.0


class GPPrior:
    """The negative log posterior of all hyperparameters given `n` observations.

    Args:
        kernel: Correlation of encoded points; its parameters are set by each call.
        x: `n x d`.
        y: `n` values in standard deviations.
        min_noise: Least noise variance.
        noise: `n` known variances of the noise of the values, NaN where `v` holds; None: everywhere.
        noise_mode: The most likely `v` a priori.
        offset: Correlation of the offsets of contexts, `n x n`; None without contexts.
    """

    def __init__(
        self,
        kernel: Kernel,
        x: Tensor,
        y: Tensor,
        *,
        min_noise: float,
        noise: Tensor | None = None,
        noise_mode: float = NOISE,
        offset: Tensor | None = None,
    ) -> None:
        self.kernel, self.x, self.y = kernel, x, y
        self._parameters, self._fixed = KernelParameters(kernel), fixed_features(kernel, x)
        self.eye = torch.eye(len(x), dtype=x.dtype, device=x.device)
        self.min_noise, self.noise, self.noise_mode = min_noise, noise, noise_mode
        self.offset = offset

    def correlations(self) -> Tensor:
        """Return the correlations, `n x n`, with the hyperparameters as they are now."""
        if self._fixed is not None:
            return self._fixed.correlations()
        with gpytorch.settings.lazily_evaluate_kernels(False):  # lazy matrices cost more than they save here
            found: Tensor = self.kernel(self.x, self.x).to_dense()
            return found

    @property
    def _n_own(self) -> int:
        """How many entries come before those of the kernel."""
        return 3 if self.offset is None else 4

    @property
    def start(self) -> Array:
        """Where a fit begins: zero mean, prior modes, and the kernel as it is now."""
        own = [0.0, math.log(_SIGNAL), math.log(max(self.noise_mode, 2 * self.min_noise))]
        own += [math.log(_OFFSET)] * (self.offset is not None)
        return np.concatenate([own, self._parameters.values])

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Ranges of the entries; raw kernel parameters stay where their constraints have a slope."""
        own = [(-3.0, 3.0), (math.log(1e-4), math.log(1e3)), (math.log(self.min_noise), math.log(10.0))]
        own += [(math.log(1e-4), math.log(1e3))] * (self.offset is not None)
        return own + [RAW_BOUNDS] * (len(self.start) - len(own))

    def set(self, theta: Array) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Put an entry vector into the kernel; return mean, and variances of signal, noise and offsets."""
        self._parameters.put(theta[self._n_own :])
        mean, signal, noise, *offset = torch.from_numpy(theta[: self._n_own].copy()).to(self.x)
        return mean, signal.exp(), noise.exp(), offset[0].exp() if offset else torch.zeros_like(mean)

    def value(self, theta: Array) -> float:
        """Return the value in nats; infinity where the covariance is not definite."""
        with torch.no_grad():
            return _Evaluated(self, theta).value

    def __call__(self, theta: Array) -> tuple[float, Array]:
        """Return the value and its gradient, `p`."""
        with torch.enable_grad():
            evaluated = _Evaluated(self, theta)
            return evaluated.value, evaluated.gradient()

    @property
    def parameters(self) -> list[Tensor]:
        """Raw parameters of the kernel."""
        return self._parameters.tensors

    def log_prior(self) -> Tensor:
        """Return the log prior density of the kernel's parameters as they are now."""
        return self._parameters.log_prior().to(self.y)


class _Evaluated:
    """One setting of the hyperparameters.

    With `G = (K^-1 - a a^T) / 2`, `a = K^-1 (y - m)`, the slope of the value along any hyperparameter is
    `<G, dK>` (Rasmussen and Williams, 2006, 5.9): only the kernel itself is differentiated automatically.
    """

    def __init__(self, prior: GPPrior, theta: Array) -> None:
        self._prior, self._theta = prior, theta
        self.mean, self.signal, self.noise, self.offset = prior.set(theta)
        self.correlation = prior.correlations()
        self.log_prior = prior.log_prior()
        self.plain = self.signal * self.correlation.detach()
        shift = (self._noise() + JITTER * self.signal) * prior.eye
        whole = self.plain if prior.offset is None else self.plain + self.offset * prior.offset
        self.factor, info = torch.linalg.cholesky_ex(whole + shift)
        self.is_definite = int(info) == 0
        self.value = self._value() if self.is_definite else math.inf

    def _noise(self) -> Tensor:
        known = self._prior.noise
        return self.noise if known is None else torch.where(torch.isnan(known), self.noise, known)

    def _value(self) -> float:
        residual = (self._prior.y - self.mean).unsqueeze(1)
        self.weights = torch.cholesky_solve(residual, self.factor)
        value = 0.5 * float(residual.mT @ self.weights) + float(self.factor.diagonal().log().sum())
        value += 0.5 * len(residual) * math.log(2 * math.pi) + 0.5 * float(self.mean) ** 2
        value += _cost(self.signal, _SIGNAL, _SIGNAL_SPREAD) + _cost(
            self.noise, self._prior.noise_mode, _NOISE_SPREAD
        )
        if self._prior.offset is not None:
            value += _cost(self.offset, _OFFSET, _OFFSET_SPREAD)
        return value - float(self.log_prior.detach())

    def gradient(self) -> Array:
        """Return the slopes of the value by all entries, `p`; zeros where there is no value."""
        if not self.is_definite:
            return np.zeros_like(self._theta)
        outer = 0.5 * (torch.cholesky_inverse(self.factor) - self.weights @ self.weights.mT)
        trace = float(outer.trace())
        by_signal = float((outer * self.plain).sum()) + JITTER * float(self.signal) * trace
        own = [
            float(self.mean) - float(self.weights.sum()),
            by_signal + _slope(self.signal, _SIGNAL, _SIGNAL_SPREAD),
            self._by_noise(outer, trace) + _slope(self.noise, self._prior.noise_mode, _NOISE_SPREAD),
        ]
        if self._prior.offset is not None:
            by_offset = float(self.offset * (outer * self._prior.offset).sum())
            own.append(by_offset + _slope(self.offset, _OFFSET, _OFFSET_SPREAD))
        return np.concatenate([own, self._by_kernel(self.signal * outer)])

    def _by_noise(self, outer: Tensor, trace: float) -> float:
        known = self._prior.noise
        learned = trace if known is None else float(outer.diagonal()[torch.isnan(known)].sum())
        return float(self.noise) * learned

    def _by_kernel(self, outer: Tensor) -> Array:
        parameters = self._prior.parameters
        if not parameters:
            return np.empty(0)
        cost = (self.correlation * outer).sum() - self.log_prior
        slopes = torch.autograd.grad(cost, parameters, allow_unused=True)
        pairs = zip(parameters, slopes, strict=True)
        return np.concatenate([flat(torch.zeros_like(p) if s is None else s) for p, s in pairs])


def _cost(value: Tensor, mode: float, spread: float) -> float:
    return 0.5 * (math.log(float(value) / mode) / spread) ** 2


def _slope(value: Tensor, mode: float, spread: float) -> float:
    return math.log(float(value) / mode) / spread**2
