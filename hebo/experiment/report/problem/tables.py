"""Tables of the page of one problem: all trials, failures and infeasible trials, the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hebo.experiment.report.problem.contents import ProblemContents
from hebo.experiment.report.problem.texts import cell, quantities, seconds_text, values_text, with_unit
from hebo.experiment.report.problem.trials import FAILED, INFEASIBLE, OK, PENDING

MAX_EXTRAS = 12
"""Most further columns of a task that the table of trials has."""

MAX_INFEASIBLE = 20
_LENGTH = 300


def trial_table(contents: ProblemContents) -> dict[str, Any]:
    """Return headings and rows of all trials; a cell is its text and, where that is rounded, its value."""
    outcomes, space, trials = contents.outcomes, contents.space, contents.trials
    measured = [(one.name, one.title) for one in quantities(outcomes)]
    optional = [
        name for name in ("eval_seconds", "cost", "worker") if len(trials) and trials[name].notna().any()
    ]
    names = {"eval_seconds": "seconds"}
    extras = _extra_names(trials)
    names_of = [
        *(title for _, title in measured),
        *space.names,
        *(names.get(name, name) for name in optional),
        *extras,
    ]
    rows = []
    for place, trial in enumerate(trials.to_dict("records")):
        params = trial["params"] if isinstance(trial["params"], dict) else {}
        cells = [
            *(trial["values"].get(name) for name, _ in measured),
            *(params.get(name) for name in space.names),
            *(trial[name] for name in optional),
            *((trial["extras"] or {}).get(name) for name in extras),
        ]
        rows.append(
            {
                "number": int(trial["number"]),
                "kind": trial["kind"],
                "status": str(trial["status"]).replace("_", " "),
                "is_best": place == contents.best or place in contents.front,
                "cells": [table_cell(value) for value in cells],
                "message": _message(trial["message"]),
            }
        )
    are_numbers = [any(row["cells"][place]["is_number"] for row in rows) for place in range(len(names_of))]
    headings = [
        ("trial", False),
        ("status", False),
        *zip(names_of, are_numbers, strict=True),
        ("message", False),
    ]
    return {"headings": headings, "rows": rows, "file": f"{contents.results.name}-trials.csv"}


def _extra_names(trials: pd.DataFrame) -> list[str]:
    """Return what else is reported of trials: names with a number or a text, less the inner ones."""
    found = dict.fromkeys(
        name
        for one in trials["extras"]
        for name, value in (one or {}).items()
        if isinstance(value, int | float | str) and not name.startswith("gradient_")
    )
    return list(found)[:MAX_EXTRAS]


def table_cell(value: Any) -> dict[str, Any]:
    """Return the text of a cell, whether it is a number, and its value where the text is rounded."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = cell(value)
    is_empty = text == "–"
    if is_number and not is_empty and float(value) == int(float(value)) and abs(float(value)) < 1e15:
        value = int(value)
        text = cell(value) if abs(value) < 1e6 else text
    return {
        "text": "" if is_empty else text,
        "is_number": is_number,
        "value": "" if is_empty else repr(value) if is_number else text,
    }


def _message(message: Any) -> str:
    lines = message.strip().splitlines() if isinstance(message, str) else []
    return lines[-1].strip()[:_LENGTH] if lines else ""


def failure_rows(trials: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the failed trials by how they ended and by what was said, the most frequent first."""
    groups: dict[tuple[str, str], list[int]] = {}
    for trial in trials[trials["kind"] == FAILED].to_dict("records"):
        how = "no finite value" if trial["status"] == OK else str(trial["status"]).replace("_", " ")
        groups.setdefault((how, _message(trial["message"])), []).append(int(trial["number"]))
    ordered = sorted(groups.items(), key=lambda one: -len(one[1]))
    return [
        {"how": how, "message": text, "count": len(numbers), "trials": _numbers(numbers)}
        for (how, text), numbers in ordered
    ]


def _numbers(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:8]))
    return shown if len(numbers) <= 8 else f"{shown}, …"


def infeasible_rows(contents: ProblemContents) -> list[dict[str, Any]]:
    """Return the trials that break a limit, with all that was measured of them."""
    trials = contents.trials[contents.trials["kind"] == INFEASIBLE]
    return [
        {
            "number": int(trial["number"]),
            "broken": ", ".join(contents.outcomes.broken(trial["values"])) or _message(trial["message"]),
            "values": values_text(trial["values"], contents.outcomes),
        }
        for trial in trials.head(MAX_INFEASIBLE).to_dict("records")
    ]


def run_rows(contents: ProblemContents) -> list[dict[str, Any]]:
    """Return all runs, the one in front marked; nothing where there is one."""
    runs = contents.results.runs
    if len(runs) < 2:
        return []
    table, objective = contents.table, contents.outcomes.objectives[0]
    unit = "" if contents.measure.is_hypervolume or contents.measure.contexts else objective.unit
    rows = []
    for run in runs.to_dict("records"):
        mine = table[table["run_id"] == run["run_id"]]
        value = contents.reached[run["run_id"]]
        rows.append(
            {
                "seed": int(run["seed"]),
                "is_front": run["run_id"] == contents.run["run_id"],
                "best": with_unit(value, unit),
                "value": "" if value != value else repr(float(value)),
                "trials": f"{len(mine)} of {int(run['n_trials'])}",
                "n_bad": int(mine["went_wrong"].sum()),
                "status": str(run["status"]) + (f": {run['message']}" if run["message"] else ""),
            }
        )
    return rows


def time_facts(trials: pd.DataFrame) -> list[tuple[str, str]]:
    """Return mean seconds of an ask, an evaluation and a tell, where they were measured."""
    names = {"ask_seconds": "ask", "eval_seconds": "evaluate", "tell_seconds": "tell"}
    ended = trials[trials["kind"] != PENDING]
    means: Mapping[str, float] = {text: float(ended[name].mean()) for name, text in names.items()}
    return [(text, seconds_text(mean)) for text, mean in means.items() if mean == mean]
