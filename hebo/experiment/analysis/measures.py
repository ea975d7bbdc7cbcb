"""Measures: by what number the runs of each task are compared, and what is known of its least value.

The numbers are those of `hebo.experiment.store.leading`, smaller is better: the best value, its mean over
contexts (the mean regret where the least value of each context is known), or minus the hypervolume.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from hebo.errors import DataError
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.store.entries import Facts
from hebo.experiment.store.leading import Leading, Seen, context_of, optimum_in
from hebo.outcomes import Objective, Outcomes
from hebo.pareto import infer_reference

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results

NOISELESS = "noiseless"
"""An extra column of noisy tasks that is scored in place of the objective where it is there."""


@dataclass(frozen=True)
class Measure:
    """How the runs of one task are compared.

    Attributes:
        task: Its label.
        leading: The quantity.
        contexts: Names of its context parameters.
        is_stated: Whether the task itself states the reference point of the hypervolume.
        has_costs: Whether its evaluations have costs.
        optimum: Least value of the quantity, NaN where unknown.
        best_known: The same, or the least that anyone has found.
        objectives: Goals and units of the objectives.
    """

    task: str
    leading: Leading
    contexts: tuple[str, ...] = ()
    is_stated: bool = False
    has_costs: bool = False
    optimum: float = np.nan
    best_known: float = np.nan
    objectives: tuple[Objective, ...] = ()

    @property
    def is_hypervolume(self) -> bool:
        """Whether the quantity is minus a hypervolume."""
        return self.leading.is_hypervolume

    @property
    def is_regret(self) -> bool:
        """Whether the least value of each context has been subtracted."""
        return bool(self.leading.optima)

    @property
    def title(self) -> str:
        """What is shown of a run, for axes and tables."""
        over = ", mean over contexts" if self.contexts else ""
        if self.is_hypervolume:
            return f"hypervolume{over}"
        if self.is_regret:
            return f"simple regret{over}"
        first = self.objectives[0]
        distance = "" if first.target is None else f"distance from {first.target:g} of "
        return f"best {distance}{first.title}{over}"

    @property
    def corner(self) -> str:
        """Where the hypervolume is measured, and who says so, as a text; "" for other quantities."""
        if not self.is_hypervolume:
            return ""
        if not self.leading.reference:
            return "without a reference point, as no trial has succeeded and the task states none"
        corner = zip(self.objectives, self.leading.reference, strict=True)
        texts = ", ".join(f"{one.measured(value):.4g}" for one, value in corner)
        origin = "stated by the task" if self.is_stated else "inferred from all runs"
        return f"at the reference point ({texts}), {origin}"

    def shown(self, values: Floats) -> Floats:
        """Return numbers of the quantity as they are shown: hypervolumes positive, values as measured."""
        if self.is_hypervolume:
            return 0.0 - values
        return values if self.is_regret else np.asarray(self.objectives[0].measured(values))

    @property
    def is_higher_better(self) -> bool:
        """Whether larger numbers are better as they are shown."""
        return self.is_hypervolume or (not self.is_regret and self.objectives[0].goal == "maximize")

    def seen(self, trials: pd.DataFrame) -> list[Seen]:
        """Return the trials of a run, in their order, as the quantity takes them."""
        rows = zip(trials["minimized"], trials["is_ok"], trials["context"], self._scored(trials), strict=True)
        return [Seen(values if is_ok else None, context, scored) for values, is_ok, context, scored in rows]

    def _scored(self, trials: pd.DataFrame) -> list[dict[str, Any] | None]:
        """Return what is minimized of the values without noise, where the trials report them."""
        first, *rest = self.leading.objectives
        names = {first: NOISELESS, **{name: f"{name}_{NOISELESS}" for name in rest}}
        rows = [{key: (one or {}).get(name) for key, name in names.items()} for one in trials["extras"]]
        if all(one[first] is None for one in rows):
            return [None] * len(rows)
        return [Outcomes(objectives=self.objectives).minimized(one) for one in rows]


def measures(results: Results, table: pd.DataFrame) -> dict[str, Measure]:
    """Return task -> measure.

    Args:
        results: The experiment.
        table: Its ended trials with `task`, `is_ok`, `context`, `values` and `extras`, of all runs: a
            reference point that no task states is inferred from all of them together.
    """
    known = results.runs.groupby("task", sort=False)[["optimum", "best_known"]].first()
    return {
        str(task): _measure(results, str(task), table[table["task"] == task], known.loc[task])
        for task in known.index
    }


def context_names(results: Results, task: str) -> tuple[str, ...]:
    """Return the context parameters of a task."""
    parameters = results.spaces[task]["parameters"]
    if not any(isinstance(one, Mapping) and one.get("role") == "context" for one in parameters):
        return ()
    roles = results.space_of(task).roles
    return tuple(name for name, role in roles.items() if role == "context")


def contexts_of(params: Iterable[Any], names: tuple[str, ...]) -> list[str]:
    """Return the contexts of points as texts, "" without context parameters."""
    return [context_of(one if isinstance(one, dict) else {}, names) for one in params]


def _measure(results: Results, task: str, trials: pd.DataFrame, known: pd.Series[float]) -> Measure:
    objectives, facts = results.objectives[task], results.facts.get(task, Facts())
    stated = results.outcomes_of(task).objectives
    contexts = context_names(results, task)
    optima = _optima(trials, stated[0]) if contexts else {}
    least = {key: float(known[key]) for key in ("optimum", "best_known")}
    if len(objectives) > 1:
        corner = _minimized(facts.reference_point, stated) or _inferred(trials, objectives)
        least = _of_front(facts, contexts)
    elif contexts:
        corner, least = (), dict.fromkeys(("optimum", "best_known"), 0.0 if optima else np.nan)
    else:
        corner = ()
    is_stated = len(objectives) > 1 and facts.reference_point is not None
    leading = Leading(objectives, corner, optima if len(objectives) == 1 else {})
    return Measure(task, leading, contexts, is_stated, facts.has_costs, objectives=stated, **least)


def _minimized(corner: tuple[float, ...] | None, objectives: tuple[Objective, ...]) -> tuple[float, ...]:
    """Return what is minimized at a stated reference point; nothing where none is stated."""
    return tuple(one.minimized(value) for one, value in zip(objectives, corner or (), strict=False))


def _of_front(facts: Facts, contexts: tuple[str, ...]) -> dict[str, float]:
    """Return the least values of minus the hypervolume, known at a stated reference only."""
    volume = facts.front_hypervolume if facts.reference_point is not None and not contexts else None
    return dict.fromkeys(("optimum", "best_known"), np.nan if volume is None else -volume)


def _inferred(trials: pd.DataFrame, objectives: tuple[str, ...]) -> tuple[float, ...]:
    """Return a reference point from all trials of a task; an empty one where none has succeeded."""
    rows = [[values[name] for name in objectives] for values in trials.loc[trials["is_ok"], "minimized"]]
    try:
        return tuple(infer_reference(np.array(rows, dtype=float).reshape(-1, len(objectives))).tolist())
    except DataError:  # no trial has succeeded: every hypervolume is 0, wherever the corner is
        return ()


def _optima(trials: pd.DataFrame, objective: Objective) -> dict[str, float]:
    """Return context -> least value, from what trials report; nothing unless all contexts have one."""
    found: dict[str, float] = {}
    for context, extras in zip(trials["context"], trials["extras"], strict=True):
        value = optimum_in(extras, objective)
        if value is not None:
            found[context] = value
    return found if set(found) == set(trials["context"]) else {}
