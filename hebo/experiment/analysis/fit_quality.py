"""Surrogate evaluation: models are fitted to the first points of a run, tested on those that follow.

What follows, in the order told, is what the model of an optimizer is asked about. A random share of a run
would not do: an optimizer gathers its points, and each held-out one has near copies among the others. Of
a run of random search or Sobol points the following ones are a random share, and the fairest comparison.
Points that an optimizer chose are those where its own model was too hopeful, which flatters other models.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Generator, Tensor

from hebo.base import Surrogate
from hebo.data import Data
from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, IncompatibleError, NumericalError, did_you_mean
from hebo.experiment.analysis.fit_measures import MEASURES, Prediction, measure
from hebo.experiment.store import tables
from hebo.experiment.store.frames import frame_of
from hebo.experiment.store.run_log import Trial
from hebo.random import make_generator
from hebo.transforms.power import PowerTransform

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

MIN_FOLLOWING = 5
"""With fewer points to be tested on, a rank correlation is mostly chance."""


@dataclass(frozen=True)
class Problem:
    """What one model sees: training points and values (larger is better), and test points."""

    space: DesignSpace
    x: Tensor
    y: Tensor
    test_x: Tensor
    seed: int


def predict(surrogate: Surrogate, problem: Problem, *, generator: Generator) -> Prediction:
    """Fit a surrogate and predict new observations at the test points.

    Raises:
        NumericalError: If the fit fails, or a prediction is no finite mean with a positive variance.
        IncompatibleError: If the model does not answer with one mean per point.
    """
    began = time.process_time()
    model = surrogate.fit(Data(problem.x, problem.y), problem.space, generator=generator)
    seconds = time.process_time() - began
    with torch.no_grad():
        posterior: Any = model.posterior(problem.test_x.unsqueeze(-2), observation_noise=True)
        mean, variance = posterior.mean.flatten(), posterior.variance.flatten()
    if len(mean) != len(problem.test_x):
        raise IncompatibleError(
            f"{type(surrogate).__name__} gives {len(mean)} means for {len(problem.test_x)} points; "
            "a mixture has to be summed up in one mean and variance per point"
        )
    return checked(Prediction(mean, variance, seconds))


def checked(prediction: Prediction) -> Prediction:
    """Return a prediction that can be measured.

    Raises:
        NumericalError: If a mean is not finite, or a variance not finite and positive.
    """
    mean, variance = prediction.mean, prediction.variance
    usable = torch.isfinite(mean) & torch.isfinite(variance) & (variance > 0)
    if not bool(usable.all()):
        raise NumericalError(f"{int((~usable).sum())} of {len(usable)} predictions are not usable")
    return prediction


@dataclass(frozen=True)
class History:
    """The successful observations of one run in the order told.

    Attributes:
        run_id: The run.
        task: Label of its task.
        space: Where it searched, without constraints, which do not matter to a model.
        x: `n x d` encoded points.
        y: `n x 1` values of the leading objective, larger is better.
    """

    run_id: str
    task: str
    space: DesignSpace
    x: Tensor
    y: Tensor


def histories(
    results: Results, *, optimizers: Collection[str] = (), tasks: Collection[str] = ()
) -> list[History]:
    """Return the histories of the runs of an experiment that have one.

    Args:
        results: The experiment; runs need not be finished.
        optimizers: Labels whose runs to take; none for all.
        tasks: The same of tasks.

    Raises:
        ConfigError: If there is no such label.
    """
    runs = results.runs
    for column, wanted in (("optimizer", optimizers), ("task", tasks)):
        known = list(dict.fromkeys(results.runs[column]))
        for label in wanted:
            if label not in known:
                raise ConfigError(f"There is no {column} '{label}'.{did_you_mean(label, known)}")
        runs = runs[runs[column].isin(list(wanted or known))]
    trials = dict(list(results.trials[results.trials["status"] == tables.OK].groupby("run_id", sort=False)))
    found = [
        _history(results, str(run_id), str(task), trials[run_id])
        for run_id, task in zip(runs["run_id"], runs["task"], strict=True)
        if run_id in trials
    ]
    return [one for one in found if len(one.y)]


def _history(results: Results, run_id: str, task: str, trials: Any) -> History:
    space = results.space_of(task)
    leading = results.outcomes_of(task).objectives[0]
    rows = trials.sort_values("number", kind="stable")
    values = torch.tensor([_number(one.get(leading.name)) for one in rows["values"]], dtype=torch.float64)
    cost = leading.minimized(values)
    x = space.encode(frame_of([Trial(0, 0, params) for params in rows["params"]]))
    kept = torch.isfinite(cost)
    return History(run_id, task, space, x[kept], -cost[kept].unsqueeze(-1))


def _number(value: float | None) -> float:
    return torch.nan if value is None else float(value)


@dataclass(frozen=True)
class Cut:
    """A history cut in two, on the scale on which models are fitted.

    Attributes:
        history: The run.
        n: How many points are fitted to.
        problem: What the models see.
        y: Values at the test points, on the same scale.
        n_outside: How many following values the output transform, fitted to the first ones, has no image of:
            costs below 0 after positive ones. They are not tested on.
    """

    history: History
    n: int
    problem: Problem
    y: Tensor
    n_outside: int


def cut_history(history: History, n: int, *, ahead: int | None = None) -> Cut | str:
    """Cut a history after its first `n` points, under the output transform of HEBO's default.

    Args:
        history: The run.
        n: How many points to fit to, at least 2.
        ahead: How many of the following points to test on; None for all.

    Returns:
        The cut, or why there is none.
    """
    x, y = history.x[:n], history.y[:n]
    test = slice(n, None if ahead is None else n + ahead)
    if bool((y == y[0]).all()):
        return f"the first {n} values of {history.run_id} are equal"
    transform = PowerTransform().fit(y)
    test_y = transform(history.y[test])[0][:, 0] if len(history.y[test]) else y[:0, 0]
    usable = torch.isfinite(test_y)
    n_test = int(usable.sum())
    if n_test < MIN_FOLLOWING:
        return (
            f"{history.run_id} has {n_test} values to test on after the first {n}, fewer than {MIN_FOLLOWING}"
        )
    problem = Problem(history.space, x, transform(y)[0], history.x[test][usable], seed=n)
    return Cut(history, n, problem, test_y[usable], len(usable) - n_test)


def cut_histories(
    found: Sequence[History], sizes: Sequence[int], *, ahead: int | None = None
) -> tuple[list[Cut], list[str]]:
    """Cut all histories at all sizes; see `cut_history`.

    Returns:
        The cuts, and why others are left out.

    Raises:
        DataError: If there are none.
    """
    all_of = [cut_history(history, n, ahead=ahead) for history in found for n in sizes]
    left_out = [one for one in all_of if isinstance(one, str)]
    usable = [one for one in all_of if isinstance(one, Cut)]
    if not usable:
        reason = left_out[0] if left_out else "no run has a successful trial"
        raise DataError(f"Nothing to fit: {reason}.")
    return usable, left_out


def fit_cells(surrogates: Mapping[str, Surrogate], cuts: Sequence[Cut]) -> Iterator[dict[str, Any]]:
    """Fit every surrogate to every cut and yield how well it predicts.

    Yields:
        `model`, `task`, `split` (the run), `n`, `n_test`, what `measure` returns (NaN where the fit failed),
        and `reason`: why it failed, or None.

    Raises:
        IncompatibleError: If a surrogate cannot be fitted on a space.
    """
    for cut in cuts:
        for surrogate in surrogates.values():
            surrogate.check(cut.history.space)
    for cut in cuts:
        for name, surrogate in surrogates.items():
            yield {
                "model": name,
                "task": cut.history.task,
                "split": cut.history.run_id,
                "n": cut.n,
                "n_test": len(cut.y),
                **_measured(surrogate, cut),
            }


def _measured(surrogate: Surrogate, cut: Cut) -> dict[str, Any]:
    generator = make_generator("fit quality", cut.history.run_id, cut.n)
    try:
        prediction = predict(surrogate, cut.problem, generator=generator)
    except NumericalError as error:
        return {**dict.fromkeys((*MEASURES, "cpu_ms"), math.nan), "reason": str(error)}
    return {**measure(prediction, cut.y), "reason": None}
