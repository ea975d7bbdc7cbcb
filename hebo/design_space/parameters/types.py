"""Parameter types by name, and the registration of one's own.

| `type` | keys | encoded column |
|---|---|---|
| `num` | `lb`, `ub`, optional `step`, `log`, `prior` | the value, or its natural logarithm |
| `pow` | `lb`, `ub`, optional `base` (10), `prior` | logarithm to `base` |
| `sigmoid` | `lb`, `ub` in (0, 1) | log-odds |
| `int` | `lb`, `ub`, optional `log` | the value, or its natural logarithm |
| `pow_int` | `lb` >= 1, `ub`, optional `base` (10) | logarithm to `base` |
| `step_int` | `lb`, `ub`, `step` | the value |
| `int_exponent` | `lb`, `ub`, `base`; the bounds are powers of it | the exponent |
| `bool` | | 0 or 1 |
| `cat` | `categories` | code, in `categorical_dims` |
| `ordinal` | `levels`, in order | rank |
| `permutation` | `items` or `length` | one column per item: its position |
| `sequence` | `alphabet`, `length` | one column per place: the code of its letter, in `categorical_dims` |

A `prior` lists positive weights of cells of equal width, from `lb` to `ub` on the scale of the column: where
the best value is believed to lie. The column then holds the share of the prior below the value.

Every type also takes `active_if` (a mapping from parents to their values, or a list of alternatives), and
`role` with the `target` of a fidelity. Equal bounds make a constant, except for `sigmoid` and `step_int`,
which refuse them.
"""

from __future__ import annotations

import inspect

from hebo.design_space.parameters.discrete import Bool, Cat, Ordinal
from hebo.design_space.parameters.integer import Int, IntExponent, PowInt, StepInt
from hebo.design_space.parameters.parameter import Parameter
from hebo.design_space.parameters.permutation import Permutation
from hebo.design_space.parameters.real import Num, Pow, Sigmoid
from hebo.design_space.parameters.sequence import Sequence
from hebo.errors import SpaceError

BUILT_IN: dict[str, type[Parameter]] = {
    "num": Num,
    "pow": Pow,
    "sigmoid": Sigmoid,
    "int": Int,
    "pow_int": PowInt,
    "step_int": StepInt,
    "int_exponent": IntExponent,
    "bool": Bool,
    "cat": Cat,
    "ordinal": Ordinal,
    "permutation": Permutation,
    "sequence": Sequence,
}

_registered: dict[str, type[Parameter]] = {}


def parameter_types() -> dict[str, type[Parameter]]:
    """Return all known types, built-in and registered."""
    return {**BUILT_IN, **_registered}


def register_parameter_type(name: str, cls: type[Parameter]) -> None:
    """Make `cls` available as `type: name`; registering a name again replaces one's own type.

    Args:
        name: The name that definitions will use; a built-in one cannot be taken.
        cls: A concrete dataclass derived from `Parameter` (or `Scalar`, `Numeric`, `Bounded`).

    Raises:
        SpaceError: If the name is taken or empty, or the class is not a concrete `Parameter`.
    """
    if not isinstance(name, str) or not name or name in BUILT_IN:
        raise SpaceError(f"Parameter type {name!r}: not a free name; choose a non-empty string of your own.")
    if not (inspect.isclass(cls) and issubclass(cls, Parameter)):
        raise SpaceError(f"Parameter type '{name}': {cls!r} is not a class derived from Parameter.")
    if inspect.isabstract(cls):
        missing = ", ".join(sorted(cls.__abstractmethods__))
        raise SpaceError(f"Parameter type '{name}': {cls.__name__} is abstract; it lacks {missing}.")
    _registered[name] = cls
