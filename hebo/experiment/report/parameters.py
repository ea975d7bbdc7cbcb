"""Parameter axes: positions of values from 0 to 1, the same for slices and parallel coordinates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from matplotlib.ticker import LogLocator, MaxNLocator

from hebo.design_space.parameters.discrete import Bool, Listed
from hebo.design_space.parameters.numeric import Numeric
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.prior import Quantile
from hebo.design_space.parameters.scale import Log, Logit, Scale
from hebo.experiment.analysis.statistics import Floats
from hebo.experiment.report.view import distinct_labels


@dataclass(frozen=True)
class ParameterAxis:
    """One parameter drawn on an axis of length 1.

    Attributes:
        name: Name of the parameter.
        positions: Where each trial lies, NaN where the parameter is inactive or unknown (`n`).
        ticks: (position, label) pairs, ascending.
        is_categorical: Whether positions are those of a list of values.
    """

    name: str
    positions: Floats
    ticks: tuple[tuple[float, str], ...]
    is_categorical: bool


def parameter_axis(parameter: Parameter, values: Sequence[Any]) -> ParameterAxis:
    """Lay out `values` (natural units, None for inactive) of `parameter`."""
    if isinstance(parameter, Bool):
        return _listed_axis(parameter.name, [False, True], values)
    if isinstance(parameter, Numeric):
        return _numeric_axis(parameter, values)
    listed = parameter.values if isinstance(parameter, Listed) else [one for one in values if one is not None]
    return _listed_axis(parameter.name, listed, values)


def _numeric_axis(parameter: Numeric, values: Sequence[Any]) -> ParameterAxis:
    low, high = parameter.natural_bounds
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    positions = _unit(parameter.scale, numbers, low, high)
    candidates = _round_values(parameter.scale, low, high)
    # Float noise must not drop a round value that is a bound.
    is_inside = np.abs(_unit(parameter.scale, candidates, low, high) - 0.5) <= 0.5 + 1e-9
    ticks = candidates[is_inside] if is_inside.sum() > 1 else np.unique([low, high])
    places = _unit(parameter.scale, ticks, low, high).tolist()
    labels = tuple(zip(places, distinct_labels(ticks.tolist()), strict=True))
    return ParameterAxis(parameter.name, positions, labels, is_categorical=False)


def _unit(scale: Scale, values: Floats, low: float, high: float) -> Floats:
    """Map natural values to 0 .. 1 along `scale`; a parameter with one value lies in the middle."""
    encoded = scale.forward(torch.tensor([low, high, *values], dtype=torch.float64)).numpy()
    start, end = encoded[:2]
    if start == end:
        return np.where(np.isnan(encoded[2:]), np.nan, 0.5)
    return np.asarray((encoded[2:] - start) / (end - start))


def _round_values(scale: Scale, low: float, high: float) -> Floats:
    """Return a few round values around the bounds."""
    if isinstance(scale, Quantile):
        return _round_values(scale.scale, low, high)
    if isinstance(scale, Logit):
        return np.array([1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999])
    if isinstance(scale, Log):
        return np.asarray(LogLocator(numticks=5).tick_values(low, high))
    return np.asarray(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))


def _listed_axis(name: str, listed: Iterable[Any], values: Sequence[Any]) -> ParameterAxis:
    """Lay out values at equal distances in the order of `listed`."""
    keys = list(dict.fromkeys(_key(value) for value in listed))
    places = {key: (index + 0.5) / len(keys) for index, key in enumerate(keys)}
    positions = np.array([np.nan if value is None else places.get(_key(value), np.nan) for value in values])
    ticks = tuple((place, _display(key, keys)) for key, place in places.items())
    return ParameterAxis(name, positions, ticks, is_categorical=True)


def _key(value: Any) -> str:
    """Return what makes two category values the same: their JSON, in which tuples are lists."""
    return json.dumps(value, default=str)


def _display(key: str, keys: Sequence[str]) -> str:
    """Return the label of a category, in quotes only where a number would look the same."""
    bare = key.removeprefix('"').removesuffix('"')
    return key if key.startswith('"') and bare in keys else str(json.loads(key))
