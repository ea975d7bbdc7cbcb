"""Parameter base class: what every type can do, and the reading of its keys."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, Self

import numpy as np
from torch import Generator, Tensor

from hebo.design_space.values.plain_values import plain
from hebo.design_space.values.precision import SAME
from hebo.errors import DataError, SpaceError, did_you_mean


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameter(ABC):
    """One variable of a design space: its values, and the columns that encode them.

    The dataclass fields of a subclass are the keys of its definition; fields without a default are
    required. A subclass checks them in `__post_init__` and raises through `problem`. Notation: `n` rows,
    `w` columns of this parameter. `Scalar` does most of the work for `w = 1`.
    """

    name: str

    @classmethod
    def parse(cls, name: str, keys: Mapping[str, Any], *, common: Sequence[str] = ()) -> Self:
        """Build a parameter from the keys of its definition.

        Args:
            name: Name of the parameter.
            keys: What the definition says beyond name and type.
            common: Keys that every parameter knows, for the message about an unknown one.

        Raises:
            SpaceError: For an unknown or missing key, or a value that makes no sense.
        """
        known = {field.name: field for field in fields(cls) if field.name != "name"}
        for key in keys:
            if key not in known:
                raise SpaceError(
                    f"Parameter '{name}': unknown key {key!r}.{did_you_mean(key, [*known, *common])}"
                )
        missing = [key for key, one in known.items() if one.default is MISSING and key not in keys]
        if missing:
            raise SpaceError(f"Parameter '{name}': missing key '{missing[0]}'; add it to the definition.")
        return cls(name=name, **keys)

    def definition(self) -> dict[str, Any]:
        """Return the keys that build this parameter again, without name, type, and defaults."""
        keys: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "name" and value != field.default:
                keys[field.name] = list(value) if isinstance(value, tuple) else value
        return keys

    def problem(self, key: str, value: object, remedy: str) -> SpaceError:
        """Return the error for a key of the definition with an unusable value."""
        return SpaceError(f"Parameter '{self.name}': {key} = {value!r} {remedy}.")

    def bad_value(self, row: int, value: object, remedy: str) -> DataError:
        """Return the error for an unusable value in a frame."""
        return DataError(f"Row {row}, parameter '{self.name}': {plain(value)!r} {remedy}.")

    @property
    def n_columns(self) -> int:
        """Number `w` of encoded columns."""
        return 1

    @property
    def n_categories(self) -> int | None:
        """Number of unordered categories of each column, `None` for a parameter with an order."""
        return None

    @property
    @abstractmethod
    def bounds(self) -> Tensor:
        """`2 x w`, lower and upper ends of the encoded columns."""

    @property
    @abstractmethod
    def cardinality(self) -> int | None:
        """Number of values, `None` when infinite."""

    @property
    @abstractmethod
    def canonical(self) -> Tensor:
        """`w`, the encoded value that stands for "inactive"."""

    def tolerance(self, x: Tensor) -> Tensor:
        """Return how far from `x` (`n x w`) an encoded value is the same setting, `n x w`.

        A millionth of the range, unless a subclass knows better: values that went through a spreadsheet, or
        through single precision, still mean what was asked for.
        """
        low, high = self.bounds
        width: Tensor = high - low
        return (SAME * width).expand_as(x)

    @abstractmethod
    def project(self, x: Tensor) -> Tensor:
        """Return the nearest encoded values to `x` (`n x w`); doing it twice changes nothing."""

    @abstractmethod
    def from_unit(self, u: Tensor) -> Tensor:
        """Map uniform numbers in `[0, 1)` (`n x w`) to encoded values, all values alike."""

    @abstractmethod
    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the encoded values (`k x w`) one step away from `x` (`w`)."""

    @abstractmethod
    def every(self) -> Tensor:
        """Return all encoded values, `cardinality x w`; asked only where these are few."""

    @abstractmethod
    def encode(self, values: np.ndarray[Any, Any]) -> Tensor:
        """Encode one column of a frame (`n` natural values) as `n x w`.

        Raises:
            DataError: If a value is not one of this parameter; made by `bad_value`.
        """

    @abstractmethod
    def decode(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the `n` natural values of projected points `x` (`n x w`).

        Numbers and booleans are int64, float64 and bool, anything else objects.
        """
