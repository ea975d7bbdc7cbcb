"""Kernel contract: a recipe of a correlation function of some encoded columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from gpytorch.kernels import Kernel
from torch import Generator

from hebo.design_space.column_kinds import ColumnKind, columns_by_kind
from hebo.design_space.design_space import DesignSpace
from hebo.errors import IncompatibleError
from hebo.recipe import Recipe


class KernelRecipe(Recipe, ABC):
    """Builds a correlation function, as a GPyTorch kernel over encoded points.

    The kernel is 1 on its diagonal: amplitude, mean and noise belong to the surrogate, which is why any two
    kernels can be mixed. Its hyperparameters are raw GPyTorch parameters with constraints and, for a fit
    from few observations, registered priors. It is differentiable by its hyperparameters, and by `x` where
    the columns are continuous.

    Attributes:
        handles: Kinds of columns that it has a correlation for.
    """

    handles: ClassVar[frozenset[ColumnKind]]

    def check(self, space: DesignSpace, columns: Sequence[int]) -> None:
        """Refuse columns that the kernel has no correlation for.

        Raises:
            IncompatibleError: With the parameter, its kind, and the kinds that would do.
        """
        for kind, members in columns_by_kind(space).items():
            wrong = sorted(set(members) & set(columns))
            if wrong and kind not in self.handles:
                name = next(n for n, span in space.columns.items() if span.start <= wrong[0] < span.stop)
                raise IncompatibleError(
                    f"{type(self).__name__} has no correlation for the {kind} parameter '{name}'; "
                    f"it takes {' and '.join(sorted(self.handles))} ones"
                )

    def doubts(self, space: DesignSpace, columns: Sequence[int]) -> tuple[str, ...]:
        """Say why the kernel will hardly suit columns that `check` takes, and what would; none by default."""
        return ()

    @abstractmethod
    def build(self, space: DesignSpace, columns: Sequence[int], *, generator: Generator) -> Kernel:
        """Return the correlation function of `columns`.

        Args:
            space: Gives the bounds, levels and categories of the columns.
            columns: Become the `active_dims` of the kernel; at least one.
            generator: Draws what is random in the kernel (dictionaries, trees), anew for each fit.

        Raises:
            IncompatibleError: See `check`.
        """
