"""Input warping by the Kumaraswamy CDF, with exponents learned on a log scale."""

from __future__ import annotations

from collections.abc import Callable

import torch
from botorch.models.transforms.input import InputTransform
from gpytorch import Module
from gpytorch.constraints import Interval, Positive
from gpytorch.priors import Prior
from torch import Size, Tensor
from torch.nn import Parameter

_EDGE = 1e-6


class KumaraswamyWarp(InputTransform, Module):
    """Scale columns to `[0, 1]` by fixed bounds, then warp each by `w(u) = 1 - (1 - u^a)^b`.

    `a = b = 1` is the identity. BoTorch's `Warp` learns `a` and `b` as they are; here they are learned
    as logarithms, in which their LogNormal prior is symmetric and L-BFGS needs far fewer steps.
    (Kumaraswamy, 1980; Snoek et al., 2014; the input warp of HEBO, 2012.03826.)

    Args:
        indices: Columns to warp; the others pass unchanged.
        bounds: `2 x d`, with positive range in the warped columns.
        prior: On each exponent.
        batch_shape: Of independent sets of exponents.
    """

    # gpytorch is untyped; these are the members of its modules used here.
    indices: Tensor
    bounds: Tensor
    raw_a: Parameter
    raw_b: Parameter
    raw_a_constraint: Interval
    raw_b_constraint: Interval
    register_constraint: Callable[..., None]
    register_prior: Callable[..., None]

    def __init__(self, indices: list[int], bounds: Tensor, *, prior: Prior, batch_shape: Size) -> None:
        super().__init__()
        self.transform_on_train = self.transform_on_eval = self.transform_on_fantasize = True
        self.is_one_to_many = False
        self.register_buffer("indices", torch.tensor(indices))
        self.register_buffer("bounds", bounds[:, indices].clone())
        for name in ("a", "b"):
            self.register_parameter(f"raw_{name}", Parameter(torch.zeros(*batch_shape, 1, len(indices))))
            self.register_constraint(f"raw_{name}", Positive(transform=torch.exp, inv_transform=torch.log))
        self.register_prior("a_prior", prior, _value_a)
        self.register_prior("b_prior", prior, _value_b)

    @property
    def a(self) -> Tensor:
        """The exponents `a`, `... x 1 x k`."""
        value: Tensor = self.raw_a_constraint.transform(self.raw_a)
        return value

    @property
    def b(self) -> Tensor:
        """The exponents `b`, `... x 1 x k`."""
        value: Tensor = self.raw_b_constraint.transform(self.raw_b)
        return value

    def transform(self, X: Tensor) -> Tensor:
        """Warp `... x n x d` points; columns outside the bounds are clipped to them."""
        lower, upper = self.bounds.unbind()
        u = ((X[..., self.indices] - lower) / (upper - lower)).clamp(_EDGE, 1 - _EDGE)
        log_complement = torch.log1p(-torch.exp(self.a * torch.log(u)))
        warped = -torch.expm1(self.b * log_complement)
        batch = torch.broadcast_shapes(X.shape[:-2], warped.shape[:-2])
        result = X.expand(*batch, *X.shape[-2:]).clone()
        result[..., self.indices] = warped
        return result


def _value_a(warp: KumaraswamyWarp) -> Tensor:
    return warp.a


def _value_b(warp: KumaraswamyWarp) -> Tensor:
    return warp.b
