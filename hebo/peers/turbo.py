"""TuRBO-1 (Eriksson et al., NeurIPS 2019; 1910.01739) in the form of BoTorch's tutorial."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from botorch.exceptions.errors import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.generation.sampling import MaxPosteriorSampling
from botorch.models.gp_regression import SingleTaskGP
from gpytorch.constraints import Interval
from gpytorch.kernels import MaternKernel, ScaleKernel
from gpytorch.likelihoods import GaussianLikelihood
from gpytorch.mlls import ExactMarginalLogLikelihood
from pydantic import Field
from torch import Tensor
from torch.quasirandom import SobolEngine

from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import note_fallback
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimensions
from hebo.peers.session import PeerOptimizer, Session, Suggestion, Told
from hebo.peers.unit_cube import UnitCube
from hebo.random import derive_seed


class TuRBO(OptimizerRecipe):
    """A trust region around the best point, Thompson samples inside, restarts.

    Works on columns scaled to [0, 1]; integers and categories are rounded. Failed evaluations count as no
    success and are left out of the model. The points of a batch are the maximizers of as many samples;
    pending points are not considered.

    Attributes:
        n_initial: Sobol points before the first model and after each restart; None takes twice the columns.
        success_tolerance: Improving batches in a row before the region doubles (tutorial 10, paper 3).
    """

    n_initial: int | None = Field(default=None, ge=2)
    success_tolerance: int = Field(default=10, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        return PeerOptimizer(
            space, lambda dims, number: TuRBOSession(dims, self, number), peer="turbo", seed=seed
        )


@dataclass
class TrustRegion:
    """The side of the region, and what decides about it. Larger values are better."""

    n_columns: int
    success_tolerance: int
    length: float = 0.8
    n_failures: int = 0
    n_successes: int = 0
    best: float = -math.inf

    min_length = 0.5**7
    max_length = 1.6

    def update(self, values: Tensor, batch_size: int) -> bool:
        """Take the values of a batch; say whether the region has shrunk to nothing."""
        top = float(values.max()) if len(values) else -math.inf
        improved = top > self.best + 1e-3 * abs(self.best) if math.isfinite(self.best) else top > self.best
        self.n_successes, self.n_failures = (
            (self.n_successes + 1, 0) if improved else (0, self.n_failures + 1)
        )
        if self.n_successes == self.success_tolerance:
            self.length, self.n_successes = min(2.0 * self.length, self.max_length), 0
        elif self.n_failures >= math.ceil(max(4.0, self.n_columns) / batch_size):
            self.length, self.n_failures = self.length / 2.0, 0
        self.best = max(self.best, top)
        return self.length < self.min_length

    def box(self, center: Tensor, scales: Tensor) -> tuple[Tensor, Tensor]:
        """Return the corners: sides in proportion to the length scales, their geometric mean `length`."""
        weights = scales / scales.mean()
        weights = weights / torch.prod(weights.pow(1.0 / len(weights)))
        half = weights * self.length / 2.0
        return (center - half).clamp(0.0, 1.0), (center + half).clamp(0.0, 1.0)


class TuRBOSession(Session):
    """The state of one TuRBO-1.

    Args:
        dimensions: The free parameters.
        recipe: Settings.
        seed: Of the Sobol sequences; the samples draw from the seeded global streams.
    """

    def __init__(self, dimensions: Dimensions, recipe: TuRBO, seed: int) -> None:
        self._cube, self._recipe, self._seed = UnitCube(dimensions, keep_codes=False), recipe, seed
        self._n_initial = recipe.n_initial or 2 * self._cube.n_columns
        self._sobol = self._cube.sobol_engine(seed)
        self._batch_size = 1
        self._restart()

    def _restart(self) -> None:
        self._region = TrustRegion(self._cube.n_columns, self._recipe.success_tolerance)
        self._x = self._cube.rows([])
        self._y = torch.empty(0, dtype=torch.float64)
        self._n_told = 0

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Return Sobol points at first, then Thompson samples in the region."""
        self._batch_size = n
        if self._n_told < self._n_initial or len(self._y) < 2:
            return [Suggestion(one) for one in self._cube.sobol(self._sobol, n)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the fit's retries
            rows = self._thompson(n)
        return [Suggestion(one) for one in self._cube.points(rows)]

    def tell(self, told: Sequence[Told]) -> None:
        """Learn values; after the first design each batch moves the region, or ends it."""
        good = [(one.point, -one.y) for one in told if one.y is not None]
        values = torch.tensor([value for _, value in good], dtype=torch.float64)
        self._x = torch.cat([self._x, self._cube.rows([point for point, _ in good])])
        self._y = torch.cat([self._y, values])
        initial = self._n_told < self._n_initial
        self._n_told += len(told)
        if initial:
            self._region.best = float(self._y.max()) if len(self._y) else -math.inf
        elif self._region.update(values, self._batch_size):
            self._restart()

    def _thompson(self, n: int) -> Tensor:
        y = (self._y - self._y.mean()) / self._y.std().clamp_min(1e-12)
        model = self._model(y.unsqueeze(-1))
        kernel = model.covar_module.base_kernel
        center = self._x[int(y.argmax())]
        low, high = self._region.box(center, kernel.lengthscale.squeeze().detach().reshape(-1))
        candidates = self._candidates(center, low, high)
        with torch.no_grad():
            chosen: Tensor = MaxPosteriorSampling(model=model, replacement=False)(candidates, num_samples=n)
        return chosen

    def _model(self, y: Tensor) -> SingleTaskGP:
        likelihood = GaussianLikelihood(noise_constraint=Interval(1e-8, 1e-3))
        matern = MaternKernel(
            nu=2.5, ard_num_dims=self._cube.n_columns, lengthscale_constraint=Interval(0.005, 4.0)
        )
        model = SingleTaskGP(
            self._x, y, covar_module=ScaleKernel(matern), likelihood=likelihood, outcome_transform=None
        )
        try:
            fit_gpytorch_mll(ExactMarginalLogLikelihood(likelihood, model))
        except ModelFittingError as error:
            note_fallback("turbo_unfitted_model", str(error)[:200])
            model.eval()
        return model

    def _candidates(self, center: Tensor, low: Tensor, high: Tensor) -> Tensor:
        """Return Sobol points of the box that differ from the centre in few columns."""
        d = self._cube.n_columns
        n = min(5000, max(2000, 200 * d))
        seed = derive_seed(self._seed, self._n_told) % 2**31
        engine = SobolEngine(d, scramble=True, seed=seed)  # type: ignore[no-untyped-call]
        moved = low + (high - low) * engine.draw(n, dtype=torch.float64)
        mask = torch.rand(n, d, dtype=torch.float64) <= min(20.0 / d, 1.0)
        still = (~mask.any(dim=1)).nonzero().squeeze(-1)
        mask[still, torch.randint(0, d, (len(still),))] = True
        return torch.where(mask, moved, center)
