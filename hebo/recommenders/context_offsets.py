"""Context offsets: what each context adds to all of its values, estimated from a history.

The estimate is what a Gaussian process expects (see `hebo.surrogates.context_offset`), not means or medians
of the values: in a later context points are better from the first, as the earlier ones have taught where to
look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from hebo.data import Data
from hebo.random import make_generator
from hebo.request import Request
from hebo.surrogates.context_offset import WithOffset, context_columns
from hebo.surrogates.gaussian_process import GaussianProcess
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import Standardize

_MAX_TRAIN = 500
_MAX_ROUNDS = 3
_JITTER = 1e-9


@dataclass(frozen=True)
class _Estimate:
    """The offsets of one fit, in units of the values.

    Attributes:
        model: Of the standardized values.
        scale: Units of the values per standardized one.
        center: Mean offset of the values it was fitted to, in standardized units.
    """

    model: GaussianProcess
    scale: float
    center: float = 0.0

    @property
    def _covariance(self) -> WithOffset:
        return cast(WithOffset, self.model.covariance)

    def raw(self, x: Tensor) -> Tensor:
        return self._covariance.offset(x, self.model.x) @ self.model.weights

    def at(self, x: Tensor) -> Tensor:
        return self.scale * (self.raw(x) - self.center)

    def variance_between(self, x: Tensor, contexts: Tensor) -> Tensor:
        """Return the variances of offsets, `n`, if those of `contexts` (rows of points) were known."""
        of = self._covariance.offset
        known = of(contexts, contexts)
        known.diagonal().add_(_JITTER * self._covariance.variance)
        cross = of(x, contexts)
        explained = (cross * torch.linalg.solve(known, cross.mT).mT).sum(-1)
        left = (self._covariance.variance - explained).clamp_min(0.0)
        variance: Tensor = self.scale**2 * self.model.widening * left
        return variance


@dataclass(frozen=True)
class ContextOffsets:
    """Offsets as a function of the point.

    Attributes:
        estimates: Their sum; each is of what those before it left.
        contexts: One told point of each context, `c x d`.
    """

    estimates: tuple[_Estimate, ...]
    contexts: Tensor

    def at(self, x: Tensor) -> Tensor:
        """Return the offsets, `n`, of the contexts of `n x d` points."""
        return sum((one.at(x) for one in self.estimates), torch.zeros_like(x[:, 0]))

    def slopes(self, x: Tensor) -> Tensor:
        """Return the derivatives of the offsets by the columns, `n x d`."""
        if not self.estimates:
            return torch.zeros_like(x)
        with torch.enable_grad():
            points = x.detach().clone().requires_grad_()
            (slopes,) = torch.autograd.grad(self.at(points).sum(), points)
        found: Tensor = slopes
        return found

    def variance(self, x: Tensor) -> Tensor:
        """Return the variances of the offsets, `n`, as far as told contexts say nothing; 0 in these."""
        return sum(
            (one.variance_between(x, self.contexts) for one in self.estimates), torch.zeros_like(x[:, 0])
        )


def context_offsets(request: Request) -> tuple[ContextOffsets, ...] | None:
    """Return the offsets of each objective; None without contexts, or while fewer than two are known."""
    columns, known = context_columns(request.space), request.data.successes()
    if not columns:
        return None
    _, context = torch.unique(known.x[:, columns], dim=0, return_inverse=True)
    if not len(context) or not int(context.max()):
        return None
    first = [int((context == one).nonzero()[0]) for one in range(int(context.max()) + 1)]
    return tuple(_offsets(one.train(), request, known.x[first]) for one in known.outputs())


def _offsets(known: Data, request: Request, contexts: Tensor) -> ContextOffsets:
    """Return the offsets of one objective.

    Where offsets are larger than all else their errors are, too: they are estimated again from what is left.
    """
    found: tuple[_Estimate, ...] = ()
    left = known
    for _ in range(_MAX_ROUNDS):
        if bool((left.y == left.y[:1]).all()):
            break
        estimate = _estimate(left, request)
        found += (estimate,)
        offset = estimate.at(known.x).unsqueeze(-1)
        left = left.with_y(left.y - offset, left.y_var)
        if not float(offset.std()) > float(left.y.std()):
            break
    return ContextOffsets(found, contexts)


def _estimate(known: Data, request: Request) -> _Estimate:
    transform = Standardize().fit(known.y)
    scores, squared_slopes = transform(known.y, torch.ones_like(known.y))
    variances = None if known.y_var is None else known.y_var * squared_slopes
    generator = make_generator(request.seed, "offsets", request.iteration)
    recipe = WarpedGP(max_train=_MAX_TRAIN)
    model = cast(
        GaussianProcess, recipe.fit(known.with_y(scores, variances), request.space, generator=generator)
    )
    estimate = _Estimate(model, 1.0 / float(squared_slopes.nanmean().sqrt()))
    return _Estimate(model, estimate.scale, float(estimate.raw(known.x).mean()))
