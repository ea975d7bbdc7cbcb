"""Mixed-variable Gaussian process: a kernel for each kind of column."""

from __future__ import annotations

import copy
from typing import ClassVar

import torch
from botorch.models.model import Model
from gpytorch.kernels import Kernel
from pydantic import Field
from torch import Generator, Tensor

from hebo.abilities import (
    ADDITIVE_MODEL,
    CROSS_COVARIANCE,
    JOINT_NORMAL,
    LEAVE_ONE_OUT,
    PATH_SAMPLING,
    Ability,
)
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.column_kinds import ColumnKind, columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.kernels.base import KernelRecipe
from hebo.kernels.mixture import mix
from hebo.kernels.numeric_matern import NumericMatern
from hebo.kernels.sharing import shared_out
from hebo.kernels.transformed_overlap import TransformedOverlap
from hebo.surrogates.context_offset import OffsetCorrelation, context_columns, with_offset
from hebo.surrogates.gaussian_process import CovarianceFunction, GaussianProcess
from hebo.surrogates.known_noise import known_variances, noise_mode, pooled
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.subset import best_and_random, best_near_random, one_of_each
from mcbo.kernels.mallows import Mallows
from mcbo.kernels.tree_additive import TreeAdditive
from mcbo.surrogates.additive_process import AdditiveKernel, AdditiveProcess
from mcbo.surrogates.ensemble import Ensemble
from mcbo.surrogates.kernel_covariance import KernelCovariance
from mcbo.surrogates.prior import NOISE, Array, GPPrior
from mcbo.surrogates.slice_sampling import slice_samples

_MAX_ITERATIONS = 40


def _default_kernels() -> list[KernelRecipe]:
    return [TransformedOverlap(), NumericMatern(), Mallows()]


class MixedGP(Surrogate):
    """GP with amplitude, mean, noise and one kernel per kind of column, mixed by sums and products.

    Each kernel takes the columns that it has a correlation for and no kernel before it has taken; kernels
    that are left without a column are not used, so that the default serves every space. Several kernels are
    combined with learned weights (see `hebo.kernels.mixture`). Hyperparameters are the most likely ones, or
    a sample of the posterior.

    Known variances of observations take the place of the learned one (`Data.y_var`), and repetitions of a
    point are pooled then; see `hebo.surrogates.known_noise`. In spaces with contexts an offset of each
    context is added to the kernel, unless that is a sum of components itself; see
    `hebo.surrogates.context_offset`.

    Attributes:
        prior_kind: Prior of amplitude, mean, noise and kernel.
        kernels: In the order in which they choose columns.
        n_samples: Hyperparameter settings drawn by slice sampling, of which predictions are a mixture, as
            in COMBO (Oh et al., 1902.00448, section 3.3); 0 takes the most likely setting.
        burn_in: Sweeps before the first sample.
        max_train: Most observations that predictions use; see `hebo.surrogates.subset.best_near_random`.
        max_fit: Most of those that hyperparameters are fitted to: the best third and random others.
        min_noise: Least noise variance, in units of the variance of `y`.
        deduplicate: Whether hyperparameters are fitted to one random observation of each value; predictions
            use them all. A plateau that a search keeps coming back to says that nothing matters, at a
            distance where much may: with it, amplitude and noise are soon too small for what lies elsewhere.
        ignore_kinds: Kinds of columns that no kernel sees: the belief that they do not matter, which
            `BestByLOO` holds against others. With few observations many columns drown few that matter.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES})
    prior_kind: ClassVar[type[GPPrior]] = GPPrior
    renamed: ClassVar[dict[str, str]] = {"distinct": "deduplicate", "ignored": "ignore_kinds"}

    kernels: list[KernelRecipe] = Field(default_factory=_default_kernels, min_length=1)
    n_samples: int = Field(default=0, ge=0)
    burn_in: int = Field(default=20, ge=0)
    max_train: int = Field(default=2000, ge=10)
    max_fit: int = Field(default=300, ge=10)
    min_noise: float = Field(default=1e-5, gt=0)
    deduplicate: bool = False
    ignore_kinds: tuple[ColumnKind, ...] = ()

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        found = {CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT}
        if not self.n_samples:
            found.add(PATH_SAMPLING)
            if len(self.kernels) == 1 and isinstance(self.kernels[0], TreeAdditive):
                found.add(ADDITIVE_MODEL)
        return frozenset(found)

    def check(self, space: DesignSpace) -> None:
        """Refuse a space with a column that no kernel takes, or without what is ignored or not ignored."""
        for recipe, columns in self._shared_out(space):
            recipe.check(space, columns)

    def doubts(self, space: DesignSpace) -> tuple[str, ...]:
        """Return those of the kernels about their columns."""
        parts = self._shared_out(space)
        return tuple(doubt for recipe, columns in parts for doubt in recipe.doubts(space, columns))

    def needed(self, space: DesignSpace) -> MixedGP:
        """Return the same model of a space without the kernels that are left without a column there."""
        return self.model_copy(update={"kernels": [recipe for recipe, _ in self._shared_out(space)]})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        train = best_near_random(pooled(data), space, self.max_train, generator)
        kernel = self._kernel(space, generator).to(train.x.device)
        contexts = [] if isinstance(kernel, AdditiveKernel) else context_columns(space)
        offset = OffsetCorrelation(space, contexts) if contexts else None
        subset = self._fitted_to(train.y[:, 0], generator)
        prior = self._prior(kernel, train, subset, offset)
        theta = most_likely(prior, prior.start[None], max_iterations=_MAX_ITERATIONS)
        if not self.n_samples:
            return _process(prior, theta, train, offset)
        samples = slice_samples(prior, theta, self.n_samples, burn_in=self.burn_in, generator=generator)
        return Ensemble([_process(copy.deepcopy(prior), one, train, offset) for one in samples])

    def _fitted_to(self, y: Tensor, generator: Generator) -> Tensor:
        """Return the indices of the observations, of `n` values, that hyperparameters are fitted to."""
        among = one_of_each(y, generator) if self.deduplicate else torch.arange(len(y))
        return among[best_and_random(y[among], self.max_fit, generator)]

    def _prior(
        self, kernel: Kernel, train: Data, subset: Tensor, offset: OffsetCorrelation | None
    ) -> GPPrior:
        """Return the prior of the hyperparameters given the observations of some indices."""
        x, known = train.x[subset], known_variances(train)
        return self.prior_kind(
            kernel,
            x,
            train.y[subset, 0],
            min_noise=self.min_noise,
            noise=None if known is None else known[subset],
            noise_mode=noise_mode(train, NOISE),
            offset=None if offset is None else offset.between(x, x),
        )

    def _kernel(self, space: DesignSpace, generator: Generator) -> Kernel:
        parts = self._shared_out(space)
        return mix([recipe.build(space, columns, generator=generator) for recipe, columns in parts])

    def _shared_out(self, space: DesignSpace) -> list[tuple[KernelRecipe, list[int]]]:
        """Return each kernel that is needed with its columns."""
        kinds = columns_by_kind(space)
        ignored = set(self.ignore_kinds)
        if not kinds.keys() - ignored or (ignored and not kinds.keys() & ignored):
            raise IncompatibleError(
                f"ignore_kinds {list(self.ignore_kinds)}: the columns {space.names} are {sorted(kinds)}, of "
                "which that leaves out all or none; change `ignore_kinds`"
            )
        for kind in self.ignore_kinds:
            kinds.pop(kind, None)
        return shared_out(self.kernels, space, kinds)


def with_nominal(kernel: KernelRecipe, *, deduplicate: bool = False) -> MixedGP:
    """Return the GP with `kernel` for the columns that it takes, and the default ones for the others."""
    return MixedGP(kernels=[kernel, NumericMatern(), Mallows()], deduplicate=deduplicate)


def _process(prior: GPPrior, theta: Array, train: Data, offset: OffsetCorrelation | None) -> GaussianProcess:
    """Return the model of one setting; it keeps the kernel of the prior, which serves no other."""
    mean, signal, noise, variance = prior.set(theta)
    covariance: CovarianceFunction = KernelCovariance(prior.kernel, mean, signal, noise)
    if offset is not None:
        covariance = with_offset(covariance, offset, variance)
    kind = AdditiveProcess if isinstance(prior.kernel, AdditiveKernel) else GaussianProcess
    return kind(covariance, train.x, train.y[:, 0], noise=known_variances(train))
