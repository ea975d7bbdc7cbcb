"""The flags of ABC's operators as parameters of a search space, one set of them per operator of a sequence.

| operator | numbers | switches |
|---|---|---|
| `rewrite`, `rewrite -z` | | `-l` |
| `refactor`, `refactor -z` | `-N` 2 to 15 | `-l` |
| `resub` | `-K` 5 to 8, `-N` 0 to 3 | `-l`, `-z` |
| `resub -z` | `-K` 5 to 8, `-N` 0 to 3 | `-l` |
| `balance` | | `-l`, `-d`, `-s`, `-x` |
| `fraig` | | `-r` |
| `&sopb`, `&dsdb` | `-C` 8 to 100 | |
| `&blut` | `-C` 1 to 8 | `-a` |

These are the ranges of MCBO's `aig_optimization_hyp`. A switch toggles what ABC does otherwise: with `-l`
`rewrite` no longer preserves the number of levels. ABC stops at flags that it does not know and at some
numbers out of range, takes others in silence (`&blut -C 9`) and crashes on a few (`&sopb -C 0`); here no
number gets to it that is not in the table. Two flags of MCBO's are read by the builds of 2023 and 2026 and
changed nothing in 36 comparisons with each: `-z` of `resub`, and `-C` of `&blut`.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hebo.errors import DataError
from tasks.logic_synthesis.operators import command


@dataclass(frozen=True)
class Switch:
    """A flag that stands alone, there or not."""

    letter: str

    def definition(self) -> dict[str, Any]:
        """Return its values as a design space takes them."""
        return {"type": "bool"}

    def text(self, value: object) -> str:
        """Return what a command gets for a value.

        Raises:
            DataError: If it is no boolean.
        """
        if not isinstance(value, bool):
            raise DataError(f"-{self.letter} is {value!r}; give True or False.")
        return f" -{self.letter}" if value else ""


@dataclass(frozen=True)
class Number:
    """A flag with an integer."""

    letter: str
    low: int
    high: int

    def definition(self) -> dict[str, Any]:
        """Return its values as a design space takes them."""
        return {"type": "int", "lb": self.low, "ub": self.high}

    def text(self, value: object) -> str:
        """Return what a command gets for a value.

        Raises:
            DataError: If it is no integer between the ends.
        """
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise DataError(f"-{self.letter} is {value!r}; give an integer from {self.low} to {self.high}.")
        return f" -{self.letter} {value:d}"


Flag = Switch | Number

_LEVELS, _ZERO_COST = Switch("l"), Switch("z")
_CUTS, _CONE = Number("C", 8, 100), Number("N", 2, 15)
_RESUB = (Number("K", 5, 8), Number("N", 0, 3), _LEVELS)

FLAGS: dict[str, tuple[Flag, ...]] = {
    "rewrite": (_LEVELS,),
    "rewrite -z": (_LEVELS,),
    "refactor": (_CONE, _LEVELS),
    "refactor -z": (_CONE, _LEVELS),
    "resub": (*_RESUB, _ZERO_COST),
    "resub -z": _RESUB,
    "balance": (_LEVELS, Switch("d"), Switch("s"), Switch("x")),
    "fraig": (Switch("r"),),
    "&sopb": (_CUTS,),
    "&blut": (Number("C", 1, 8), Switch("a")),
    "&dsdb": (_CUTS,),
}
"""Operator -> its flags, in the order in which a command gets them."""


@dataclass(frozen=True)
class OperatorParameters:
    """The parameters that the operators of one sequence have in common, wherever they stand in it.

    A parameter is active while any place of the sequence holds its operator. Where an alphabet has `resub -z`
    for an operator of its own, `-z` is no parameter of `resub`.

    Attributes:
        alphabet: The operators.
        places: The variables that hold them.
        prefix: What the names of the parameters begin with.
    """

    alphabet: Sequence[str]
    places: Sequence[str]
    prefix: str = ""

    def definitions(self) -> list[dict[str, Any]]:
        """Return the parameters as `DesignSpace.parse` takes them."""
        return [
            {
                "name": self._name(operator, flag),
                **flag.definition(),
                "active_if": [{place: [operator]} for place in self.places],
            }
            for operator in self.alphabet
            for flag in self._flags(operator)
        ]

    def command(self, operator: str, values: Mapping[Hashable, Any]) -> str:
        """Return ABC's commands for an operator.

        Args:
            operator: One of the alphabet.
            values: Name of a parameter -> its value; those of other operators are not looked at.

        Raises:
            DataError: If a value is none that the flag can have; names the parameter.
        """
        texts = []
        for flag in self._flags(operator):
            name = self._name(operator, flag)
            try:
                texts.append(flag.text(values[name]))
            except DataError as error:
                raise DataError(f"Parameter '{name}': {error}") from None
        return command(operator, "".join(texts))

    def _flags(self, operator: str) -> list[Flag]:
        return [one for one in FLAGS[operator] if f"{operator} -{one.letter}" not in self.alphabet]

    def _name(self, operator: str, flag: Flag) -> str:
        """Return `refactor_z_N` for `-N` of `refactor -z`."""
        return self.prefix + operator.replace("&", "").replace(" -", "_") + f"_{flag.letter}"
