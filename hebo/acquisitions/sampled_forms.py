"""Sampled forms of a batch acquisition: expectation, finite sum, and nested expectation (CompBO, 2012.08240).

Notation: `r` batches, `q` joint points, `M` samples `z`, `K` of them at a step; `Y` values, `r x q x M`, of
`hebo.acquisitions.sampled_batches`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Generator, Tensor

from hebo.abilities import Inner
from hebo.acquisitions.sampled_batches import SampledAcquisition
from hebo.errors import ConfigError, DataError, IncompatibleError
from hebo.linalg import floored, safe_cholesky

if TYPE_CHECKING:
    from botorch.models.model import Model

JointPosterior = Callable[[Tensor], tuple[Tensor, Tensor]]
"""`r x q x d` points -> means, `r x q`, and Cholesky factors of covariances, `r x q x q`; differentiable."""


def joint_posterior(model: Model) -> JointPosterior:
    """Return the joint posterior of a BoTorch model with one output and normal predictions.

    The function it returns raises `IncompatibleError` if the model has several outputs, or others.
    """
    from botorch.posteriors.gpytorch import GPyTorchPosterior

    def posterior(x: Tensor) -> tuple[Tensor, Tensor]:
        found = model.posterior(x)
        name = type(model).__name__
        if not isinstance(found, GPyTorchPosterior):
            raise IncompatibleError(
                f"{name} has no normal joint predictions; use a Gaussian process (warped_gp, mixed_gp)"
            )
        mean: Tensor = found.mean
        if mean.shape[-1] != 1:
            raise IncompatibleError(
                f"{name} has {mean.shape[-1]} outputs; take one of them (`subset_output`)"
            )
        return mean.squeeze(-1), safe_cholesky(floored(found.distribution.covariance_matrix))

    return posterior


def normal_samples(n: int, q: int, generator: Generator) -> Tensor:
    """Draw `n x q` standard normal samples `z`."""
    return torch.randn(n, q, dtype=torch.float64, generator=generator)


@dataclass(frozen=True)
class Expectation:
    """The expectation form: each call has fresh samples, so its gradient is a stochastic one without bias.

    Attributes:
        acquisition: What is averaged.
        posterior: Of the model.
        n_samples: Samples of a call.
        generator: Source of the samples.
    """

    acquisition: SampledAcquisition
    posterior: JointPosterior
    n_samples: int
    generator: Generator

    def __post_init__(self) -> None:
        """Refuse a mean over nothing."""
        check_samples("Expectation", "n_samples", self.n_samples)

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `r`, at `r x q x d` points."""
        z = normal_samples(self.n_samples, x.shape[-2], self.generator)
        return self.acquisition.outer(_columns(self.acquisition, self.posterior, x, z))


@dataclass(frozen=True)
class FiniteSum:
    """The finite-sum form (sample average approximation): a function without noise.

    Attributes:
        acquisition: What is averaged.
        posterior: Of the model.
        z: Fixed samples, `M x q`.
    """

    acquisition: SampledAcquisition
    posterior: JointPosterior
    z: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `r`, at `r x q x d` points."""
        return self.acquisition.outer(_columns(self.acquisition, self.posterior, x, self.z))


@dataclass(frozen=True)
class Compositional:
    """The compositional form: a `NestedExpectation` of the value of the finite sum over the same samples.

    `g_w(x)`, of `q x M` values, is `M` times column `w` of `Y` and zero elsewhere, with `w` uniform over
    the samples. So the tracker of a stepper has a column for each fixed sample.

    Attributes:
        acquisition: What is averaged.
        posterior: Of the model.
        z: Fixed samples, `M x q`.
    """

    acquisition: SampledAcquisition
    posterior: JointPosterior
    z: Tensor

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return the mean of `g_w` over `n` different samples, `r x q x M`.

        Raises:
            ConfigError: If `n` is below 1 or above `M`.
        """
        check_samples("Compositional.sample", "n", n, most=len(self.z))
        chosen = torch.randperm(len(self.z), generator=generator)[:n]

        def inner(x: Tensor) -> Tensor:
            some = _columns(self.acquisition, self.posterior, x, self.z[chosen])
            every = some.new_zeros(*some.shape[:-1], len(self.z))
            return every.index_copy(-1, chosen.to(x.device), some * (len(self.z) / n))

        return inner

    def outer(self, y: Tensor) -> Tensor:
        """Return `f(Y)`, `r`."""
        return self.acquisition.outer(y)


@dataclass(frozen=True)
class MemoryEfficient:
    """The memory-efficient compositional form: `K` columns only, whose samples are drawn anew at each step.

    It is not the same objective. A tracker averages over *different* `z` in each column and tends to their
    mean, so that `f` sees no noise: of QEI and QSR the largest posterior mean is left, which does not
    explore.

    Attributes:
        acquisition: What is averaged.
        posterior: Of the model.
        n_columns: `K`.
    """

    acquisition: SampledAcquisition
    posterior: JointPosterior
    n_columns: int

    def __post_init__(self) -> None:
        """Refuse a tracker without columns."""
        check_samples("MemoryEfficient", "n_columns", self.n_columns)

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return `Y` at `K` fresh samples, `r x q x K`.

        Raises:
            ConfigError: If `n` is not `K`.
        """
        if n != self.n_columns:
            raise ConfigError(
                f"MemoryEfficient.sample: n = {n!r} for a tracker of {self.n_columns} columns; draw as "
                "many samples at every step (`sample_sizes=lambda t: K`), or use Compositional"
            )
        seed = int(torch.randint(2**62, (), generator=generator))

        def inner(x: Tensor) -> Tensor:
            z = normal_samples(n, x.shape[-2], torch.Generator().manual_seed(seed))
            return _columns(self.acquisition, self.posterior, x, z)

        return inner

    def outer(self, y: Tensor) -> Tensor:
        """Return `f(Y)`, `r`."""
        return self.acquisition.outer(y)


def _columns(acquisition: SampledAcquisition, posterior: JointPosterior, x: Tensor, z: Tensor) -> Tensor:
    """Return `Y`, `r x q x M`, at `r x q x d` points of `M x q` samples."""
    if x.ndim != 3 or z.ndim != 2 or z.shape[0] < 1 or x.shape[-2] != z.shape[1]:
        raise DataError(
            f"points of the shape {tuple(x.shape)} and samples of {tuple(z.shape)}; give `r x q x d` "
            "points and at least one sample, `M x q`, with the same number q of joint points"
        )
    mean, factor = posterior(x)
    return acquisition.values(mean.unsqueeze(-1), factor @ z.to(mean).T)


def check_samples(owner: str, name: str, n: int, *, most: int | None = None) -> None:
    """Refuse a number of samples below 1, or above the number of fixed ones."""
    if n < 1 or (most is not None and n > most):
        limit = "" if most is None else f" and at most {most}, the number of fixed samples"
        raise ConfigError(f"{owner}: {name} = {n!r}; give at least 1{limit}")
