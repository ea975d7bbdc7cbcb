"""Cross-validation of a model with given hyperparameters: the evaluation that all tuning tasks share."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator

from tasks.base import Columns
from tasks.hpo.data import Split
from tasks.hpo.metrics import OBJECTIVES, MetricName, metric_function
from tasks.hpo.spaces import ModelName, hyperparameters


@dataclass(frozen=True)
class CrossValidation:
    """How settings of a model are evaluated.

    Attributes:
        model: The model family.
        metric: What is measured.
        n_folds: Number of folds.
        standardize: Bring features to zero mean and unit variance inside each fold.
        model_seed: `random_state` of the model; None draws one for each evaluation.
    """

    model: ModelName
    metric: MetricName
    n_folds: int
    standardize: bool
    model_seed: int | None

    def columns(self, data: Split, frame: pd.DataFrame, rng: Generator) -> Columns:
        """Return the objective, `generalization` and `error` of each row of `frame`.

        The objective is the mean of the metric over the folds, `generalization` the metric on the held-out
        rows after a fit to all others. A failed evaluation has NaN in both, and the reason in `error`.

        Args:
            data: The rows of the data set.
            frame: `n` settings.
            rng: Draws the seeds of the model where none is given.
        """
        rows = [self._evaluate_one(data, row, rng) for row in frame.to_dict("records")]
        values, held_out, errors = zip(*rows, strict=True)
        return {
            OBJECTIVES[self.metric].name: np.array(values),
            "generalization": np.array(held_out),
            "error": np.array(errors, dtype=object),
        }

    def _evaluate_one(
        self, data: Split, row: dict[Any, Any], rng: Generator
    ) -> tuple[float, float, str | None]:
        """Return the metric in cross-validation and on the held-out rows, and what went wrong."""
        known = hyperparameters(self.model, data.problem)
        settings = {one.name: one.value(row[one.name]) for one in known}
        seed = int(rng.integers(2**31)) if self.model_seed is None else self.model_seed
        try:
            values = self._values(data, settings, seed)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
            return np.nan, np.nan, f"{type(error).__name__}: {error}"
        if not np.isfinite(values).all():
            reason = f"The {self.metric} is not finite: {values[0]}, on the held-out rows {values[1]}."
            return np.nan, np.nan, reason
        return *values, None

    def _values(self, data: Split, settings: dict[str, Any], seed: int) -> tuple[float, float]:
        """Return the mean of the metric over the folds, and its value on the held-out rows."""
        from sklearn.model_selection import cross_val_score

        from tasks.hpo.models import make_model

        estimator = make_model(
            self.model,
            data.problem,
            settings,
            seed=seed,
            n_classes=len(data.class_sizes),
            needs_probabilities=self.metric == "nll",
            standardize=self.standardize,
        )
        metric = metric_function(self.metric)
        # Extreme settings are part of the search: a fit that stops early is a value, not a warning.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            folds = cross_val_score(
                estimator, data.x, data.y, scoring=metric, cv=self.n_folds, n_jobs=1, error_score="raise"
            )
            held_out = metric(estimator.fit(data.x, data.y), data.x_test, data.y_test)
        return float(folds.mean()), held_out
