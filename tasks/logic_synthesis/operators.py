"""The operators that a sequence is made of, and what is measured after it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hebo.errors import EvaluationError

OPERATORS = (
    *("rewrite", "rewrite -z", "refactor", "refactor -z", "resub", "resub -z", "balance", "fraig"),
    *("&sopb", "&blut", "&dsdb"),
)
"""The operators of BOiLS (2111.06178), by the commands of ABC."""

AlphabetName = Literal["boils", "standard", "mcbo"]

ALPHABETS: dict[AlphabetName, tuple[str, ...]] = {
    "boils": OPERATORS,
    "standard": OPERATORS[:7],
    "mcbo": tuple(name for name in OPERATORS if name != "resub -z"),
}
"""The 11 operators of BOiLS, the 7 that DRiLLS and others use, and the 10 of MCBO."""

SKIP = "skip"
"""Stands where there is no operator, in sequences that may be shorter."""

RESYN2 = (
    *("balance", "rewrite", "refactor", "balance", "rewrite"),
    *("rewrite -z", "balance", "refactor -z", "rewrite -z", "balance"),
)
"""ABC's own recipe, with which sequences are compared."""

_STATS = re.compile(r"\bnd\s*=\s*(\d+)\s+edge\s*=\s*(\d+)\s+aig\s*=\s*(\d+)\s+lev\s*=\s*(\d+)")
_EQUIVALENT = "Networks are equivalent"
_CIRCUIT = "circuit"


@dataclass(frozen=True)
class Mapped:
    """A circuit of lookup tables: how many, and how many in a row on the longest path."""

    luts: int
    levels: int


def command(operator: str, flags: str = "") -> str:
    """Return ABC's commands for an operator with further flags; those with `&` work on another network."""
    return f"&get -n; {operator}{flags}; &put" if operator.startswith("&") else operator + flags


def script(commands: Sequence[str], suffix: str, *, lut_inputs: int, every: bool, prove: bool) -> str:
    """Return ABC's script that applies commands to `circuit<suffix>` and maps the result to lookup tables.

    Args:
        commands: Of each operator.
        suffix: Of the file, from which ABC knows its format.
        lut_inputs: Most inputs of a lookup table.
        every: Map also what each proper prefix of the sequence gives.
        prove: Prove of each mapped circuit that it computes what the file's does.
    """
    file = _CIRCUIT + suffix
    mapping = f"if -K {lut_inputs}; print_stats" + (f"; cec {file}" if prove else "")
    probe = [f"backup; {mapping}; restore"] if every else []
    steps = [step for command in commands for step in (*probe, command)]
    return "; ".join([f"read {file}; strash", *steps, mapping])


def reading_script(suffix: str) -> str:
    """Return ABC's script that reads `circuit<suffix>` and says how large it is."""
    return f"read {_CIRCUIT}{suffix}; print_stats"


def files(contents: bytes, suffix: str) -> dict[str, bytes]:
    """Return the file that `script` reads."""
    return {_CIRCUIT + suffix: contents}


def parse(text: str, *, n_mapped: int, prove: bool) -> list[Mapped]:
    """Return the figures that ABC has printed for a script.

    Raises:
        EvaluationError: If there are not `n_mapped` of them, or as many proofs where these were wanted.
    """
    found = [Mapped(int(nd), int(levels)) for nd, _, _, levels in _STATS.findall(text)]
    if len(found) != n_mapped:
        raise EvaluationError(f"ABC printed {len(found)} of {n_mapped} lines of figures{_shown(text)}")
    if prove and text.count(_EQUIVALENT) != n_mapped:
        raise EvaluationError(f"ABC could not prove a result equivalent to the circuit{_shown(text)}")
    return found


def _shown(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip() and not _STATS.search(line)]
    return f"; it said {lines[-1][:200]!r}" if lines else ", and nothing else"
