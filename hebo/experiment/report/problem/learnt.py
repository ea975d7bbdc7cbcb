"""Learnt model of a report: HEBO's, fitted to the stored trials of a run, and what it says of the problem.

It is made of the stored numbers alone: nothing is built, imported or started that a store names.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from hebo.design_space.competing import context_names
from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError, HeboError
from hebo.experiment.report.problem.trials import FAILED, INFEASIBLE, OK, PENDING
from hebo.experiment.store.frames import frame_of, values_of
from hebo.experiment.store.run_log import Trial
from hebo.explain.dependence import partial_dependence
from hebo.explain.scope import Scope
from hebo.random import make_generator

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results
    from hebo.explain.diagnosis import ModelDiagnosis
    from hebo.optimizer.optimizer import Optimizer
    from hebo.outcomes import Outcomes

MAX_TOLD = 300
"""Most trials that the model is fitted to: that takes a few seconds."""

MIN_TOLD = 5
"""Fewer trials are not worth a model; its own verdict says how much it is worth with a few more."""

N_POINTS = 5
"""Points of a predicted front that are shown, or as many as are far enough apart."""

_GRID, _PAIR_GRID = 31, 13
_MAX_PANELS, _MAX_PARAMETERS, _N_STRONGEST, _N_PAIRS = 12, 6, 4, 2

T = TypeVar("T")


@dataclass(frozen=True)
class Learnt:
    """What the model says.

    Attributes:
        n_told: Trials that it is fitted to.
        n_left_out: Successful and infeasible trials beyond that.
        points: The point that it would choose, one row; of several objectives a few of the predicted front.
        predictions: What it predicts there, see `Optimizer.predict`.
        importances: Measured quantity -> effects of the parameters.
        pairs: Effects of pairs on the first objective.
        curves: Parameter -> dependence of all quantities on it.
        surfaces: Two parameters -> dependence on both.
        diagnosis: How far to trust it.
        problems: What could not be computed, and why, a sentence each.
        ignores_rules: Whether the space has rules that only its own program knows.
    """

    n_told: int
    n_left_out: int = 0
    points: pd.DataFrame | None = None
    predictions: pd.DataFrame | None = None
    importances: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    pairs: pd.DataFrame | None = None
    curves: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    surfaces: Mapping[tuple[str, str], pd.DataFrame] = field(default_factory=dict)
    diagnosis: ModelDiagnosis | None = None
    problems: tuple[str, ...] = ()
    ignores_rules: bool = False


def learn(results: Results, task: str, trials: pd.DataFrame) -> Learnt | str:
    """Return what the model of a run says, or a sentence on why there is none.

    Args:
        results: The experiment.
        task: Label of the task.
        trials: `run_trials` of the run.
    """
    n = int(trials["kind"].isin([OK, INFEASIBLE]).sum())
    if n < MIN_TOLD:
        return f"The page shows what a model has learnt from {MIN_TOLD} measured trials on; there are {n}."
    chosen = _chosen(trials, results.outcomes_of(task))
    try:
        optimizer = _told(results, task, chosen)
        optimizer.outcome_models()
    except HeboError as error:
        return sentence(f"There is no model of this problem: {error}")
    except Exception as error:  # a report is never lost for a model that cannot be fitted
        return f"The model could not be fitted ({type(error).__name__}: {error})."
    n_told = int(chosen["kind"].isin([OK, INFEASIBLE]).sum())
    return _Asked(optimizer, results.outcomes_of(task)).learnt(
        n_told, n - n_told, ignores_rules=_has_functions(results, task)
    )


def _chosen(trials: pd.DataFrame, outcomes: Outcomes) -> pd.DataFrame:
    """Return the trials to tell: all, or of too many the best ones and an even choice of the others."""
    ended = trials[trials["kind"] != PENDING]
    if len(ended) <= MAX_TOLD:
        return ended
    name = outcomes.objectives[0].name
    kinds = ended["kind"]
    rows = zip(kinds, ended["minimized"], strict=True)
    values = np.array([one[name] if kind == OK else np.inf for kind, one in rows], dtype=float)
    order = np.argsort(values, kind="stable")
    best, others = order[: MAX_TOLD // 3], np.sort(order[MAX_TOLD // 3 :])
    n_others = MAX_TOLD - len(best)
    evenly = others[np.linspace(0, len(others) - 1, n_others).round().astype(int)]
    return ended.iloc[np.sort(np.concatenate([best, evenly]))]


def _told(results: Results, task: str, trials: pd.DataFrame) -> Optimizer:
    from hebo.presets import HEBORecipe

    outcomes = results.outcomes_of(task)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optimizer: Optimizer = HEBORecipe().build(model_space(results, task), seed=0)
    optimizer.set_outcomes(outcomes)
    told = [
        Trial(int(row["number"]), 0, row["params"], values=None if row["kind"] == FAILED else row["values"])
        for row in trials.to_dict("records")
    ]
    limits = values_of(told, outcomes.constraint_names) if outcomes.constraints else None
    optimizer.tell(frame_of(told), values_of(told, outcomes.objective_names), constraints=limits)
    return optimizer


def model_space(results: Results, task: str) -> DesignSpace:
    """Return the space of a task with its linear constraints; functions are not looked up."""
    stored = results.spaces[task]
    constraints = stored.get("constraints", [])
    linear = [one for one in constraints if isinstance(one, Mapping) and one.get("type") == "linear"]
    return DesignSpace.from_json({"parameters": stored["parameters"], "constraints": linear})


def _has_functions(results: Results, task: str) -> bool:
    constraints = results.spaces[task].get("constraints", [])
    return any(isinstance(one, Mapping) and one.get("type") != "linear" for one in constraints)


class _Asked:
    """Asks an optimizer for all that a page shows; what fails is noted, and the rest goes on."""

    def __init__(self, optimizer: Optimizer, outcomes: Outcomes) -> None:
        self.optimizer, self.outcomes = optimizer, outcomes
        self.problems: list[str] = []

    def learnt(self, n_told: int, n_left_out: int, *, ignores_rules: bool) -> Learnt:
        points = self._attempt("The predicted optimum", self._points)
        importances = self._attempt("Importance", self._importances) or {}
        strongest = _strongest([importances[name] for name in self.outcomes.objective_names if importances])
        pairs = self._attempt("Interactions", self._pairs)
        return Learnt(
            n_told=n_told,
            n_left_out=n_left_out,
            points=points,
            predictions=None
            if points is None
            else self._attempt("The prediction", lambda: self.optimizer.predict(points)),
            importances=importances,
            pairs=pairs,
            curves=self._attempt("Dependence", lambda: self._curves(strongest, points)) or {},
            surfaces=self._attempt("Dependence on pairs", lambda: self._surfaces(pairs, points)) or {},
            diagnosis=self._attempt("The diagnosis", self.optimizer.diagnose),
            problems=tuple(self.problems),
            ignores_rules=ignores_rules,
        )

    def _attempt(self, what: str, compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except Exception as error:  # one section less is better than no page
            self.problems.append(sentence(f"{what} could not be computed: {error}"))
            return None

    def _points(self) -> pd.DataFrame:
        if len(self.outcomes.objectives) == 1:
            return self.optimizer.recommend()
        for n in range(N_POINTS, 2, -1):
            try:
                return self.optimizer.recommend(n=n)
            except DataError:  # there are not so many points that are far enough apart
                continue
        return self.optimizer.recommend(n=2)

    def _importances(self) -> dict[str, pd.DataFrame]:
        return {name: self.optimizer.importance(name) for name in self.outcomes.names}

    def _pairs(self) -> pd.DataFrame:
        return self.optimizer.interactions(n_strongest=_N_STRONGEST)

    def _curves(self, strongest: list[str], points: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
        n = max(2, min(_MAX_PARAMETERS, _MAX_PANELS // len(self.outcomes.names)))
        return {name: self._dependence([name], points, _GRID) for name in self._alone(strongest)[:n]}

    def _surfaces(
        self, pairs: pd.DataFrame | None, points: pd.DataFrame | None
    ) -> dict[tuple[str, str], pd.DataFrame]:
        found = [] if pairs is None else [tuple(one) for one in pairs.index]
        chosen = [(a, b) for a, b in found if len(self._alone([a, b])) == 2][:_N_PAIRS]
        return {(a, b): self._dependence([a, b], points, _PAIR_GRID) for a, b in chosen}

    def _dependence(self, names: list[str], points: pd.DataFrame | None, n: int) -> pd.DataFrame:
        """Return the slice through the first point; without one, the average over the other parameters.

        It is that of `Optimizer.partial_dependence`, which would search for the point again each time.
        """
        space, first = self.optimizer.space, None if points is None else points.head(1)
        contexts = {} if first is None else {name: first[name].iloc[0] for name in context_names(space)}
        return partial_dependence(
            self.optimizer.outcome_models(),
            self.outcomes,
            Scope(space, {**space.targets, **contexts}),
            names,
            point=None if first is None else space.encode(first),
            n=n,
            generator=make_generator(self.optimizer.seed, "report", n),
        )

    def _alone(self, names: list[str]) -> list[str]:
        """Return the parameters of one column, which have an axis."""
        return [name for name in names if self.optimizer.space.parameters[name].n_columns == 1]


def _strongest(effects: list[pd.DataFrame]) -> list[str]:
    """Return the parameters by their largest total effect on any objective."""
    if not effects:
        return []
    totals = pd.concat([one["total"] for one in effects], axis=1).max(axis=1)
    return [str(name) for name in totals.sort_values(ascending=False, kind="stable").index]


def sentence(text: str) -> str:
    """Return a text that ends with one full stop."""
    return f"{text.rstrip('. ')}."
