"""Sampled acquisitions of several points together: qEI, qPI, qSR and qUCB in four forms (CompBO, 2012.08240).

Notation: `b` batches of `q` points; `M` samples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal, Self

from botorch.utils.sampling import draw_sobol_normal_samples
from pydantic import Field, model_validator
from torch import Generator, Tensor, float64

from hebo.abilities import JOINT_NORMAL, JOINT_VALUES, NESTED_EXPECTATION, Ability, Inner
from hebo.acquisitions.marginals import incumbent_mean
from hebo.acquisitions.sampled_batches import QEI, QPI, QSR, QUCB, SampledAcquisition
from hebo.acquisitions.sampled_forms import (
    Compositional,
    Expectation,
    FiniteSum,
    JointPosterior,
    MemoryEfficient,
    check_samples,
    joint_posterior,
)
from hebo.base import AcqFunction, Acquisition, Domain, FittedModels
from hebo.data import Data
from hebo.errors import IncompatibleError
from hebo.random import draw_seed, make_generator

Form = Literal["finite_sum", "expectation", "compositional", "memory_efficient"]

_N_COLUMNS = 64


class Sampled(Acquisition, ABC):
    """What the best of `q` points is worth, averaged over joint samples of their values.

    The form says what a search sees. `finite_sum` is a function without noise, of fixed quasi-random samples.
    `expectation` has fresh samples in each call: its gradient is a stochastic one without bias, and values
    are noisy. `compositional` is the finite sum, which a search by compositional steps takes apart too, with
    some of the samples at each step; `memory_efficient` has fresh samples at each step, and as many columns
    as these. It is another objective, see `hebo.acquisitions.sampled_forms.MemoryEfficient`; its value is
    that of the finite sum.

    It is not weighted by probabilities of success or of constraints: these are of single points, and a batch
    in which one point fails is not lost.

    Attributes:
        form: Of the average.
        n_samples: Samples `M` of a value.
        n_columns: Samples at each step of `memory_efficient`, equal to the `sample_size` of the search;
            None: 64, its default.
    """

    needs: ClassVar[frozenset[Ability]] = frozenset({JOINT_NORMAL})
    is_weightable: ClassVar[bool] = False

    form: Form = "finite_sum"
    n_samples: int = Field(default=128, ge=1)
    n_columns: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_columns(self) -> Self:
        if self.n_columns is not None and self.form != "memory_efficient":
            raise ValueError(
                f"n_columns = {self.n_columns} says nothing with form {self.form}; leave it out, or write "
                "`form: memory_efficient`"
            )
        return self

    @property
    def gives(self) -> frozenset[Ability]:  # type: ignore[override]  # a class variable of other acquisitions
        """Values of batches; a nested expectation as well where the form is one."""
        is_nested = self.form in ("compositional", "memory_efficient")
        return frozenset({JOINT_VALUES, NESTED_EXPECTATION} if is_nested else {JOINT_VALUES})

    @property
    def is_noisy(self) -> bool:
        """With fresh samples in each call."""
        return self.form == "expectation"

    def check_steps(self, fewest: int, most: int) -> None:
        """Refuse a search that draws other numbers of samples than the form has; see `LimitedSteps`."""
        if self.form == "compositional" and most > self.n_samples:
            raise IncompatibleError(
                f"{type(self).__name__} has n_samples = {self.n_samples} fixed samples, and the search draws "
                f"{most} of them at a step; write `sample_size: {self.n_samples}` or less for the search, or "
                f"`n_samples: {most}` for the acquisition"
            )
        if self.form == "memory_efficient" and {fewest, most} != {self._columns}:
            drawn = f"{most}" if fewest == most else f"{fewest} to {most}, growing,"
            raise IncompatibleError(
                f"{type(self).__name__} with form memory_efficient has n_columns = {self._columns}, and the "
                f"search draws {drawn} samples at a step; make `n_columns` and the search's `sample_size` "
                "the same, without `growth`, or write `form: compositional`"
            )

    @property
    def _columns(self) -> int:
        """Samples at each step of `memory_efficient`."""
        return self.n_columns or _N_COLUMNS

    def build(self, models: FittedModels, data: Data, domain: Domain, *, generator: Generator) -> AcqFunction:
        """Return a function from `b x q x d` points to `b x 1` values, in units of the modeled `y`."""
        model, seed = models.objective, draw_seed(generator)
        of, posterior = self._of(models, data), joint_posterior(model)
        if self.form == "expectation":
            return _column(Expectation(of, posterior, self.n_samples, make_generator(seed)))
        fixed = Averages(of, posterior, self.n_samples, seed)
        if self.form == "compositional":
            return CompositionalAcq(fixed)
        if self.form == "memory_efficient":
            return MemoryEfficientAcq(fixed, MemoryEfficient(of, posterior, self._columns))
        return fixed

    @abstractmethod
    def _of(self, models: FittedModels, data: Data) -> SampledAcquisition:
        """Return what is averaged."""


class SampledEI(Sampled):
    """`E[max_j max(f(x_j) - tau, 0)]` over the largest posterior mean `tau` at an evaluated point."""

    def _of(self, models: FittedModels, data: Data) -> QEI:
        return QEI(float(incumbent_mean(models.objective, data)))


class SampledPI(Sampled):
    """`P[max_j f(x_j) > tau]`, smoothed, over the largest posterior mean `tau` at an evaluated point.

    Attributes:
        temperature: Width of the sigmoid in place of the step at `tau`, in units of the modeled `y`.
    """

    temperature: float = Field(default=1e-3, gt=0)

    def _of(self, models: FittedModels, data: Data) -> QPI:
        return QPI(float(incumbent_mean(models.objective, data)), temperature=self.temperature)


class SampledSR(Sampled):
    """`E[max_j f(x_j)]`, the simple reward; of single points it is the posterior mean."""

    def _of(self, models: FittedModels, data: Data) -> QSR:
        return QSR()


class SampledUCB(Sampled):
    """`E[max_j (mu_j + sqrt(beta pi / 2) |f(x_j) - mu_j|)]` (Wilson et al., 1712.00424).

    Of a single point with standard deviation `s` it is `mu + sqrt(beta) s`.

    Attributes:
        beta: Square of the width of the bound.
    """

    beta: float = Field(default=2.0, ge=0)

    def _of(self, models: FittedModels, data: Data) -> QUCB:
        return QUCB(beta=self.beta)


@dataclass(frozen=True)
class Averages:
    """The finite sum for batches of any size, each with samples of its own size.

    Attributes:
        of: What is averaged.
        posterior: Of the model.
        n_samples: `M`.
        seed: Of the samples.
    """

    of: SampledAcquisition
    posterior: JointPosterior
    n_samples: int
    seed: int

    def samples(self, q: int) -> Tensor:
        """Return the fixed samples of batches of `q` points, `M x q`."""
        return _sobol_normal(q, self.n_samples, self.seed)

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`, at `b x q x d` points."""
        return FiniteSum(self.of, self.posterior, self.samples(x.shape[-2]))(x).unsqueeze(-1)


@dataclass(frozen=True)
class CompositionalAcq:
    """The finite sum, and the nested expectation that has its value; see `hebo.abilities.NestedExpectation`.

    Attributes:
        fixed: The finite sum.
    """

    fixed: Averages

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`, at `b x q x d` points."""
        return self.fixed(x)

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return the mean over `n` of the fixed samples; see `Compositional.sample`."""
        check_samples("Compositional.sample", "n", n, most=self.fixed.n_samples)
        seed = draw_seed(generator)

        def inner(x: Tensor) -> Tensor:
            some = Compositional(self.fixed.of, self.fixed.posterior, self.fixed.samples(x.shape[-2]))
            return some.sample(n, make_generator(seed))(x)

        return inner

    def outer(self, y: Tensor) -> Tensor:
        """Return `f(Y)`, `r`, at `r x q x M` values."""
        return self.fixed.of.outer(y)


@dataclass(frozen=True)
class MemoryEfficientAcq:
    """A nested expectation of fresh samples, ranked by the finite sum.

    Attributes:
        fixed: The finite sum.
        nested: What steps see.
    """

    fixed: Averages
    nested: MemoryEfficient

    def __call__(self, x: Tensor) -> Tensor:
        """Return values, `b x 1`, at `b x q x d` points."""
        return self.fixed(x)

    def sample(self, n: int, generator: Generator) -> Inner:
        """Return values at fresh samples; see `MemoryEfficient.sample`."""
        return self.nested.sample(n, generator)

    def outer(self, y: Tensor) -> Tensor:
        """Return `f(Y)`, `r`, at `r x q x K` values."""
        return self.nested.outer(y)


def _column(value: Any) -> AcqFunction:
    def values(x: Tensor) -> Tensor:
        found: Tensor = value(x)
        return found.unsqueeze(-1)

    return values


@lru_cache(maxsize=8)
def _sobol_normal(q: int, n: int, seed: int) -> Tensor:
    return draw_sobol_normal_samples(q, n, dtype=float64, seed=seed)
