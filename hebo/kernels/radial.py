"""Radial correlations with their derivatives by the squared distance, for derivative observations.

`phi(t)` of the scaled squared distance `t = r^2`: `exp(-t / 2)` (squared exponential, RBF), or
`(1 + s + s^2 / 3) exp(-s)` with `s = sqrt(5 t)` (Matern of smoothness 5/2). Both have two derivatives at 0,
which a process needs whose derivatives exist (Rasmussen and Williams, 2006, 4.1.1 and 9.4).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from torch import Tensor

Radial = Literal["matern52", "rbf"]
"""Names of the correlations."""

# A square root has no slope at 0; what is computed with it there is multiplied by powers of the distance.
_TINY = 1e-20


class RadialValues(NamedTuple):
    """A correlation at squared distances, and its derivatives by these.

    Attributes:
        value: `phi`.
        first: `phi'`.
        second: `phi''`.
    """

    value: Tensor
    first: Tensor
    second: Tensor


def radial(square: Tensor, kind: Radial) -> RadialValues:
    """Return a correlation and two derivatives at squared distances of any shape."""
    if kind == "rbf":
        value = (-0.5 * square).exp()
        return RadialValues(value, -0.5 * value, 0.25 * value)
    s = _root(square)
    decay = (-s).exp()
    linear = (1.0 + s) * decay
    return RadialValues(linear + (5.0 / 3.0) * square * decay, (-5.0 / 6.0) * linear, (25.0 / 12.0) * decay)


def third_derivative(square: Tensor, values: RadialValues, kind: Radial) -> Tensor:
    """Return `phi'''` at squared distances, given what `radial` returned for them."""
    if kind == "rbf":
        return -0.5 * values.second
    return values.second * (-2.5 / _root(square))


def _root(square: Tensor) -> Tensor:
    return (5.0 * square).clamp_min(_TINY).sqrt()


def slope_variance(kind: Radial) -> float:
    """Return `-2 phi'(0)`: the prior variance of a derivative by a scaled column, in units of the signal."""
    return 1.0 if kind == "rbf" else 5.0 / 3.0
