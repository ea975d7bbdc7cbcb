"""A registered experiment of two runs, and short ways to write to it."""

from __future__ import annotations

from typing import Any

from hebo.experiment.store.entries import Entries, NewProblem, NewRun
from hebo.experiment.store.run_log import AskCost, Outcome, RunLog, Trial
from hebo.experiment.store.store import Store

CONTENT: dict[str, Any] = {"optimizers": [{"type": "o"}], "seeds": [0, 1], "budget": {"n_trials": 3}}


def entries(n_trials: int = 3) -> Entries:
    runs = tuple(NewRun(f"o@t#{seed}", "o", "t", seed, n_trials, 2, {"optimizer": {}}) for seed in (0, 1))
    return Entries(runs, (NewProblem("t", {"parameters": []}, ("y", "z"), 0.5),))


def register(store: Store, *, output: str = "out", content: dict[str, Any] | None = None, n: int = 3) -> None:
    store.register(
        output=output, content=(content or CONTENT) | {"budget": {"n_trials": n}}, entries=entries(n)
    )


def ask(log: RunLog, *numbers: int, round_: int = 0) -> None:
    trials = [Trial(number, round_, {"x": number / 10}) for number in numbers]
    log.add_round(trials, AskCost(1.0, {"rest": 0.5}))


def finished(value: float | None, status: str = "ok") -> Outcome:
    return Outcome(status, {"y": value}, {"k": 1}, None if status == "ok" else "why", 0.5)
