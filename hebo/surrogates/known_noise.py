"""Known noise variances of observations: replicates pooled to their mean, unknown variances marked."""

from __future__ import annotations

import torch
from torch import Tensor

from hebo.data import Data
from hebo.surrogates.gaussian_process import widening

# A variance of zero has no reciprocal; values are in standard deviations here.
_LEAST = 1e-12


def known_variances(data: Data) -> Tensor | None:
    """Return the variances of the first value, `n`, NaN where unknown; None if none is known."""
    if data.y_var is None or not bool(torch.isfinite(data.y_var[:, 0]).any()):
        return None
    return data.y_var[:, 0]


def noise_mode(data: Data, usual: float) -> float:
    """Return the mode of the prior of the learned noise variance, in units of the covariance function.

    Where some variances are known it is their mean, which then holds for new observations unless those with
    unknown variances say otherwise; BoTorch's models with known variances take it, too.

    Args:
        data: What a process is fitted to.
        usual: The mode where none is known.
    """
    variances = known_variances(data)
    if variances is None:
        return usual
    return max(float(variances[torch.isfinite(variances)].mean()), _LEAST) / widening(len(data.x))


def reliabilities(data: Data) -> Tensor | None:
    """Return `s^2 / (s^2 + v_i)`, the share of the variance of each value that is no noise, `n`.

    `s^2` is what the known variances leave of the variance of the values, at least a twentieth of it. An
    observation with an unknown variance has the mean of the known ones.

    Returns:
        The shares; None if no variance is known.
    """
    variances = known_variances(data)
    if variances is None or len(data.x) < 2:
        return None
    mean = variances[torch.isfinite(variances)].mean()
    total = data.y[:, 0].var().clamp_min(_LEAST)
    own = (total - mean).clamp_min(0.05 * total)
    return own / (own + torch.where(torch.isnan(variances), mean, variances))


def pooled(data: Data) -> Data:
    """Return data in which the observations of a point whose variances are known are a single one.

    `k` values `y_i` of one point with variances `v_i` tell a Gaussian process what their weighted mean tells,
    `sum y_i / v_i` over `sum 1 / v_i`, with the variance `1 / sum 1 / v_i`: the mean and `v / k` for equal
    variances. The matrices are smaller then, and better conditioned. Observations with unknown variances
    stay as they are, for their scatter says what the noise is.

    Args:
        data: Observations with one value each.

    Returns:
        The first observation of each point in the order told, with the pooled value and variance; the data
        themselves if there is nothing to pool.
    """
    variances = known_variances(data)
    if variances is None:
        return data
    group, first = _groups(data.x, torch.isfinite(variances))
    if len(first) == len(group):
        return data
    precision = variances.clamp_min(_LEAST).reciprocal()
    total = precision.new_zeros(len(first)).index_add(0, group, precision)
    value = precision.new_zeros(len(first)).index_add(0, group, precision * data.y[:, 0]) / total
    unknown = torch.isnan(total)  # a group by itself
    value = torch.where(unknown, data.y[first, 0], value)
    return data.rows(first).with_y(value.unsqueeze(-1), total.reciprocal().unsqueeze(-1))


def _groups(x: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """Return the group of each of `n` rows, numbered as they come, and the first row of each group."""
    _, point = x.unique(dim=0, return_inverse=True)
    place = torch.arange(len(x), device=x.device)
    label = torch.where(known, point, place + len(x))
    labels, label = label.unique(return_inverse=True)
    first = torch.full((len(labels),), len(x), device=x.device).scatter_reduce(0, label, place, "amin")
    order = first.argsort()
    return order.argsort()[label], first[order]
