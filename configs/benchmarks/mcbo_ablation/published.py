"""Parts as they were published, which the package does without: what the ablation compares ours with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from torch import Generator, Tensor

from hebo.abilities import Marginals
from hebo.acquisitions.improvement import Improvement
from hebo.design_space.design_space import DesignSpace
from hebo.kernels.overlap import OverlapKernel
from hebo.kernels.transformed_overlap import TransformedOverlap
from mcbo.surrogates.mixed_gp import MixedGP
from mcbo.surrogates.prior import Array, GPPrior


class ExpectedImprovement(Improvement):
    """Expected improvement itself: exactly 0, and flat, wherever it is below about 1e-308."""

    def over(self, predictions: Marginals, threshold: Tensor) -> Tensor:
        """Return `s h((mu - tau) / s)`, elementwise."""
        return predictions.log_ei(threshold).exp()


class NormalizedOverlap(TransformedOverlap):
    """`exp(sum_i w_i [x_i = x'_i] - 1)` with weights of sum 1: points that share nothing correlate by 1/e."""

    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the kernel; nothing in it is random."""
        self.check(space, columns)
        return NormalizedOverlapKernel(space, columns, ard=self.ard)


class NormalizedOverlapKernel(OverlapKernel):
    """The kernel of `NormalizedOverlap`."""

    def compare(self, a: Tensor, b: Tensor) -> Tensor:
        """See `FeatureCorrelation`."""
        return (super().compare(a, b) - 1.0).exp()


class FixedAmplitudePrior(GPPrior):
    """Holds `log s^2`, the second hyperparameter, at 1."""

    @property
    def start(self) -> Array:
        """See `GPPrior`."""
        start = super().start
        start[1] = 1.0
        return start

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """See `GPPrior`."""
        mean, _, *others = super().bounds
        return [mean, (1.0, 1.0), *others]


class FixedAmplitudeGP(MixedGP):
    """A GP whose prior variance is `e`, that of the published kernel, whatever the data."""

    prior_kind: ClassVar[type[GPPrior]] = FixedAmplitudePrior
