"""Choosing the features of a support vector regression together with its hyperparameters."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task
from tasks.hpo.data import Split, load_bundled
from tasks.hpo.metrics import metric_function

Array = NDArray[np.float64]

_N_MEASURED = 10
_N_PAIRS = _N_MEASURED * (_N_MEASURED - 1) // 2


class SVMSelection(Task):
    """The cross-validated error of a support vector regression on chosen features.

    The target is the progression of diabetes, in standard deviations of the training rows, as it comes with
    scikit-learn. The features `x1`, `x2`, ... are the 10 measured ones, then `n_products` products of two
    different measured ones (first with second, first with third, ..., second with third, ...), then `n_noise`
    columns of Gaussian noise that say nothing. Chosen features are brought to zero mean and unit variance in
    each fold; the kernel is `exp(-gamma / s |z - z'|^2)` for `s` of them. A fifth of the rows is held out, as
    in `HPO`: the objective is the mean squared error over the folds of the others, and the column
    `generalization` that on the held-out rows. If no feature is chosen, the mean of the target is predicted.

    After a problem of Eriksson and Jankowiak ("High-dimensional Bayesian optimization with sparse
    axis-aligned subspaces", UAI 2021), which Daulton et al. ("Bayesian optimization over discrete and mixed
    spaces via probabilistic reparameterization", NeurIPS 2022) cut down to 50 features; their data do not
    come with scikit-learn.

    Args:
        n_products: Number of products among the features.
        n_noise: Number of columns of noise among the features.
        n_folds: Number of folds.
        split_seed: Fixes which rows are held out.
        noise_seed: Fixes the columns of noise.
    """

    n_products: int = Field(20, ge=0, le=_N_PAIRS)
    n_noise: int = Field(20, ge=0)
    n_folds: int = Field(5, ge=2, le=100)
    split_seed: int = Field(0, ge=0, lt=2**32)
    noise_seed: int = Field(0, ge=0)

    @property
    def outcomes(self) -> Outcomes:
        """The mean squared error over the folds."""
        return outcomes_of({"name": "mean_squared_error"})

    def parameters(self) -> list[dict[str, Any]]:
        """Return the booleans, then the hyperparameters on log scales."""
        features = [{"name": name, "type": "bool"} for name in self._names]
        return [
            *features,
            {"name": "C", "type": "pow", "lb": 1e-2, "ub": 1e2},
            {"name": "epsilon", "type": "pow", "lb": 1e-2, "ub": 1.0},
            {"name": "gamma", "type": "pow", "lb": 1e-2, "ub": 1e1},
        ]

    @property
    def _names(self) -> list[str]:
        return [f"x{i + 1}" for i in range(_N_MEASURED + self.n_products + self.n_noise)]

    @property
    def data(self) -> Split:
        """All features and the scaled target, of the rows for cross-validation and of those held out."""
        rows = load_bundled("diabetes", split_seed=self.split_seed)
        rng = np.random.default_rng(self.noise_seed)
        mean, scale = rows.y.mean(), rows.y.std()
        return Split(
            problem="regression",
            x=self._features(rows.x, rng),
            y=(rows.y - mean) / scale,
            x_test=self._features(rows.x_test, rng),
            y_test=(rows.y_test - mean) / scale,
        )

    def _features(self, measured: Array, rng: Generator) -> Array:
        """Return the measured columns, products and noise, `n x p`."""
        pairs = list(itertools.combinations(range(_N_MEASURED), 2))[: self.n_products]
        products = [measured[:, i] * measured[:, j] for i, j in pairs]
        noise = rng.standard_normal((len(measured), self.n_noise))
        return np.column_stack([measured, *products, noise])

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        chosen = frame[self._names].to_numpy(dtype=np.bool_)
        settings = frame[["C", "epsilon", "gamma"]].astype(np.float64).to_dict("records")
        errors = [self._errors(*row) for row in zip(chosen, settings, strict=True)]
        error, generalization = np.array(errors, dtype=np.float64).T
        return {"mean_squared_error": error, "generalization": generalization}

    def _errors(self, chosen: NDArray[np.bool_], settings: dict[Any, Any]) -> tuple[float, float]:
        """Return the mean squared error over the folds and that on the held-out rows."""
        from sklearn.model_selection import cross_val_score

        data, error, estimator = self.data, metric_function("mse"), _estimator(int(chosen.sum()), **settings)
        x, x_test = data.x[:, chosen], data.x_test[:, chosen]
        folds = cross_val_score(estimator, x, data.y, scoring=error, cv=self.n_folds, error_score="raise")
        return float(folds.mean()), error(estimator.fit(x, data.y), x_test, data.y_test)


def _estimator(n_features: int, *, C: float, epsilon: float, gamma: float) -> Any:
    """Return an unfitted support vector regression, or the mean if there is nothing to learn from."""
    from sklearn.dummy import DummyRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVR

    if not n_features:
        return DummyRegressor()
    return make_pipeline(StandardScaler(), SVR(C=C, epsilon=epsilon, gamma=gamma / n_features))
