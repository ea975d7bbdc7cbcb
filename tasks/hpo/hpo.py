"""Tuning a scikit-learn model on real data: a cross-validated metric as a function of hyperparameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from numpy.random import Generator
from pydantic import Field, field_validator, model_validator

from hebo.errors import ConfigError
from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task
from tasks.hpo.cross_validation import CrossValidation
from tasks.hpo.data import DATASETS, DatasetName, Split, load_bundled, load_csv
from tasks.hpo.metrics import METRICS, OBJECTIVES, MetricName
from tasks.hpo.spaces import BAYESMARK_NAMES, ModelName, Problem, hyperparameters


class HPO(Task):
    """Optimize a cross-validated metric of a model, as Bayesmark does.

    A fifth of the rows is held out; the objective is the mean of the metric over the folds of the others
    (stratified for classification, in the order of the shuffled rows), and the column `generalization` is
    the metric on the held-out rows after a fit to all others. An estimator that raises or returns something
    that is not finite is a failed evaluation, with the reason in the column `error`.

    Args:
        model: The model family; all are Bayesmark's but `gbm` (gradient boosting) and `svm_wide`, a support
            vector machine with wider ranges.
        dataset: One of the data sets that come with scikit-learn, or none if `csv` is given.
        metric: Classification has `acc`, the objective `accuracy`, maximized, and `nll`, the `log_loss`.
            Regression has `mae`, the `mean_absolute_error`, and `mse`, the `mean_squared_error`.
        csv: A CSV file with a header, in place of `dataset`.
        target: The column of the CSV file to predict.
        problem: What the target of the CSV file is; guessed from its values if not given.
        standardize: Bring features to zero mean and unit variance inside each fold. Bayesmark does not.
        n_folds: Number of folds.
        split_seed: Fixes which rows are held out.
        model_seed: `random_state` of the model in each evaluation; None draws a new one from the trial's
            seed, which makes the objective noisy, as it is in Bayesmark.
    """

    example: ClassVar[dict[str, Any]] = {"model": "svm", "dataset": "digits", "metric": "acc"}

    model: ModelName
    dataset: DatasetName | None = None
    metric: MetricName
    csv: str | None = None
    target: str | None = None
    problem: Problem | None = None
    standardize: bool = False
    n_folds: int = Field(5, ge=2)
    split_seed: int = Field(0, ge=0, lt=2**32)
    model_seed: int | None = Field(0, ge=0, lt=2**32)

    @field_validator("dataset", mode="before")
    @classmethod
    def _explain_boston(cls, value: object) -> object:
        if value == "boston":
            raise ConfigError(
                "dataset 'boston' was withdrawn from scikit-learn in version 1.2; use 'diabetes', or give "
                "the table as `csv` with `target`."
            )
        return value

    @model_validator(mode="after")
    def _check_source(self) -> HPO:
        if (self.dataset is None) == (self.csv is None):
            given = "both" if self.csv is not None else "neither"
            raise ConfigError(f"{given} of `dataset` and `csv` given; give exactly one of them.")
        if self.csv is not None and self.target is None:
            raise ConfigError("`csv` without `target`; name the column to predict.")
        if self.dataset is not None:
            for key in ("target", "problem"):
                if getattr(self, key) is not None:
                    raise ConfigError(
                        f"`{key}` belongs to `csv`; drop it, dataset '{self.dataset}' has its own."
                    )
            self._check_metric(DATASETS[self.dataset])
        return self

    @property
    def name(self) -> str:
        """Model, data and metric."""
        source = self.dataset if self.csv is None else Path(self.csv).stem
        return f"{self.model}-{source}-{self.metric}"

    @property
    def outcomes(self) -> Outcomes:
        """The metric."""
        return outcomes_of(OBJECTIVES[self.metric])

    @property
    def is_noisy(self) -> bool:
        """Whether each evaluation draws the model's random state anew."""
        return self.model_seed is None

    def parameters(self) -> list[dict[str, Any]]:
        """Return the model's hyperparameters."""
        return [one.definition() for one in hyperparameters(self.model, self.kind_of_problem())]

    def kind_of_problem(self) -> Problem:
        """Return whether this is classification or regression; a CSV file is read to find out."""
        return self.data().problem if self.dataset is None else DATASETS[self.dataset]

    def data(self) -> Split:
        """Return the rows, from memory if this process has read them before.

        Raises:
            DataError: If the CSV file or its target cannot be used.
            ConfigError: If the metric or the number of folds does not fit the CSV file's target.
        """
        if self.dataset is not None:
            data = load_bundled(self.dataset, split_seed=self.split_seed)
        else:
            data = load_csv(
                Path(str(self.csv)), str(self.target), problem=self.problem, split_seed=self.split_seed
            )
            self._check_metric(data.problem)
        self._check_folds(data)
        return data

    def require(self) -> None:
        """Check that the rows can be read, and that metric and folds fit them; see `data`."""
        self.data()

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        trial = CrossValidation(
            self.model, self.metric, self.n_folds, standardize=self.standardize, model_seed=self.model_seed
        )
        return trial.columns(self.data(), frame, rng)

    def _check_metric(self, problem: Problem) -> None:
        if self.metric not in METRICS[problem]:
            raise ConfigError(
                f"metric '{self.metric}' does not fit {problem} on '{self.dataset or self.csv}'; use "
                f"{' or '.join(repr(name) for name in METRICS[problem])}."
            )

    def _check_folds(self, data: Split) -> None:
        is_regression = data.problem == "regression"
        smallest = len(data.y) if is_regression else int(data.class_sizes.min())
        if smallest < self.n_folds:
            rows = "training rows" if is_regression else "training rows of the rarest class"
            raise ConfigError(
                f"n_folds={self.n_folds} is more than the {smallest} {rows} of '{self.dataset or self.csv}'; "
                "lower n_folds or find more rows."
            )


def bayesmark_grid() -> list[HPO]:
    """Return Bayesmark's tasks: each model on each data set with both metrics of its kind."""
    return [
        HPO(model=model, dataset=dataset, metric=metric)
        for model in BAYESMARK_NAMES
        for dataset, problem in DATASETS.items()
        for metric in METRICS[problem]
    ]
