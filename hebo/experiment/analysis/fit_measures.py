"""Calibration and accuracy of predictions: coverage, NLL, RMSE, rank correlation, and paired tables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from torch import Tensor

from hebo.experiment.analysis.paired import interval_of_means

_HALF_WIDTH = float(stats.norm.ppf(0.95))
"""Half the width of a normal 90 % interval, in standard deviations."""

CLIP = 10.0
"""Nats at which the loss of one point is cut off in the clipped mean."""

MEASURES = ("coverage", "nll", "nll_clipped", "rmse", "spearman")
_SUMMARY = ["coverage", "nll", "nll_median", "nll_clipped", "rmse", "spearman", "cpu_ms"]


@dataclass(frozen=True)
class Prediction:
    """Means and variances of new observations, noise included, and the CPU seconds of the fit."""

    mean: Tensor
    variance: Tensor
    cpu_seconds: float

    def at(self, chosen: Tensor) -> Prediction:
        """Return the prediction at some of the points."""
        return Prediction(self.mean[chosen], self.variance[chosen], self.cpu_seconds)


def measure(prediction: Prediction, y: Tensor) -> dict[str, float]:
    """Compare a prediction, taken as normal, with the `n` values that came out.

    Returns:
        `coverage` of the 90 % interval; `nll`: mean negative log predictive density in nats; `nll_clipped`:
        the same with each point at most `CLIP`; `rmse`; `spearman`: rank correlation (0 for a constant
        prediction); `cpu_ms` of the fit.
    """
    error = y - prediction.mean
    z = error / prediction.variance.sqrt()
    nll = 0.5 * (z.square() + prediction.variance.log() + math.log(2 * math.pi))
    is_flat = bool((prediction.mean == prediction.mean[0]).all()) or bool((y == y[0]).all())
    spearman = 0.0 if is_flat else float(stats.spearmanr(prediction.mean.numpy(), y.numpy()).statistic)
    return {
        "coverage": float((z.abs() <= _HALF_WIDTH).double().mean()),
        "nll": float(nll.mean()),
        "nll_clipped": float(nll.clamp_max(CLIP).mean()),
        "rmse": float(error.square().mean().sqrt()),
        "spearman": spearman,
        "cpu_ms": 1e3 * prediction.cpu_seconds,
    }


def summary(cells: pd.DataFrame) -> pd.DataFrame:
    """Return means over tasks and splits by model and `n`; `nll_median` is over cells, `cpu_ms` a median.

    Args:
        cells: One row per `model`, `task`, `split` and `n`, with the measures or, where the fit failed, NaN.
    """
    groups = cells.groupby(["model", "n"], sort=False)
    table = groups[list(MEASURES)].mean()
    table["nll_median"] = groups["nll"].median()
    table["cpu_ms"] = groups["cpu_ms"].median()
    table = table[_SUMMARY]
    table["cells"] = groups["nll"].count()
    table["failed"] = groups.size() - table["cells"]
    return table.reset_index()


def differences(cells: pd.DataFrame, to: str, measure_name: str) -> pd.DataFrame:
    """Return the mean difference of every model to the model `to`, with a paired 95 % bootstrap interval.

    Tasks are resampled, and within each its splits. `n` of "all" averages over the sizes of a split. Cells
    where either fit failed are left out.
    """
    wide = cells.pivot_table(index=["task", "split", "n"], columns="model", values=measure_name, sort=False)
    rows = []
    for model in [one for one in cells["model"].unique() if one != to]:
        if model not in wide or to not in wide:
            continue
        by_n = (wide[model] - wide[to]).unstack("n").dropna(how="all")
        by_n["all"] = by_n.mean(axis=1)
        for n, values in by_n.items():
            row = {"model": model, "to": to, "measure": measure_name, "n": n}
            rows += [{**row, **_interval(values.dropna())}] if values.notna().any() else []
    return pd.DataFrame(rows, columns=["model", "to", "measure", "n", "difference", "lower", "upper"])


def _interval(values: pd.Series[float]) -> dict[str, Any]:
    groups = [np.asarray(one, dtype=float).reshape(-1, 1) for _, one in values.groupby(level="task")]
    mean, lower, upper = interval_of_means(groups)
    return {"difference": float(mean[0]), "lower": float(lower[0]), "upper": float(upper[0])}
