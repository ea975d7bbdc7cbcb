"""Output scale: data with the objective, and what is known of it, on the scale that a surrogate models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from botorch.models.transforms.outcome import OutcomeTransform

from hebo.base import OutputTransform
from hebo.data import Data


def on_modeled_scale(data: Data, recipe: OutputTransform) -> Data:
    """Return data with `y`, its variances, its gradients and its reference point transformed.

    Variances are multiplied by the squared slope of the transform at the value, and derivatives by the slope
    (chain rule); where the slope is 0, beyond a limit, both become unknown. Failed rows stay as they are.
    Each related task has a transform of its own, for its values may have another unit.

    Args:
        data: With at least one success.
        recipe: Of an increasing transform, which is fitted to the successes.
    """
    told, rows = data.successes(), ~data.failed
    transform = recipe.fit(told.y)
    y, variances = transform(told.y, told.y_var)
    changed: dict[str, Any] = {"y": data.y.index_put((rows,), y)}
    changed["related"] = tuple(on_modeled_scale(task, recipe) for task in data.related)
    if data.reference is not None:
        changed["reference"] = transform(data.reference.unsqueeze(0))[0].squeeze(0)
    if data.y_var is not None:
        changed["y_var"] = torch.full_like(data.y, torch.nan).index_put((rows,), variances)
    if told.gradients is not None and data.gradients is not None:
        slopes = told.gradients * _slope(transform, told)
        changed["gradients"] = data.gradients.index_put((rows,), slopes)
    return replace(data, **changed)


def _slope(transform: OutcomeTransform, told: Data) -> torch.Tensor:
    """Return the slopes of a transform of one column, `n x 1`: the root of what a variance of 1 becomes."""
    squares = transform(told.y, torch.ones_like(told.y))[1]
    return torch.sqrt(squares)
