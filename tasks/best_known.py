"""The best values ever seen of tasks whose optimum is not known exactly.

The table `best_known.json` beside this file maps a task, written as its class and the settings that are not
defaults, to what is minimized of its value without noise (minus the value, where that is maximized). Scores
that are 0 at the best known value read it through `Task.best_known`; `configs/benchmarks/best_known.py`
lowers it from searches and from stored results.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

TABLE = Path(__file__).with_name("best_known.json")


def key_of(task: BaseModel) -> str:
    """Return what a task is called in the table: `HPO(dataset="wine", metric="acc", model="svm")`."""
    usual = {
        name: one.get_default(call_default_factory=True) for name, one in type(task).model_fields.items()
    }
    given = {name: getattr(task, name) for name in sorted(usual)}
    settings = [f"{name}={_text(value)}" for name, value in given.items() if value != usual[name]]
    return f"{type(task).__name__}({', '.join(settings)})"


def _text(value: object) -> str:
    if isinstance(value, BaseModel):
        return key_of(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_text, value))}]"  # as JSON writes it
    return json.dumps(value, sort_keys=True, default=repr)


@lru_cache(maxsize=1)
def table() -> Mapping[str, float]:
    """Return the committed table, read once per process."""
    content: dict[str, float] = json.loads(TABLE.read_text(encoding="utf-8"))
    return content


def value_of(task: BaseModel) -> float | None:
    """Return the value of a task in the table; None where it has none."""
    return table().get(key_of(task))


def lowered(known: Mapping[str, float], found: Mapping[str, float]) -> dict[str, float]:
    """Return a table with the smaller value of each task of either, sorted by task."""
    keys = sorted({*known, *found})
    return {key: min(one[key] for one in (known, found) if key in one) for key in keys}


def write(values: Mapping[str, float], path: Path = TABLE) -> None:
    """Write a table; a task's line changes only with its value."""
    path.write_text(json.dumps(dict(values), indent=0) + "\n", encoding="utf-8")
