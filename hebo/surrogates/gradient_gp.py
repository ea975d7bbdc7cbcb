"""Gaussian process with derivative observations: values and gradients of one smooth function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from pydantic import Field
from torch import Generator, Tensor
from torch.nn.functional import one_hot, pad

from hebo.abilities import CROSS_COVARIANCE, JOINT_NORMAL, LEAVE_ONE_OUT, PATH_SAMPLING, Ability
from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.information import Information, Takes
from hebo.kernels.radial import Radial
from hebo.surrogates.augmented_process import AugmentedProcess
from hebo.surrogates.gaussian_process import CovarianceFunction
from hebo.surrogates.gradient_covariance import GradientCovariance
from hebo.surrogates.gradient_density import GradientLogPosterior
from hebo.surrogates.hyperparameters import FIDELITY_SCALE, Columns, Layout, Prior
from hebo.surrogates.known_noise import known_variances, noise_mode
from hebo.surrogates.map_fit import most_likely
from hebo.surrogates.subset import best_and_random

_MAX_ITERATIONS = 50
_NOISE = 1e-3
_NOISE_PER_POINT = 0.01


class GradientGP(Surrogate):
    """GP over numeric and categorical columns that takes derivatives by the numeric ones as observations.

    `k(x, x') = s^2 phi(r^2) C(c, c')` with one lengthscale per numeric column, and its derivatives for those
    of the function (Solak et al., 2003; Wu et al., "Bayesian optimization with gradients", 2017, section 3).
    There is no input warp. Points without a gradient, and columns without a derivative, are left out; without
    any it is a plain Gaussian process.

    A derivative counts as a further value: `n` points with gradients of `d` columns have `n (d + 1)` values,
    and a fit takes time in proportion to the cube of their number.

    Attributes:
        kernel: The correlation `phi`: `matern52`, for functions with two derivatives, or `rbf`, for analytic
            ones.
        n_starts: Of the hyperparameter fit.
        max_values: Most values, derivatives included, that a model may have.
        max_fit: Most of those that hyperparameters are fitted to: of the best third and of random points.
        min_noise: Least noise variance, in units of the variance of `y`; with `n` points no less than
            `0.01 / n` either, unless there are gradients, which tell a plateau from a function.
    """

    takes: ClassVar[Takes] = frozenset({Information.VARIANCES, Information.GRADIENTS})

    kernel: Radial = "matern52"
    n_starts: int = Field(default=1, ge=1)
    max_values: int = Field(default=1500, ge=10)
    max_fit: int = Field(default=400, ge=10)
    min_noise: float = Field(default=1e-6, gt=0)

    def offers(self) -> frozenset[Ability]:
        """See `hebo.base.Surrogate`."""
        return frozenset({CROSS_COVARIANCE, JOINT_NORMAL, PATH_SAMPLING, LEAVE_ONE_OUT})

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> GradientProcess:
        """Return a model conditioned on the observations; see `hebo.base.Surrogate`."""
        columns, told = Columns(space), Observed.of(data, Columns(space))
        self._check_size(len(told.y), data)
        layout = self._layout(columns, data)
        theta = self._hyperparameters(layout, told, columns, data.y[:, 0], generator)
        covariance = GradientCovariance(columns, layout, theta, self.kernel)
        # A process subtracts its mean from everything; that of a derivative is 0.
        y = torch.where(told.is_value, told.y, told.y + covariance.mean)
        return GradientProcess(covariance, told.x, y, noise=told.noise, n_columns=columns.n, owner=told.owner)

    def _check_size(self, n_values: int, data: Data) -> None:
        if n_values > self.max_values:
            raise IncompatibleError(
                f"{len(data.x)} points with their derivatives are {n_values} values, more than the "
                f"{self.max_values} of GradientGP; give it a larger `max_values` and time, tell NaN in place "
                "of some derivatives, or use warped_gp without gradients"
            )

    def _layout(self, columns: Columns, data: Data) -> Layout:
        k = len(columns.numeric)
        root = max(1, k) ** 0.5
        plain = _NOISE_PER_POINT / len(data.x) if data.gradients is None else 0.0
        priors = {
            "lengthscale": Prior(0.15 * root, 0.7, shared=0.5, start=0.5 * root, lower=0.02),
            "fidelity_scale": FIDELITY_SCALE,
            "overlap_scale": Prior(0.5, 1.0, start=1.0, lower=1e-3),
            "slope_noise": Prior(1e-3, 2.0, lower=1e-7),
            "signal": Prior(1.0, 1.0),
            "noise": Prior(noise_mode(data, _NOISE), 2.0, lower=max(self.min_noise, plain)),
        }
        further, c = {"slope_noise": 1}, len(columns.categorical)
        return Layout(k, c, False, priors, fidelities=columns.fidelities, further=further)

    def _hyperparameters(
        self, layout: Layout, told: Observed, columns: Columns, y: Tensor, generator: Generator
    ) -> Tensor:
        """Return the most likely setting, `p`."""
        n_rows = max(1, self.max_fit * len(y) // len(told.y))
        part = told.of_rows(best_and_random(y, n_rows, generator).to(y.device)).cpu()
        density = GradientLogPosterior(columns, layout, part.x, part.y, self.kernel, part.noise)
        starts = layout.starts(self.n_starts, generator=generator, scatter=0.5)
        theta = most_likely(density, starts, max_iterations=_MAX_ITERATIONS)
        return torch.from_numpy(theta).to(told.x)


@dataclass(frozen=True)
class Observed:
    """Values and derivatives as observations of one process, `m` of them at `n` points.

    Attributes:
        x: `m x (d + k)` points with the direction of the derivative, in scaled columns; 0 for a value.
        y: `m` values, and derivatives by scaled columns.
        noise: `m` known variances of the noise, NaN where it is to be learned.
        owner: `m` numbers of the points they belong to.
    """

    x: Tensor
    y: Tensor
    noise: Tensor
    owner: Tensor

    @classmethod
    def of(cls, data: Data, columns: Columns) -> Observed:
        """Return the values of `n` points, and then the derivatives that are known."""
        n, k = len(data.x), len(columns.numeric)
        known = known_variances(data)
        noise = torch.full_like(data.y[:, 0], torch.nan) if known is None else known
        values = cls(pad(data.x, (0, k)), data.y[:, 0], noise, torch.arange(n, device=data.x.device))
        if data.gradients is None or not k:
            return values
        slopes = data.gradients[:, columns.numeric] * columns.range.to(data.x)
        row, column = torch.isfinite(slopes).nonzero(as_tuple=True)
        x = torch.cat([data.x[row], one_hot(column, k).to(data.x)], 1)
        unknown = torch.full_like(slopes[row, column], torch.nan)
        return values + cls(x, slopes[row, column], unknown, row)

    def __add__(self, other: Observed) -> Observed:
        """Return the observations of both."""
        return Observed(*(torch.cat(pair) for pair in zip(self._parts(), other._parts(), strict=True)))

    @property
    def is_value(self) -> Tensor:
        """`m` bool: which are values."""
        n_values = len(self.owner.unique())  # each point has one, and they come first
        return torch.arange(len(self.owner), device=self.owner.device) < n_values

    def of_rows(self, rows: Tensor) -> Observed:
        """Return the observations of some points."""
        kept = torch.isin(self.owner, rows)
        return Observed(*(part[kept] for part in self._parts()))

    def cpu(self) -> Observed:
        """Return the observations on the CPU."""
        return Observed(*(part.cpu() for part in self._parts()))

    def _parts(self) -> tuple[Tensor, ...]:
        return self.x, self.y, self.noise, self.owner


class GradientProcess(AugmentedProcess):
    """An `AugmentedProcess` of values and derivatives.

    Args:
        covariance: See `AugmentedProcess`, as for the parts up to `n_columns`.
        x: Points with directions, those of values first.
        y: Values, and derivatives plus the constant mean, which is subtracted from all.
        n_fitted: How many determined the hyperparameters.
        factor: Of the covariance of the observations.
        noise: Known variances of values.
        n_columns: Of the space.
        owner: `n_fitted` numbers of the points that the observations belong to.
    """

    def __init__(
        self,
        covariance: CovarianceFunction,
        x: Tensor,
        y: Tensor,
        n_fitted: int | None = None,
        factor: Tensor | None = None,
        noise: Tensor | None = None,
        *,
        n_columns: int,
        owner: Tensor,
    ) -> None:
        super().__init__(covariance, x, y, n_fitted, factor, noise, n_columns=n_columns)
        self.owner = owner

    def _conditioned(self, x: Tensor, y: Tensor, factor: Tensor) -> GradientProcess:
        return type(self)(
            self.covariance, x, y, self.n_fitted, factor, n_columns=self.n_columns, owner=self.owner
        )

    def leave_one_out(self) -> tuple[Tensor, Tensor, Tensor]:
        """Predict each value from the other points, without its own derivatives; see `LeaveOneOut`.

        Of the block `B` of the inverse covariance that belongs to a point the errors are `B^-1` times those
        entries of `K^-1 (y - m)`, and the covariance of the prediction is `B^-1`.
        """
        eye = torch.eye(self.x.shape[-2], dtype=self.x.dtype, device=self.x.device)
        root = torch.linalg.solve_triangular(self.factor, eye, upper=False)
        precision = root.mT @ root
        place, is_filled = self._places()
        both = is_filled.unsqueeze(-1) & is_filled.unsqueeze(-2)
        blocks = precision[..., place.unsqueeze(-1), place.unsqueeze(-2)]
        blocks = torch.where(both, blocks, torch.eye(place.shape[1]).to(blocks))
        first = torch.zeros(place.shape[1], 1).to(blocks)
        first[0] = 1.0  # the value comes before its derivatives
        column = torch.linalg.solve(blocks, first.expand(*blocks.shape[:-1], 1)).squeeze(-1)
        error = (column * torch.where(is_filled, self.weights[..., place], 0.0)).sum(-1)
        return self.y[..., : len(place)], error, self.widening * column[..., 0]

    def _places(self) -> tuple[Tensor, Tensor]:
        """Return the places of the observations of each point, `n x (k + 1)`, and which of them there are."""
        order = self.owner.argsort(stable=True)
        counts = torch.bincount(self.owner)
        column = torch.arange(int(counts.max()), device=order.device)
        is_filled = column < counts.unsqueeze(-1)
        start = counts.cumsum(0) - counts
        return order[(start.unsqueeze(-1) + column).clamp_max(len(order) - 1)], is_filled
