"""Settings of a report: the recipes of optimizers and tasks, as text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hebo.experiment.store.results import Results


def settings(results: Results) -> list[tuple[str, str]]:
    """Return the recipe of each optimizer and task as indented JSON."""
    recipes: dict[str, str] = {}
    for _, run in results.runs.iterrows():
        for part in ("optimizer", "task"):
            if part in run["config"]:
                recipes.setdefault(
                    f"{part} {run[part]}", json.dumps(run["config"][part], indent=2, default=str)
                )
    return sorted(recipes.items(), key=lambda item: item[0].startswith("task "))
