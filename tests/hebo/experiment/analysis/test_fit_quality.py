"""Histories of runs, cut in two, and surrogates fitted to the first part."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from botorch.models.model import Model
from botorch.posteriors.gpytorch import GPyTorchPosterior
from gpytorch.distributions import MultivariateNormal
from torch import Generator, Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError, NumericalError
from hebo.experiment.analysis.fit_quality import (
    Cut,
    History,
    cut_histories,
    cut_history,
    fit_cells,
    histories,
    predict,
)
from hebo.random import make_generator
from hebo.surrogates.warped_gp import WarpedGP
from hebo.transforms.power import PowerTransform

Make = Callable[..., Any]


class _Fixed(Model):
    """The same mean and variance everywhere, `n_means` of them per point, noise of 1 on top."""

    num_outputs = 1

    def __init__(self, mean: float, variance: float, n_means: int = 1) -> None:
        super().__init__()
        self._mean, self._variance, self._n_means = mean, variance, n_means

    def posterior(self, X: Tensor, *_: Any, observation_noise: bool = False, **__: Any) -> GPyTorchPosterior:
        shape = (*[self._n_means] * (self._n_means > 1), *X.shape[:-1])
        variance = torch.full(shape, self._variance + observation_noise, dtype=X.dtype)
        mean = torch.full(shape, self._mean, dtype=X.dtype)
        return GPyTorchPosterior(MultivariateNormal(mean, torch.diag_embed(variance)))


class MeanOfAll(Surrogate):
    """Predicts the mean of what it was fitted to, with variance 3 and noise 1; refuses more than `most` values."""

    most: int = 1000
    n_means: int = 1
    refuses: str = ""

    def check(self, space: DesignSpace) -> None:
        if self.refuses in space.names:
            raise IncompatibleError(f"MeanOfAll cannot take '{self.refuses}'; leave it out.")

    def _fit(self, data: Data, space: DesignSpace, *, generator: Generator) -> Model:
        if len(data.y) > self.most:
            raise NumericalError(f"{len(data.y)} values are too many")
        return _Fixed(float(data.y.mean()), 3.0, self.n_means)


def line(n: int, *, shift: float = 0.0) -> History:
    """Return `n` values, larger is better, that fall along a line: costs 1, 2, ..., plus `shift`."""
    x = torch.linspace(0, 1, n, dtype=torch.float64).unsqueeze(-1)
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0, "ub": 1}])
    costs = torch.arange(1.0, n + 1, dtype=torch.float64).unsqueeze(-1) + shift
    return History("o@t#0", "t", space, x, -costs)


def test_a_history_is_in_the_order_told_without_failures(make_results: Make) -> None:
    results = make_results({("a", "t", 0): [5.0, None, 3.0, "pending", 4.0], ("b", "t", 0): [None]})
    results.trials.loc[results.trials["number"] == 4, "number"] = -1  # told before the first ask
    (found,) = histories(results)
    assert (found.run_id, found.task) == ("a/t/0", "t")
    assert found.y[:, 0].tolist() == [-4.0, -5.0, -3.0]
    space = found.space
    expected = [results.trials.loc[results.trials["number"] == one, "params"].iloc[0] for one in (-1, 0, 2)]
    decoded = space.decode(found.x).to_dict("records")
    assert [row["depth"] for row in decoded] == [row["depth"] for row in expected]
    assert [row["loss"] for row in decoded] == [row["loss"] for row in expected]


def test_histories_are_chosen_by_labels(make_results: Make) -> None:
    results = make_results({(name, task, 0): [1.0] for name in ("a", "b") for task in ("t", "u")})
    chosen = histories(results, optimizers=["b"], tasks=["u"])
    assert [one.run_id for one in chosen] == ["b/u/0"]
    assert len(histories(results)) == 4
    with pytest.raises(ConfigError, match=r"There is no optimizer 'c'. Known: a, b"):
        histories(results, optimizers=["c"])
    with pytest.raises(ConfigError, match="There is no task 'v'"):
        histories(results, tasks=["v"])


def test_models_see_the_first_values_under_the_transform_fitted_to_them() -> None:
    history = line(20)
    cut = cut_history(history, 8)
    assert isinstance(cut, Cut)
    transform = PowerTransform().fit(history.y[:8])
    torch.testing.assert_close(cut.problem.y, transform(history.y[:8])[0])
    torch.testing.assert_close(cut.y, transform(history.y[8:])[0][:, 0])
    assert float(cut.problem.y.mean()) == pytest.approx(0.0, abs=1e-9)
    torch.testing.assert_close(cut.problem.test_x, history.x[8:])
    ahead = cut_history(history, 8, ahead=6)
    assert isinstance(ahead, Cut)
    torch.testing.assert_close(ahead.problem.test_x, history.x[8:14])


def test_values_without_an_image_are_left_out_and_counted() -> None:
    """Positive costs are fitted by Box-Cox, which maps no cost below zero."""
    first = line(8)
    y = torch.cat([first.y, torch.tensor([[-3.0], [1.0], [2.0], [-5.0], [-4.0], [-6.0], [-1.0]])])
    history = History("o@t#0", "t", first.space, torch.linspace(0, 1, 15).double().unsqueeze(-1), y.double())
    cut = cut_history(history, 8)
    assert isinstance(cut, Cut)
    assert (len(cut.y), cut.n_outside) == (5, 2)
    torch.testing.assert_close(cut.problem.test_x, history.x[[8, 11, 12, 13, 14]])


def test_what_cannot_be_cut_is_left_out_with_a_reason() -> None:
    flat = line(20)
    flat.y[:10] = -1.0
    cuts, left_out = cut_histories([line(20), flat], [10, 16])
    assert [(cut.history.run_id, cut.n) for cut in cuts] == [("o@t#0", 10)]
    assert left_out == [
        "o@t#0 has 4 values to test on after the first 16, fewer than 5",
        "the first 10 values of o@t#0 are equal",
        "o@t#0 has 4 values to test on after the first 16, fewer than 5",
    ]
    with pytest.raises(DataError, match="Nothing to fit: o@t#0 has 0 values to test on after the first 100"):
        cut_histories([line(20)], [100])
    with pytest.raises(DataError, match="no run has a successful trial"):
        cut_histories([], [10])


def test_predictions_include_the_noise_of_the_model() -> None:
    cut = cut_history(line(20), 8)
    assert isinstance(cut, Cut)
    found = predict(WarpedGP(), cut.problem, generator=make_generator(0))
    data = Data(cut.problem.x, cut.problem.y)
    model: Any = WarpedGP().fit(data, cut.history.space, generator=make_generator(0))
    mean, variance = model.marginals(cut.problem.test_x)
    torch.testing.assert_close(found.mean, mean)
    torch.testing.assert_close(found.variance, variance + model.noise_variance)


def test_a_constant_prediction_is_measured_in_closed_form() -> None:
    """The mean of the transformed values is 0; predictions have variance 3 + 1."""
    cuts, _ = cut_histories([line(20)], [8])
    (row,) = fit_cells({"m": MeanOfAll()}, cuts)
    y = cuts[0].y
    assert {key: row[key] for key in ("model", "task", "split", "n", "n_test", "reason")} == {
        "model": "m",
        "task": "t",
        "split": "o@t#0",
        "n": 8,
        "n_test": 12,
        "reason": None,
    }
    assert row["nll"] == pytest.approx(0.5 * (float((y**2).mean()) / 4 + math.log(8 * math.pi)))
    assert row["rmse"] == pytest.approx(float(y.square().mean().sqrt()))
    assert row["coverage"] == pytest.approx(float((y.abs() <= 2 * 1.6448536).double().mean()))
    assert row["spearman"] == 0.0


def test_a_failed_fit_is_a_row_with_its_reason() -> None:
    cuts, _ = cut_histories([line(20)], [5, 10])
    small, large = fit_cells({"m": MeanOfAll(most=8)}, cuts)
    assert small["reason"] is None
    assert large["reason"] == "10 values are too many"
    assert math.isnan(large["nll"])
    assert small.keys() == large.keys()


def test_a_space_that_a_surrogate_refuses_is_an_error_before_any_fit() -> None:
    cuts, _ = cut_histories([line(20)], [5])
    rows = fit_cells({"good": MeanOfAll(), "bad": MeanOfAll(refuses="x")}, cuts)
    with pytest.raises(IncompatibleError, match="cannot take 'x'"):
        next(rows)


def test_a_mixture_that_is_not_summed_up_is_refused() -> None:
    cuts, _ = cut_histories([line(20)], [5])
    with pytest.raises(IncompatibleError, match="gives 60 means for 15 points"):
        list(fit_cells({"m": MeanOfAll(n_means=4)}, cuts))


def test_the_same_fit_gives_the_same_row() -> None:
    cuts, _ = cut_histories([line(20)], [8])
    first, second = ({**row, "cpu_ms": 0} for _ in range(2) for row in fit_cells({"m": WarpedGP()}, cuts))
    assert first == second
