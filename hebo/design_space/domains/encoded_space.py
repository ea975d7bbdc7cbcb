"""Encoded space: the way between frames of natural values and tensors of encoded columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from torch import Tensor

from hebo.design_space.domains.blur import Blur, blur_of
from hebo.design_space.domains.domain import Domain
from hebo.design_space.domains.feasible import FeasibleDomain
from hebo.design_space.domains.fixed import FixedSpace
from hebo.design_space.domains.frames import as_points, decode_frame, encode_frame
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.rules.counting import count_points


class EncodedSpace(FeasibleDomain):
    """All points of a layout with its conditions and input constraints, as frames and as tensors."""

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Name -> parameter, in order."""
        return self.layout.parameters

    @property
    def columns(self) -> dict[str, slice]:
        """Name -> slice of its encoded columns."""
        return self.layout.columns

    @property
    def n_dims(self) -> int:
        """Number `d` of encoded columns."""
        return self.layout.n_dims

    @property
    def names(self) -> list[str]:
        """The parameter names, in order."""
        return list(self.layout.parameters)

    @property
    def paras(self) -> dict[str, Parameter]:
        """Name -> parameter (name used by the original package)."""
        return self.parameters

    @property
    def para_names(self) -> list[str]:
        """The parameter names (name used by the original package)."""
        return self.names

    @property
    def numeric_names(self) -> list[str]:
        """The names of parameters that are not categorical."""
        return [name for name, one in self.parameters.items() if one.n_categories is None]

    @property
    def enum_names(self) -> list[str]:
        """The names of categorical parameters."""
        return [name for name, one in self.parameters.items() if one.n_categories is not None]

    @property
    def num_paras(self) -> int:
        """Number of parameters."""
        return len(self.parameters)

    @property
    def num_numeric(self) -> int:
        """Number of parameters that are not categorical."""
        return len(self.numeric_names)

    @property
    def num_categorical(self) -> int:
        """Number of categorical parameters."""
        return len(self.enum_names)

    @property
    def cardinality(self) -> int | None:
        """Number of distinct points, `None` when infinite; input constraints are not counted.

        Conditional parameters count once for each set of active ones.
        """
        return count_points(self.layout, self.conditions)

    def settle(self, x: Tensor) -> Tensor:
        """Return the nearest points (`n x d`) of the right types, constraints ignored."""
        return self.conditions.settle(self.layout.project(x))

    def draw(self, u: Tensor) -> Tensor:
        """Map uniform numbers in `[0, 1)` (`n x d`) to points, constraints ignored."""
        return self.conditions.settle(self.layout.from_unit(u))

    def encode(self, frame: pd.DataFrame) -> Tensor:
        """Encode a frame of natural values, one column per parameter in any order, as `n x d`.

        Values beyond a bound or a grid value by no more than a millionth of the range (on logarithmic scales
        by 1e-5 of the value), or by the rounding of a float32 column, are clipped. A value given for an
        inactive parameter is ignored, as is a missing one. Input constraints are not checked.

        Raises:
            DataError: For a missing, unknown or repeated column, and for a value that is missing, not of the
                type, out of bounds or unknown; names row, parameter, value and remedy.
        """
        return encode_frame(frame, self.layout, self.conditions)

    def blur(self, frame: pd.DataFrame, x: Tensor) -> Blur:
        """Return how far the values of a frame may be off the settings they mean; `x` is its encoding."""
        return blur_of(frame, x, self.layout)

    def decode(self, x: Tensor) -> pd.DataFrame:
        """Return points (`n x d`, projected if need be) as a frame of natural values.

        Real numbers are float64 columns, integers int64, booleans bool, and so are categories and levels that
        all are of one of these types; other categories are objects. A column in which a value is inactive
        holds objects: Python values, and `None` where inactive.
        """
        return self._decode_settled(self.settle(as_points(x, self.n_dims)))

    def _decode_settled(self, x: Tensor) -> pd.DataFrame:
        """Return points of the right types as a frame."""
        return decode_frame(x, self.layout, self.conditions)

    def fix(self, values: Mapping[str, Any]) -> Domain:
        """Return the part of this space where parameters have given natural values.

        Raises:
            DataError: For an unknown name, a bad value, or values that exclude one another.
        """
        return FixedSpace(self, values)
