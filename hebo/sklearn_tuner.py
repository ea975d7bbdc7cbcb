"""`sklearn_tuner`: tune an estimator of scikit-learn, as the original package does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from pandas import DataFrame

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.optimizers.hebo import HEBO


def sklearn_tuner(
    model_class: Callable[..., Any],
    space_config: Sequence[Mapping[str, Any]],
    X: Any,
    y: Any,
    metric: Callable[[Any, Any], float],
    greater_is_better: bool = True,
    cv: Any = None,
    max_iter: int = 16,
    report: bool = False,
    hebo_cfg: Mapping[str, Any] | None = None,
    verbose: bool = True,
) -> dict[str, Any] | tuple[dict[str, Any], DataFrame]:
    """Search the hyperparameters of an estimator by the metric of cross-validated predictions.

    Args:
        model_class: Class of the estimator; called with the parameters of the space that are active.
        space_config: Definitions of a design space.
        X: Inputs, `n x d`.
        y: Targets, `n`.
        metric: Called with the targets and their predictions.
        greater_is_better: Whether the metric is maximized.
        cv: As in `cross_val_predict`; None: five shuffled folds.
        max_iter: Number of settings tried.
        report: Return all settings with their metric, too.
        hebo_cfg: Arguments of `HEBO`, such as `scramble_seed`.
        verbose: Print the best metric after each setting.

    Returns:
        The best parameters, and with `report` a table with a column `metric`, where it is a number.

    Raises:
        DataError: If no setting has a metric that is a finite number.
    """
    from sklearn.model_selection import KFold, cross_val_predict

    space = DesignSpace().parse(space_config)
    optimizer = HEBO(space, **(hebo_cfg or {}))
    folds = KFold(n_splits=5, shuffle=True, random_state=42) if cv is None else cv
    sign = -1.0 if greater_is_better else 1.0
    for number in range(max_iter):
        point = optimizer.suggest()
        predicted = cross_val_predict(model_class(**_active(space, point)), X, y, cv=folds)
        optimizer.observe(point, np.array([sign * metric(y, predicted)]))
        if verbose:
            print(f"Iter {number}, best metric: {_best(optimizer, sign):g}", flush=True)
    if not len(optimizer.X):
        raise DataError(
            f"none of {max_iter} settings has a finite metric; look at the metric and at max_iter"
        )
    best = _active(space, optimizer.best_x)
    if not report:
        return best
    return best, optimizer.X.assign(metric=sign * optimizer.y[:, 0])


def _active(space: DesignSpace, point: DataFrame) -> dict[str, Any]:
    """Return the active parameters of the single row of `point`."""
    masks = space.conditions.active(space.encode(point))
    names = [name for name in space.names if name not in masks or bool(masks[name][0])]
    return {name: point[name].tolist()[0] for name in names}


def _best(optimizer: HEBO, sign: float) -> float:
    return sign * float(optimizer.y.min()) if len(optimizer.X) else float("nan")
