"""Random configurations of the tuning problems with their values, each evaluated once and kept in a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.experiment.config.parts import build
from hebo.experiment.yaml.document import read_yaml
from hebo.random import make_generator
from tasks.base import Task


@dataclass(frozen=True)
class Measured:
    """Configurations of one task.

    Attributes:
        label: Of the task in its suite.
        space: Of the task.
        x: `n x d` encoded points whose evaluation succeeded.
        y: `n x 1` values, larger is better.
    """

    label: str
    space: DesignSpace
    x: Tensor
    y: Tensor


def measured_tasks(suite: Path, part: str, n: int, store: Path) -> list[Measured]:
    """Return `n` random configurations of each task of one half of a suite.

    Args:
        suite: A YAML with a `split`.
        part: Name of the half.
        n: How many are drawn; failed evaluations are left out.
        store: JSON file that is read, and extended by what is not in it yet.
    """
    known: dict[str, Any] = json.loads(store.read_text()) if store.exists() else {}
    result = []
    for entry in read_yaml(suite).data["split"][part]["tasks"]:
        settings = {key: value for key, value in entry.items() if key != "label"}
        task = build("task", settings)
        assert isinstance(task, Task)
        key = json.dumps([settings, n], sort_keys=True)
        if key not in known:
            known[key] = _evaluate(task, n)
            store.parent.mkdir(parents=True, exist_ok=True)
            store.write_text(json.dumps(known))
        result.append(_without_failures(entry["label"], task.space, known[key]))
    return result


def _evaluate(task: Task, n: int) -> dict[str, Any]:
    x = task.space.sample(n, generator=make_generator("calibration", task.name), method="random")
    objective = task.outcomes.objectives[0]
    values = objective.minimized(task.evaluate(task.space.decode(x))[objective.name].to_numpy(float))
    return {"x": x.tolist(), "y": [value if value == value else None for value in values.tolist()]}


def _without_failures(label: str, space: DesignSpace, stored: dict[str, Any]) -> Measured:
    x = torch.tensor(stored["x"], dtype=torch.float64)
    cost = torch.tensor([torch.nan if one is None else one for one in stored["y"]], dtype=torch.float64)
    succeeded = torch.isfinite(cost)
    return Measured(label, space, x[succeeded], -cost[succeeded].unsqueeze(-1))
