"""BoTorch's tutorial loop: Sobol points, `SingleTaskGP`, log expected (hypervolume) improvement."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import torch
from botorch.acquisition.logei import qLogExpectedImprovement, qLogNoisyExpectedImprovement
from botorch.acquisition.multi_objective.logei import qLogNoisyExpectedHypervolumeImprovement
from botorch.acquisition.multi_objective.utils import get_default_partitioning_alpha
from botorch.exceptions.errors import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.models.gp_regression import SingleTaskGP
from botorch.models.gp_regression_mixed import MixedSingleTaskGP
from botorch.models.model_list_gp_regression import ModelListGP
from botorch.optim.optimize import optimize_acqf
from botorch.optim.optimize_mixed import optimize_acqf_mixed_alternating
from botorch.utils.multi_objective.hypervolume import infer_reference_point
from botorch.utils.multi_objective.pareto import is_non_dominated
from gpytorch.mlls import ExactMarginalLogLikelihood
from pydantic import Field
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.fallbacks import note_fallback
from hebo.information import Information
from hebo.optimizer.optimizer import OptimizerRecipe
from hebo.peers.dimensions import Dimensions
from hebo.peers.session import SEVERAL, PeerOptimizer, Scope, Session, Suggestion, Told
from hebo.peers.unit_cube import UnitCube

# Longer grids are searched as intervals and rounded, as BoTorch itself does from this length on.
_LISTED = 100


class BoTorch(OptimizerRecipe):
    """BoTorch's parts with their defaults, put together as in its tutorials and as in Ax.

    Numbers are scaled to [0, 1] (on their logarithm where the parameter has one), values standardized. The
    model is `SingleTaskGP`, the acquisition is maximized over the whole batch by `optimize_acqf`. Pending
    points are imagined by the acquisition. Failed evaluations are left out of the model.

    With several objectives each has a model of its own, and the acquisition is `qLogNEHVI` (Daulton, Balandat
    and Bakshy, 2021; Ament et al., 2023) whatever `acquisition` says. The reference point is the
    stated one, as in the tutorials, or inferred from the values told, in each ask anew, by BoTorch's
    `infer_reference_point`.

    Attributes:
        acquisition: For one objective: `qlogei`, or `qlognei` for noisy values.
        reference: Of several objectives. None: the stated one, where there is one, otherwise `told`, which is
            a tenth of the range beyond the worst values told; `front`: beyond the worst of their front, which
            leaves nothing to improve where the front is a single point, as the first minimizer of an
            objective often is.
        discrete: How integers and categories are treated. `rounded`: as numbers and one-hot columns, the
            optimum rounded, as in the tutorials. `alternating`: `MixedSingleTaskGP` and
            `optimize_acqf_mixed_alternating`, as Ax does; about ten times slower with several of them.
        n_initial: Sobol points before the first model.
        num_restarts: Local searches, as in the tutorials.
        raw_samples: Points from which their starts are chosen.
    """

    acquisition: Literal["qlogei", "qlognei"] = "qlogei"
    reference: Literal["told", "front"] | None = None
    discrete: Literal["rounded", "alternating"] = "rounded"
    n_initial: int = Field(default=10, ge=2)
    num_restarts: int = Field(default=10, ge=1)
    raw_samples: int = Field(default=512, ge=1)

    def build(self, space: DesignSpace, *, seed: int | None = None) -> PeerOptimizer:
        """Return the optimizer; see `PeerOptimizer`."""
        return PeerOptimizer(
            space,
            lambda dims, number: BoTorchSession(dims, self, number),
            peer="botorch",
            seed=seed,
            scope=Scope((1, SEVERAL), frozenset({Information.REFERENCE} if self.reference is None else ())),
        )


class BoTorchSession(Session):
    """Data, and the loop's step.

    Args:
        dimensions: The free parameters.
        recipe: Settings.
        seed: Of the Sobol sequence; all else draws from the seeded global streams.
    """

    def __init__(self, dimensions: Dimensions, recipe: BoTorch, seed: int) -> None:
        self._recipe, self._cube = recipe, UnitCube(dimensions, keep_codes=True)
        self._is_rounded = recipe.discrete == "rounded"
        self._sobol = self._cube.sobol_engine(seed)
        self._x = self._cube.rows([])
        self._y = torch.empty(0, 1, dtype=torch.float64)
        self._n_told = 0

    def ask(self, n: int, pending: Sequence[Suggestion]) -> list[Suggestion]:
        """Return Sobol points at first, then the maximizers of the acquisition."""
        if self._n_told < self._recipe.n_initial or len(self._y) < 2:
            return [Suggestion(one) for one in self._cube.sobol(self._sobol, n)]
        waiting = self._features(self._cube.rows([one.point for one in pending]))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the fit's retries, and of scaling a batch of equal values
            acquisition = self._acquisition(self._model(), waiting if len(waiting) else None)
            rows = self._maximize(acquisition, n)
        return [Suggestion(one) for one in self._cube.points(rows)]

    def tell(self, told: Sequence[Told]) -> None:
        """Keep the successful values, larger is better."""
        self._n_told += len(told)
        good = [(one.point, one.values) for one in told if one.values is not None]
        if good:
            values = -torch.tensor([one for _, one in good], dtype=torch.float64)
            self._x = torch.cat([self._x, self._cube.rows([point for point, _ in good])])
            self._y = torch.cat([self._y, values]) if len(self._y) else values

    def _features(self, rows: Tensor) -> Tensor:
        """Return the columns that the model sees."""
        return self._cube.one_hot(rows) if self._is_rounded else rows

    def _model(self) -> SingleTaskGP | ModelListGP:
        """Return a model of each objective; of the only one where there is one."""
        models = [self._fitted(column.unsqueeze(1)) for column in self._y.unbind(1)]
        return models[0] if len(models) == 1 else ModelListGP(*models)

    def _fitted(self, y: Tensor) -> SingleTaskGP:
        categories = list(self._cube.categories)
        if categories and not self._is_rounded:
            model: SingleTaskGP = MixedSingleTaskGP(self._x, y, cat_dims=categories)
        else:
            model = SingleTaskGP(self._features(self._x), y)
        try:
            fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        except ModelFittingError as error:
            note_fallback("botorch_unfitted_model", str(error)[:200])
            model.eval()
        return model

    def _acquisition(self, model: SingleTaskGP | ModelListGP, waiting: Tensor | None) -> Any:
        n_objectives = self._y.shape[1]
        if n_objectives > 1:
            return qLogNoisyExpectedHypervolumeImprovement(
                model,
                ref_point=self._reference(),
                X_baseline=self._features(self._x),
                X_pending=waiting,
                prune_baseline=True,
                alpha=get_default_partitioning_alpha(n_objectives),
            )
        if self._recipe.acquisition == "qlognei":
            return qLogNoisyExpectedImprovement(
                model, X_baseline=self._features(self._x), X_pending=waiting, prune_baseline=True
            )
        return qLogExpectedImprovement(model, best_f=self._y.max(), X_pending=waiting)

    def _reference(self) -> Tensor:
        """Return the reference point, `m` values, larger is better."""
        if self._recipe.reference is None and self.reference is not None:
            return -torch.tensor(self.reference, dtype=torch.float64)
        front = self._y[is_non_dominated(self._y)]
        if self._recipe.reference == "front":
            return infer_reference_point(front)
        worst = self._y.min(dim=0).values
        return infer_reference_point(front, max_ref_point=worst, scale_max_ref_point=True)

    def _maximize(self, acquisition: Any, n: int) -> Tensor:
        settings: dict[str, Any] = {
            "num_restarts": self._recipe.num_restarts,
            "raw_samples": self._recipe.raw_samples,
        }
        cube = self._cube
        if self._is_rounded or not (cube.categories or cube.grids):
            bounds = torch.tensor([[0.0], [1.0]], dtype=torch.float64).repeat(
                1, self._features(self._x).shape[1]
            )
            features, _ = optimize_acqf(acquisition, bounds, q=n, **settings)
            return cube.from_one_hot(features) if self._is_rounded else features
        rows, _ = optimize_acqf_mixed_alternating(
            acquisition,
            cube.bounds,
            discrete_dims={k: grid.tolist() for k, grid in cube.grids.items() if len(grid) <= _LISTED},
            cat_dims={k: [float(code) for code in range(c)] for k, c in cube.categories.items()},
            q=n,
            post_processing_func=cube.rounded,
            **settings,
        )
        return rows
