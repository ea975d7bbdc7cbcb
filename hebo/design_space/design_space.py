"""`DesignSpace`: the parameters of a problem, and the way between frames and encoded tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.blur import Blur, blur_of
from hebo.design_space.conditions import Conditions
from hebo.design_space.constraints import ConstraintSet, read_constraint
from hebo.design_space.counting import count_points
from hebo.design_space.declaration import Declaration, read_declaration
from hebo.design_space.domain import Domain
from hebo.design_space.feasible import FeasibleDomain
from hebo.design_space.fixed import FixedSpace
from hebo.design_space.frames import as_points, decode_frame, encode_frame
from hebo.design_space.layout import Layout
from hebo.design_space.parameter import Parameter
from hebo.design_space.types import parameter_types
from hebo.design_space.values import definition_key, from_json_value
from hebo.errors import SpaceError, did_you_mean

Definition = Mapping[str, Any]


class DesignSpace(FeasibleDomain):
    """An ordered set of named parameters with conditions, roles and input constraints.

    ```python
    space = DesignSpace().parse([
        {"name": "lr", "type": "pow", "lb": 1e-5, "ub": 1e-1},
        {"name": "kernel", "type": "cat", "categories": ["rbf", "poly"]},
        {"name": "degree", "type": "int", "lb": 2, "ub": 5, "active_if": {"kernel": ["poly"]}},
    ])
    ```

    Points are frames with one column per parameter in natural units outside, and float64 tensors `n x d` of
    encoded columns inside. Two spaces are equal if their definitions are.

    Attributes:
        layout: The columns of each parameter.
        conditions: When conditional parameters are active.
        constraints: The input constraints.
        bounds: `2 x d`, lower and upper ends of the encoded columns.
        categorical_dims: Column -> number of categories.
        discrete_dims: Columns with finitely many values.
    """

    def __init__(self) -> None:
        self._declare([], [])

    def parse(self, definitions: Sequence[Definition], *, constraints: Sequence[Definition] = ()) -> Self:
        """Read a list of parameter definitions, replacing what was there.

        Args:
            definitions: One mapping per parameter: `name`, `type`, the keys of the type (see
                `hebo.design_space.types`), and optionally `active_if: {parent: [values, ...]}` (all parents
                must agree) or a list of such mappings (one of them is enough), `role: context | fidelity`
                and the `target` of a fidelity.
            constraints: `{type: linear, coefficients: {name: number}, lb: .., ub: ..}` in natural units, or
                `{type: function, name: ..}` with a name given to `register_constraint`.

        Returns:
            This space.

        Raises:
            SpaceError: For anything missing, unknown or contradictory; the space is then unchanged.
        """
        for what, value in (("parameters", definitions), ("constraints", constraints)):
            if not isinstance(value, (list, tuple)):
                raise SpaceError(
                    f"Expected a list of {what}, got {type(value).__name__}; write [{{...}}, ...]."
                )
        if not definitions:
            raise SpaceError("A design space needs at least one parameter; the list is empty.")
        types = parameter_types()
        self._declare([read_declaration(one, i, types) for i, one in enumerate(definitions)], constraints)
        return self

    def _declare(self, declarations: Sequence[Declaration], constraints: Sequence[Definition]) -> None:
        """Set up everything from read declarations; nothing is changed if that fails."""
        names = [one.parameter.name for one in declarations]
        if len(set(names)) < len(names):
            twice = next(name for row, name in enumerate(names) if name in names[:row])
            raise SpaceError(f"Parameter '{twice}' appears twice; rename one of them.")
        layout = Layout({one.parameter.name: one.parameter for one in declarations})
        conditions = Conditions(
            layout, {one.parameter.name: one.active_if for one in declarations if one.active_if}
        )
        rules = [read_constraint(one) for one in constraints]
        self.constraints = ConstraintSet(layout, conditions, rules, decode=self._decode_settled)
        self.layout, self.conditions, self._declarations = layout, conditions, list(declarations)
        self.bounds, self.pinned = layout.bounds, torch.zeros(layout.n_dims, dtype=torch.bool)
        self.categorical_dims, self.discrete_dims = layout.categorical_dims, layout.discrete_dims
        self.__dict__.pop("anchors", None)

    @property
    def parameter_space(self) -> DesignSpace:
        """The space of the parameters, without a table of candidates (see `TableSpace`): this one."""
        return self

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
    def roles(self) -> dict[str, str]:
        """Name -> `context` or `fidelity`, for the parameters that have a role."""
        return {one.parameter.name: one.role for one in self._declarations if one.role is not None}

    @property
    def targets(self) -> dict[str, Any]:
        """Name -> natural target value, for the fidelity parameters."""
        return {one.parameter.name: one.target for one in self._declarations if one.role == "fidelity"}

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

    def to_json(self) -> dict[str, Any]:
        """Return the definition in JSON types; `from_json` undoes it.

        Raises:
            SpaceError: If a category has no JSON form (a function, say).
        """
        parameters = [one.to_json() for one in self._declarations]
        return {"parameters": parameters, "constraints": [one.definition() for one in self.constraints.all]}

    @classmethod
    def from_json(cls, definition: Mapping[str, Any]) -> Self:
        """Build a space from the result of `to_json`.

        Raises:
            SpaceError: If it is not such a result.
        """
        if not isinstance(definition, Mapping) or "parameters" not in definition:
            raise SpaceError("Expected the JSON of a design space, a mapping with 'parameters'.")
        for key in definition:
            if key not in ("parameters", "constraints"):
                known = did_you_mean(key, ("parameters", "constraints"))
                raise SpaceError(f"The JSON of a design space has the unknown key {key!r}.{known}")
        parameters = from_json_value(definition["parameters"])
        return cls().parse(parameters, constraints=definition.get("constraints", []))

    def __eq__(self, other: object) -> bool:
        """Compare definitions; `1`, `1.0`, `True` and `"1"` are different categories."""
        if not isinstance(other, DesignSpace):
            return NotImplemented
        return self._key() == other._key()

    __hash__ = None  # type: ignore[assignment]  # equal by a definition that `parse` can replace

    def _key(self) -> object:
        """Return the definition in a form that compares types as well."""
        rules = [one.definition() for one in self.constraints.all]
        return definition_key([one.definition() for one in self._declarations]), definition_key(rules)

    def __repr__(self) -> str:
        """Return the names and types."""
        parts = ", ".join(f"{one.parameter.name}: {one.type_name}" for one in self._declarations)
        return f"DesignSpace({parts})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by definition; own parameter types travel as classes, rules as names."""
        definitions = [one.definition() for one in self._declarations]
        types = {one.type_name: type(one.parameter) for one in self._declarations}
        return _rebuild, (definitions, [one.definition() for one in self.constraints.all], types)


def _rebuild(
    definitions: list[dict[str, Any]], constraints: list[dict[str, Any]], types: dict[str, type[Parameter]]
) -> DesignSpace:
    """Build an unpickled space, with parameter types that need not be registered here."""
    space = DesignSpace()
    space._declare([read_declaration(one, i, types) for i, one in enumerate(definitions)], constraints)
    return space
