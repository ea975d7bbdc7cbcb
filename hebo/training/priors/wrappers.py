"""Priors around priors: noise, irrelevant columns, sums, plateaus and monotone maps of values."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Self

import torch
from pydantic import Field, model_validator
from torch import Generator, Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.training.priors.draws import Noiseless, log_uniform, normal, rescaled, uniform, whole
from hebo.training.priors.gaussian_processes import GaussianProcesses
from hebo.training.tasks import Columns, Functions, TaskPrior

Share = Annotated[float, Field(ge=0, le=1)]


class _OfNoiseless(TaskPrior, ABC):
    """Base of priors around a prior without noise.

    Attributes:
        of: The other prior.
    """

    of: TaskPrior = GaussianProcesses()

    @property
    def columns(self) -> Columns | None:
        """Those of the other prior."""
        return self.of.columns

    @property
    def design_space(self) -> DesignSpace | None:
        """That of the other prior."""
        return self.of.design_space

    @model_validator(mode="after")
    def _check_noise(self) -> Self:
        if self.of.is_noisy:
            raise ValueError(
                f"of: {type(self.of).__name__} has noise, which would be lost; put `noisy` around this prior"
            )
        return self


class Noisy(_OfNoiseless):
    """Functions of another prior, observed with noise.

    Attributes:
        of: The other prior; it has unit variance.
        sd: Smallest and largest standard deviation of the noise; each task draws one.
        noise_free: Share of tasks without noise.
        varying: Share of tasks whose noise grows or falls across the space, by up to a factor of 7.
    """

    sd: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (0.003, 0.3)
    noise_free: Share = 0.3
    varying: Share = 0.25

    @model_validator(mode="after")
    def _check_sd(self) -> Self:
        if self.sd[0] > self.sd[1]:
            raise ValueError(f"sd: {list(self.sd)} is empty; give the smaller number first")
        return self

    @property
    def is_noisy(self) -> bool:
        """They are."""
        return True

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        sd = log_uniform(*self.sd, n_tasks, 1, generator=generator)
        is_noisy = uniform(n_tasks, 1, generator=generator) >= self.noise_free
        varies = uniform(n_tasks, 1, 1, generator=generator) < self.varying
        slope = varies * normal(n_tasks, columns.n_numeric, 1, generator=generator)
        return WithNoise(self.of.draw(n_tasks, columns, generator=generator), sd * is_noisy, slope)


@dataclass(frozen=True)
class WithNoise:
    """Functions with noise.

    Attributes:
        of: The functions.
        sd: In the middle of the space, `t x 1`.
        slope: Of the logarithm of the noise, `t x k x 1`.
    """

    of: Functions
    sd: Tensor
    slope: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return self.of(x)

    def noise_sd(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        moved = (x[..., : self.slope.shape[1]] - 0.5) @ self.slope
        return self.sd * moved.squeeze(-1).clamp(-1, 1).exp()


class Irrelevant(_OfNoiseless):
    """Functions of another prior, most of which ignore some columns.

    Attributes:
        of: The other prior.
        share: How likely a column is ignored; at least one is not.
    """

    share: Share = 0.3

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        keys = uniform(n_tasks, 1, columns.n, generator=generator)
        is_ignored = (keys < self.share) & (keys < keys.amax(-1, keepdim=True))
        fixed = columns.uniform(n_tasks, 1, generator=generator)
        inner = self.of.draw(n_tasks, columns, generator=generator)
        moved = Moved(inner, lambda x: torch.where(is_ignored, fixed, x))
        return rescaled(moved, n_tasks, columns, generator=generator)


class Additive(_OfNoiseless):
    """Sums of functions of another prior, each of some columns.

    Attributes:
        of: The other prior.
        n_parts: Number of functions in a sum.
        share: How likely a column matters to one of them.
    """

    n_parts: int = Field(default=3, ge=2, le=16)
    share: Share = 0.4

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        part = Irrelevant(of=self.of, share=1 - self.share)
        parts = tuple(part.draw(n_tasks, columns, generator=generator) for _ in range(self.n_parts))
        sizes = normal(self.n_parts, n_tasks, 1, generator=generator)
        return rescaled(Summed(parts, sizes), n_tasks, columns, generator=generator)


class _Mapped(_OfNoiseless, ABC):
    """Base of priors that map the values of another one.

    Attributes:
        of: The other prior, without noise.
        share: Of tasks whose values are mapped.
    """

    share: Share = 0.5

    def draw(self, n_tasks: int, columns: Columns, *, generator: Generator) -> Functions:
        """See `TaskPrior`."""
        is_mapped = uniform(n_tasks, 1, generator=generator) < self.share
        change = self.map(n_tasks, generator)
        inner = self.of.draw(n_tasks, columns, generator=generator)
        mapped = Mapped(inner, lambda f: torch.where(is_mapped, change(f), f))
        return rescaled(mapped, n_tasks, columns, generator=generator)

    @abstractmethod
    def map(self, n_tasks: int, generator: Generator) -> Callable[[Tensor], Tensor]:
        """Draw a map of `t x b` values."""


class Clipped(_Mapped):
    """Functions of another prior with a plateau: bad values, and sometimes good ones, are all the same."""

    def map(self, n_tasks: int, generator: Generator) -> Callable[[Tensor], Tensor]:
        """See `_Mapped`."""
        low = 0.8 * normal(n_tasks, 1, generator=generator) - 0.3
        has_top = whole(0, 3, n_tasks, 1, generator=generator) == 0
        high = torch.where(has_top, low + log_uniform(0.3, 3.0, n_tasks, 1, generator=generator), torch.inf)
        return lambda f: f.maximum(low).minimum(high)


class Skewed(_Mapped):
    """Functions of another prior under a monotone map, which makes large or small values rare.

    It is `sinh(a + b arcsinh(f))` (Jones and Pewsey, 2009) with random `a` and `b`.
    """

    def map(self, n_tasks: int, generator: Generator) -> Callable[[Tensor], Tensor]:
        """See `_Mapped`."""
        shift = 0.5 * normal(n_tasks, 1, generator=generator)
        tail = (0.4 * normal(n_tasks, 1, generator=generator)).exp()
        return lambda f: (shift + tail * f.arcsinh()).sinh()


@dataclass(frozen=True)
class Moved(Noiseless):
    """Functions of changed points.

    Attributes:
        of: The functions.
        change: What is done to `t x b x d` points.
    """

    of: Functions
    change: Callable[[Tensor], Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return self.of(self.change(x))


@dataclass(frozen=True)
class Mapped(Noiseless):
    """Functions with changed values.

    Attributes:
        of: The functions.
        change: What is done to `t x b` values.
    """

    of: Functions
    change: Callable[[Tensor], Tensor]

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return self.change(self.of(x))


@dataclass(frozen=True)
class Summed(Noiseless):
    """Weighted sums of functions.

    Attributes:
        parts: `p` of them.
        sizes: `p x t x 1` weights.
    """

    parts: tuple[Functions, ...]
    sizes: Tensor

    def __call__(self, x: Tensor) -> Tensor:
        """See `Functions`."""
        return torch.stack([part(x) for part in self.parts]).mul(self.sizes).sum(0)
