"""Template context of what was found: the best point, the best of each context, or the front."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from hebo.experiment.report.front_context import MAX_ROWS
from hebo.experiment.report.front_figure import front_figure
from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.tables import table_cell
from hebo.experiment.report.problem.texts import (
    cell,
    goal_text,
    limit_text,
    quantities,
    values_text,
    with_unit,
)
from hebo.experiment.report.problem.trials import OK
from hebo.experiment.report.svg import page_svg
from hebo.outcomes import Outcomes

NOTHING_YET = "No trial has succeeded yet."


def best_context(contents: ProblemContents) -> dict[str, Any]:
    """Return the best point in the user's words, or why there is none."""
    if contents.best is None:
        return {"point": None, "message": _why_not(contents)}
    trial = contents.trials.iloc[contents.best]
    objective = contents.outcomes.objectives[0]
    return {
        "message": "",
        "point": {
            "name": objective.name,
            "value": with_unit(trial["values"][objective.name], objective.unit, n_digits=6),
            "goal": goal_text(objective),
            "trial": int(trial["number"]),
            "params": params_of(trial["params"]),
            "limits": limits_of(trial["values"], contents.outcomes),
            "extras": _extras(trial["extras"]),
        },
    }


def _why_not(contents: ProblemContents) -> str:
    if contents.bests or contents.front:
        return ""
    counts = contents.trials["kind"].value_counts()
    if counts.get("infeasible", 0):
        return f"{NOTHING_YET} {int(counts['infeasible'])} were measured and break a limit."
    return NOTHING_YET if len(contents.trials) else "No trial has ended yet."


def params_of(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return names and values of a point as texts; an inactive parameter has no value."""
    return [
        (name, "inactive" if value is None else cell(value, n_digits=6)) for name, value in params.items()
    ]


def limits_of(values: Mapping[str, Any], outcomes: Outcomes) -> list[tuple[str, str, str, bool]]:
    """Return name, measured value, limits, and whether these are kept, of each constraint."""
    return [
        (
            one.name,
            with_unit(values.get(one.name), one.unit),
            limit_text(one),
            (value := values.get(one.name)) is not None and one.is_kept(value),
        )
        for one in outcomes.constraints
    ]


def _extras(reported: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Return what else the task reported of a trial, less what is empty."""
    found = {name: value for name, value in (reported or {}).items() if value is not None and value != ""}
    return [(name, text) for name, value in found.items() if (text := cell(value)) != "–"]


def contexts_context(contents: ProblemContents) -> list[dict[str, Any]]:
    """Return the best trial of each context."""
    objective = contents.outcomes.objectives[0]
    rows = []
    for context, row in contents.bests.items():
        trial = contents.trials.loc[row].to_dict()
        params = {
            name: value for name, value in trial["params"].items() if name not in contents.measure.contexts
        }
        rows.append(
            {
                "context": context,
                "trial": int(trial["number"]),
                "value": with_unit(trial["values"][objective.name], objective.unit),
                "point": values_text(params, None),
            }
        )
    return rows


def front_context(contents: ProblemContents) -> dict[str, Any] | None:
    """Return figure and table of the Pareto front of several objectives; None where it is empty."""
    if not contents.front:
        return None
    shown = _spread(contents.front, contents)
    outcomes = contents.outcomes
    figures = [
        page_svg(
            front_figure(front, contents.optimizers),
            f"front-{place}",
            f"Front of {', '.join(front.objectives)}: {len(front.best)} points.",
        )
        for place, front in enumerate(contents.fronts)
    ]
    n_ok = int((contents.trials["kind"] == OK).sum())
    rows = [_front_row(contents.trials.iloc[row], contents) for row in shown]
    return {
        "figures": figures,
        "headings": [("trial", False), *_headings(contents, rows)],
        "rows": rows,
        "n_points": len(contents.front),
        "n_ok": n_ok,
        "goals": [(one.name, goal_text(one)) for one in outcomes.objectives],
        "limits": [(one.name, limit_text(one)) for one in outcomes.constraints],
    }


def _spread(rows: Iterable[int], contents: ProblemContents) -> list[int]:
    """Return at most so many rows as a table has, evenly spread, sorted by the first objective."""
    first = contents.outcomes.objectives[0].name
    ordered = sorted(rows, key=lambda row: float(contents.trials["minimized"].iloc[row][first]))
    step = -(-len(ordered) // MAX_ROWS)
    return ordered[:: max(step, 1)]


def _front_row(trial: pd.Series[Any], contents: ProblemContents) -> dict[str, Any]:
    values = [trial["values"].get(name) for name in contents.outcomes.names]
    params = [trial["params"].get(name) for name in contents.space.names]
    return {"trial": int(trial["number"]), "cells": [table_cell(one) for one in (*values, *params)]}


def _headings(contents: ProblemContents, rows: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    outcomes = contents.outcomes
    names = [*(one.title for one in quantities(outcomes)), *contents.space.names]
    return [(name, any(row["cells"][place]["is_number"] for row in rows)) for place, name in enumerate(names)]
