"""Measures of predictions against closed forms, and paired tables of them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import torch

from hebo.experiment.analysis.fit_measures import CLIP, MEASURES, Prediction, differences, measure, summary


def cells(failed: tuple[str, int] | None = None) -> pd.DataFrame:
    """Return two models on two tasks with two splits each: `a` is worse by 0.5 throughout."""
    rows = [
        {"model": model, "task": task, "split": split, "n": 10, **dict.fromkeys(MEASURES, 0.0), "cpu_ms": 4.0}
        | {"nll": math.nan if failed == (task, split) and model == "a" else base + split + 10 * (task == "t")}
        for model, base in (("a", 1.5), ("b", 1.0))
        for task in ("s", "t")
        for split in (0, 1)
    ]
    return pd.DataFrame(rows)


def test_right_predictions_cover_nine_in_ten_and_cost_the_entropy() -> None:
    y = 3 * torch.randn(40_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = measure(Prediction(torch.zeros_like(y), torch.full_like(y, 9.0), 0.25), y)
    assert found["coverage"] == pytest.approx(0.9, abs=0.005)
    assert found["nll"] == pytest.approx(0.5 * math.log(2 * math.pi * math.e * 9), abs=0.01)
    assert found["rmse"] == pytest.approx(3.0, rel=0.01)
    assert found["spearman"] == 0.0
    assert found["cpu_ms"] == 250.0


def test_the_clipped_mean_limits_a_single_point() -> None:
    found = measure(Prediction(torch.zeros(2), torch.ones(2), 0.0), torch.tensor([0.0, 100.0]))
    plain = 0.5 * math.log(2 * math.pi)
    assert found["nll"] == pytest.approx(plain + 2500.0)
    assert found["nll_clipped"] == pytest.approx((plain + CLIP) / 2)


def test_the_rank_correlation_sees_the_order_only() -> None:
    y = torch.tensor([1.0, 2.0, 4.0, 30.0], dtype=torch.float64)
    variance = torch.ones_like(y)
    assert measure(Prediction(y.exp(), variance, 0.0), y)["spearman"] == pytest.approx(1.0)
    swapped = torch.tensor([1.0, 3.0, 2.0, 4.0], dtype=torch.float64)
    # 1 - 6 (1 + 1) / (4 (16 - 1))
    assert measure(Prediction(swapped, variance, 0.0), y)["spearman"] == pytest.approx(0.8)


def test_differences_are_paired_and_leave_failed_fits_out() -> None:
    table = differences(cells(failed=("s", 0)), "b", "nll")
    assert list(table["n"]) == [10, "all"]
    assert table["difference"].tolist() == pytest.approx([0.5, 0.5])
    assert table["lower"].tolist() == pytest.approx([0.5, 0.5])


def test_without_a_common_fit_there_are_no_differences() -> None:
    table = cells()
    table.loc[(table["model"] == "a") == (table["task"] == "s"), "nll"] = math.nan
    assert len(differences(table, "b", "nll")) == 0
    assert len(differences(table, "nobody", "nll")) == 0


def test_the_summary_counts_fits_and_failures() -> None:
    table = summary(cells(failed=("t", 1))).set_index("model")
    assert table.loc["b", ["nll", "nll_median", "cells", "failed"]].tolist() == [6.5, 6.5, 4, 0]
    assert table.loc["a", ["nll", "nll_median", "cells", "failed"]].tolist() == pytest.approx(
        [15.5 / 3, 2.5, 3, 1]
    )
