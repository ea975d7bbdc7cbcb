"""Tuning a scikit-learn model on one of many data sets: tasks to learn from, and others to report on."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import Field, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task
from tasks.hpo.cross_validation import CrossValidation
from tasks.hpo.data import DATASETS, DatasetName, Split, load_bundled
from tasks.hpo.generated import generated
from tasks.hpo.metrics import METRICS, OBJECTIVES, MetricName
from tasks.hpo.spaces import ModelName, Problem, hyperparameters

TRAINING_SEEDS = range(28)
"""Values of `dataset_seed` of the data sets that methods learn from, and are tuned on."""

HELD_OUT_SEEDS = range(100, 112)
"""Values of `dataset_seed` of the data sets that results are reported on, beside the real ones."""

_DEFAULT_METRICS: dict[Problem, MetricName] = {"classification": "acc", "regression": "mse"}
_MAX_ROWS = 500


class MetaHPO(Task):
    """Optimize a cross-validated metric of a model on a generated data set, for learning across data sets.

    All tasks of a model and a kind of problem have the same space. By convention the data sets 0 to 27 are
    those to learn from, and 100 to 111 and the real ones those to report on; none is in both.

    The rest is as in the task `hpo`, but features are standardized inside each fold, which makes settings
    comparable between data sets.

    Args:
        model: The model family; see `hpo`.
        dataset_seed: Which generated data set; see `tasks.hpo.generated`.
        dataset: One of the data sets that come with scikit-learn, in place of a generated one; at most 500
            of its rows.
        problem: What the target of a generated data set is.
        metric: See `hpo`; by default the accuracy, and the mean squared error in a regression.
        n_folds: Number of folds.
    """

    example: ClassVar[dict[str, Any]] = {"model": "svm", "dataset_seed": 0}

    model: ModelName
    dataset_seed: int | None = Field(None, ge=0)
    dataset: DatasetName | None = None
    problem: Problem = "classification"
    metric: MetricName | None = None
    n_folds: int = Field(3, ge=2, le=5)

    @model_validator(mode="after")
    def _check(self) -> MetaHPO:
        if (self.dataset is None) == (self.dataset_seed is None):
            given = "both" if self.dataset is not None else "neither"
            raise ConfigError(f"{given} of `dataset_seed` and `dataset` given; give exactly one of them.")
        if self.dataset is not None and "problem" in self.model_fields_set:
            raise ConfigError(
                f"`problem` belongs to `dataset_seed`; drop it, dataset '{self.dataset}' has its own."
            )
        if self._measured not in METRICS[self.kind_of_problem]:
            raise ConfigError(
                f"metric '{self._measured}' does not fit {self.kind_of_problem}; use "
                f"{' or '.join(repr(name) for name in METRICS[self.kind_of_problem])}."
            )
        return self

    @property
    def kind_of_problem(self) -> Problem:
        """Classification or regression."""
        return self.problem if self.dataset is None else DATASETS[self.dataset]

    @property
    def _measured(self) -> MetricName:
        return self.metric or _DEFAULT_METRICS[self.kind_of_problem]

    @property
    def name(self) -> str:
        """Model, data and metric."""
        source = f"{self.problem}{self.dataset_seed}" if self.dataset is None else self.dataset
        return f"{self.model}-{source}-{self._measured}"

    @property
    def outcomes(self) -> Outcomes:
        """The metric."""
        return outcomes_of(OBJECTIVES[self._measured])

    def parameters(self) -> list[dict[str, Any]]:
        """Return the model's hyperparameters."""
        return [one.definition() for one in hyperparameters(self.model, self.kind_of_problem)]

    def data(self) -> Split:
        """Return the rows, from memory if this process has made them before."""
        if self.dataset is not None:
            return _first_rows(load_bundled(self.dataset, split_seed=0))
        assert self.dataset_seed is not None
        return generated(self.problem, self.dataset_seed)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        trial = CrossValidation(self.model, self._measured, self.n_folds, standardize=True, model_seed=0)
        return trial.columns(self.data(), frame, rng)


def _first_rows(data: Split) -> Split:
    """Return a data set, whose rows are shuffled, with at most 500 of them; a fifth is held out."""
    n_test = min(len(data.y_test), _MAX_ROWS // 5)
    n = min(len(data.y), _MAX_ROWS - n_test)
    x, y = data.x[:n], np.asarray(data.y[:n])
    return Split(data.problem, x, y, data.x_test[:n_test], data.y_test[:n_test])
