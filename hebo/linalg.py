"""Linear algebra and log-space normal tails that several layers need."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from hebo.errors import NumericalError
from hebo.fallbacks import note_fallback

_LOG_SQRT_2PI = 0.5 * math.log(2 * math.pi)
_SQRT_PI_OVER_2 = math.sqrt(math.pi / 2)
_SQRT_HALF = math.sqrt(0.5)
_FLOOR_SHARE, _FLOOR = 1e-9, 1e-12
# Below this the difference 1 - |u| r(u) loses more digits than the asymptotic series leaves out.
_ASYMPTOTIC_BELOW = -1e3


def safe_cholesky(matrix: Tensor, *, max_jitter: float = 1e-3) -> Tensor:
    """Cholesky factors of `... x n x n` matrices, with the least jitter each one needs.

    Jitter starts at 1e-10 of a matrix's mean diagonal and grows tenfold; matrices that need none are
    factorized as they are. Jitter counts as a fallback.

    Raises:
        NumericalError: If a matrix holds NaN, or stays indefinite with `max_jitter`.
    """
    factor: Tensor
    factor, info = torch.linalg.cholesky_ex(matrix)
    if not bool(info.any()):
        return factor
    if not bool(torch.isfinite(matrix).all()):
        raise NumericalError("a covariance matrix holds NaN or infinite entries")
    scale = matrix.diagonal(dim1=-2, dim2=-1).mean(-1)
    jitter = 1e-10
    while jitter <= max_jitter:
        shift = torch.where(info > 0, jitter * scale, torch.zeros_like(scale))
        diagonal = shift.unsqueeze(-1).expand(matrix.shape[:-1])
        factor, still = torch.linalg.cholesky_ex(matrix + torch.diag_embed(diagonal))
        if not bool(still.any()):
            note_fallback("jitter on a covariance", f"{jitter:g} of its mean diagonal")
            return factor
        info = torch.maximum(info, still)
        jitter *= 10
    raise NumericalError(f"a covariance matrix is indefinite even with {max_jitter:g} of its diagonal added")


def floored(covariance: Tensor) -> Tensor:
    """Return covariances, `... x q x q`, of values with a little noise: a billionth of the mean variance.

    Those of equal points, and of points where nothing is uncertain, have a factor then.
    """
    diagonal = covariance.diagonal(dim1=-2, dim2=-1)
    floor = _FLOOR_SHARE * diagonal.detach().mean(-1, keepdim=True) + _FLOOR
    return covariance + torch.diag_embed(floor.expand(diagonal.shape))


def log_phi(u: Tensor) -> Tensor:
    """Log density of the standard normal."""
    return -0.5 * u.square() - _LOG_SQRT_2PI


def log_expected_excess(u: Tensor) -> Tensor:
    """Return `log h(u)` with `h(u) = phi(u) + u Phi(u) = E[max(u + Z, 0)]`, exact over the whole line.

    For `u < -1` the sum cancels, so it is written with the scaled complementary error function,
    `h = phi(u) (1 - |u| r)`, `r = sqrt(pi/2) erfcx(|u|/sqrt 2)` being Mills' ratio; far out in the
    tail `1 - |u| r` becomes its asymptotic form `1 / u^2` (Ament et al., 2310.20708, section 4).
    """
    untyped: Any = _LogExpectedExcess  # torch declares no types for `apply`
    value: Tensor = untyped.apply(u)
    return value


class _LogExpectedExcess(torch.autograd.Function):
    """`log h` with the derivative `Phi / h` in closed form: much cheaper than through all branches."""

    @staticmethod
    def forward(ctx: Any, u: Tensor) -> Tensor:
        value = _log_expected_excess(u)
        ctx.save_for_backward(u, value)
        return value

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        u, value = ctx.saved_tensors
        ratio = torch.exp(torch.special.log_ndtr(u) - value)
        slope: Tensor = gradient * torch.where(u > _ASYMPTOTIC_BELOW, ratio, -u)
        return slope


def _log_expected_excess(u: Tensor) -> Tensor:
    near = u.clamp_min(-1.0)
    log_near = torch.log(torch.exp(log_phi(near)) + near * torch.special.ndtr(near))
    middle = (-u).clamp(1.0, -_ASYMPTOTIC_BELOW)
    mills = _SQRT_PI_OVER_2 * torch.special.erfcx(middle * _SQRT_HALF)
    log_middle = log_phi(middle) + torch.log1p(-(middle * mills).clamp_max(1.0 - 1e-16))
    value = torch.where(u > -1.0, log_near, log_middle)
    if not bool((u < _ASYMPTOTIC_BELOW).any()):
        return value
    far = (-u).clamp_min(-_ASYMPTOTIC_BELOW)
    log_far = log_phi(far) - 2 * torch.log(far) + torch.log1p(-3 / far.square())
    return torch.where(u > _ASYMPTOTIC_BELOW, value, log_far)
