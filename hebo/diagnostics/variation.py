"""Variation of the noise: what to test for equal variances, given replicates and a model."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.diagnostics.replicates import Replicates
from hebo.diagnostics.variance_tests import (
    MIN_GROUP,
    Array,
    Mask,
    VarianceTest,
    equal_variance_tests,
    split_tests,
)
from hebo.surrogates.gaussian_process import GaussianProcess

MIN_TESTED = 20
"""Fewer residuals are too few for a test of their variances."""

_MAX_SPLITS = 20


def replicate_tests(
    replicates: Replicates, space: DesignSpace, unit: str, *, is_maximized: bool = False
) -> tuple[VarianceTest, ...]:
    """Test replicates: between points where two have five values, else halves of all residuals.

    Args:
        replicates: Of the values.
        space: Names the parameters.
        unit: Of the values, for the text.
        is_maximized: Whether values are those of the objective, or minus them.

    Returns:
        The tests; none where replicates are too few.
    """
    several = [one for one in replicates.groups if len(one) >= MIN_GROUP]
    if len(several) >= 2:
        return equal_variance_tests(several, f"replicates of {len(several)} points, {unit}")
    if replicates.degrees < MIN_TESTED:
        return ()
    residuals, place = replicates.contrasts()
    halves = _halves(replicates.means[place], replicates.x[place], space, is_maximized)
    return split_tests(residuals, halves, f"replicates, {unit}")


def residual_tests(
    model: GaussianProcess, space: DesignSpace, *, is_maximized: bool = False
) -> tuple[VarianceTest, ...]:
    """Test leave-one-out errors in units of their standard deviations: under constant noise all have one.

    Args:
        model: Fitted to the values as modeled.
        space: Names the parameters.
        is_maximized: Whether values are those of the objective, or minus them.

    Returns:
        The tests; none where there are fewer than 20 errors.
    """
    y, error, variance = (one.cpu().numpy() for one in model.leave_one_out())
    if len(y) < MIN_TESTED:
        return ()
    halves = _halves(y - error, model.x, space, is_maximized)
    return split_tests(error / np.sqrt(variance), halves, "leave-one-out residuals, as modeled")


def _halves(means: Array, x: Tensor, space: DesignSpace, is_maximized: bool) -> dict[str, Mask]:
    """Return where the objective (`means`, or minus them) is high, and where each number of the space is."""
    objective = means if is_maximized else -means
    found = {"the objective": objective > np.median(objective)}
    for name, span in list(space.columns.items())[:_MAX_SPLITS]:
        if span.stop - span.start == 1 and span.start not in space.categorical_dims:
            column = x[:, span.start].cpu().numpy()
            found[name] = column > np.median(column)
    return found
