"""Data frames from rows of the store and back, as optimizers and tasks speak them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hebo.experiment.store import tables
from hebo.experiment.store.run_log import Trial

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pandas import DataFrame

    from hebo.design_space.design_space import DesignSpace


def rows_of(frame: DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame as mappings of plain values; a missing value is None."""
    return [tables.plain(row) for row in frame.to_dict("records")]


def frame_of(trials: Sequence[Trial]) -> DataFrame:
    """Return the points of trials as a frame, always in the way a resumed run would see them."""
    from pandas import DataFrame, Series

    columns: dict[str, Series[Any]] = {}
    for name in trials[0].params:
        cells = [one.params[name] for one in trials]
        # One None among numbers would turn integers into floats, and lists need `object` anyway.
        is_plain = all(
            type(cell) is type(cells[0]) and isinstance(cell, bool | int | float) for cell in cells
        )
        columns[name] = Series(cells) if is_plain else Series(cells, dtype=object)
    return DataFrame(columns)


def evaluated_at(trials: Sequence[Trial]) -> DataFrame | None:
    """Return the points that the values of trials belong to, None where all are those asked for."""
    if not any(one.evaluated_at for one in trials):
        return None
    return frame_of([replace(one, params=one.found_at) for one in trials])


def values_of(trials: Sequence[Trial], names: Sequence[str]) -> NDArray[np.float64]:
    """Return `n x m` values of objectives or constraints, NaN for what failed."""
    import numpy as np

    cells = [[(one.values or {}).get(name) for name in names] for one in trials]
    return np.array(cells, dtype=float)


def variances_of(
    trials: Sequence[Trial], names: Sequence[str], known: Collection[str]
) -> NDArray[np.float64]:
    """Return `n x m` variances of the noise of objectives, NaN for those that are not known."""
    import numpy as np

    cells = [
        [one.extras.get(f"{name}{tables.SD}") if name in known else None for name in names] for one in trials
    ]
    return np.array(cells, dtype=float) ** 2


def gradients_of(trials: Sequence[Trial], parameters: Sequence[str]) -> DataFrame:
    """Return derivatives by parameters, NaN where one is unknown, a row for each trial."""
    import pandas as pd

    cells = [[one.extras.get(f"{tables.GRADIENT}{name}") for name in parameters] for one in trials]
    return pd.DataFrame(cells, columns=list(parameters), dtype=float)


def by_round(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Return trials in number order as lists, one per round."""
    rounds: dict[int, list[Trial]] = {}
    for trial in trials:
        rounds.setdefault(trial.round, []).append(trial)
    return [rounds[number] for number in sorted(rounds)]


def is_open(round_: Sequence[Trial]) -> bool:
    """Say whether something of a round is still to be evaluated."""
    return any(one.status == tables.PENDING for one in round_)


def competing_points(params: Sequence[dict[str, Any]], space: DesignSpace) -> list[bool]:
    """Say which points of trials may be the best of a run; see `hebo.design_space.competing`."""
    if not params or not space.targets:  # a task measures nothing that breaks its input constraints
        return [True] * len(params)
    from hebo.design_space.competing import competing

    found: list[bool] = competing(
        space, space.encode(frame_of([Trial(0, 0, one) for one in params]))
    ).tolist()
    return found
