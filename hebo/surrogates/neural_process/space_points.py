"""Encoded points of a design space as the networks take them."""

from __future__ import annotations

from torch import Tensor

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.parameters.integer import Int
from hebo.surrogates.hyperparameters import Columns
from hebo.surrogates.neural_process.embedding import Points


class SpacePoints:
    """The columns of a space: numeric ones in `[0, 1]` and the codes of categories.

    Args:
        space: Without sequences and permutations.

    Attributes:
        columns: Splits encoded points.
        levels: Number of values of each numeric column, 0 where they are not equidistant.
        categories: Number of categories of each categorical column.
    """

    def __init__(self, space: DesignSpace) -> None:
        self.columns = Columns(space)
        self.categories = tuple(space.categorical_dims[one] for one in self.columns.categorical)
        found = {
            space.columns[name].start: int(one.ub - one.lb) + 1
            for name, one in space.parameters.items()
            if isinstance(one, Int) and not one.log
        }
        self.levels = tuple(found.get(column, 0) for column in self.columns.numeric)

    def __call__(self, x: Tensor) -> Points:
        """Return `b x d` encoded points as those of one task."""
        numeric, codes = self.columns.split(x.unsqueeze(0))
        return Points(numeric.float(), codes.float(), self.levels, self.categories)
