"""Design space (search space): the definition of parameters, conditions, roles and input constraints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import pandas as pd
import torch
from torch import Tensor

from hebo.design_space.domains.blur import Blur
from hebo.design_space.domains.domain import Domain
from hebo.design_space.domains.encoded_space import EncodedSpace
from hebo.design_space.parameters.layout import Layout
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.types import parameter_types
from hebo.design_space.rules.conditions import Conditions
from hebo.design_space.rules.constraints import ConstraintSet, read_constraint
from hebo.design_space.rules.declaration import Declaration, read_declaration
from hebo.design_space.values.json_values import from_json_value
from hebo.design_space.values.keys import definition_key
from hebo.errors import SpaceError, did_you_mean

Definition = Mapping[str, Any]


class DesignSpace(EncodedSpace):
    """An ordered set of named parameters with conditions, roles and input constraints.

    ```python
    space = DesignSpace().parse([
        {"name": "lr", "type": "pow", "lb": 1e-5, "ub": 1e-1},
        {"name": "kernel", "type": "cat", "categories": ["rbf", "poly"]},
        {"name": "degree", "type": "int", "lb": 2, "ub": 5, "active_if": {"kernel": ["poly"]}},
    ])
    ```

    Points are frames with one column per parameter in natural units outside, and float64 tensors `n x d` of
    encoded columns inside. Two spaces are equal if their definitions are. See `Domain` and `TypedPoints` for
    the attributes.
    """

    def __init__(self) -> None:
        self._declare([], [])

    def parse(self, definitions: Sequence[Definition], *, constraints: Sequence[Definition] = ()) -> Self:
        """Read a list of parameter definitions, replacing what was there.

        Args:
            definitions: One mapping per parameter: `name`, `type`, the keys of the type (see
                `hebo.design_space.parameters.types`), and optionally `active_if: {parent: [values, ...]}`
                (all parents must agree) or a list of such mappings (one of them is enough), `role: context |
                fidelity` and the `target` of a fidelity.
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
    def roles(self) -> dict[str, str]:
        """Name -> `context` or `fidelity`, for the parameters that have a role."""
        return {one.parameter.name: one.role for one in self._declarations if one.role is not None}

    @property
    def targets(self) -> dict[str, Any]:
        """Name -> natural target value, for the fidelity parameters."""
        return {one.parameter.name: one.target for one in self._declarations if one.role == "fidelity"}

    @property
    def label_names(self) -> list[str]:
        """The columns of a table of candidates that are no parameters; none where there is no table."""
        return []

    def labels_of(self, x: Tensor) -> pd.DataFrame:
        """Return the labels of points (`n x d`), a row for each."""
        return pd.DataFrame(index=pd.RangeIndex(len(x)))

    @property
    def max_points(self) -> int | None:
        """Number of points that can be suggested until the space is exhausted, `None` where they repeat."""
        return None

    def domain_for(self, n: int, seen: Tensor, fixed: Mapping[str, Any]) -> Domain:
        """Return the domain that `n` new points with some natural values fixed can come from.

        Of a table of candidates these are the rows that are not among the `seen` points (`s x d`).

        Raises:
            DataError: See `fix`; from a table, if too few rows are left.
        """
        return self.fix(fixed) if fixed else self

    def as_listed(self, x: Tensor, blur: Blur, known: Tensor) -> tuple[Tensor, Tensor]:
        """Return told points (`n x d`) as the candidates of a table that they mean, and which mean one (`n`).

        Where several are close, the one among the `known` points (`k x d`), pending or told again, is meant.

        Raises:
            DataError: If a point could be several candidates.
        """
        return x.clone(), torch.zeros(len(x), dtype=torch.bool)

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
