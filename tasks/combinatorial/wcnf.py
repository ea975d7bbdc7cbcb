"""Formulas of weighted clauses, and the files that hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hebo.errors import DataError
from tasks.combinatorial.instance_files import read_lines

MAX_VARIABLES = 100_000
"""Most variables of a formula; each becomes a parameter."""

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,20}")


@dataclass(frozen=True)
class Formula:
    """A conjunction of clauses.

    Attributes:
        n_variables: Number of booleans.
        clauses: Literals of each clause: `i` for variable `i` (from 1 on), `-i` for its negation.
        weights: What it costs to leave each clause unsatisfied; None for a hard clause.
    """

    n_variables: int
    clauses: tuple[tuple[int, ...], ...]
    weights: tuple[int | None, ...]


@dataclass(frozen=True)
class _Line:
    """The words of a line, and how an error names the line."""

    where: str
    words: list[str]


@dataclass(frozen=True)
class _Header:
    """What a `p` line says; `top` is the weight from which on a clause is hard."""

    where: str
    has_weights: bool
    n_variables: int
    n_clauses: int
    top: int | None


def read_formula(path: Path) -> Formula:
    """Return the formula in a file.

    | format | first line | a clause |
    |---|---|---|
    | DIMACS | `p cnf VARIABLES CLAUSES` | `1 -2 0`, on any number of lines; all clauses have weight 1 |
    | WDIMACS | `p wcnf VARIABLES CLAUSES [TOP]` | `WEIGHT 1 -2 0` on a line; hard from weight `TOP` on |
    | of 2022 | none | `WEIGHT 1 -2 0` on a line, or `h 1 -2 0` if hard |

    Lines that begin with `c` are comments (https://maxsat-evaluations.github.io/2022/rules.html). A line that
    begins with `%` ends a DIMACS file, as in SATLIB.

    Raises:
        DataError: If the file cannot be read or is malformed; the message has the number of the line.
    """
    lines = [_Line(f"{path}, line {number}", text.split()) for number, text in read_lines(path)]
    content = [line for line in lines if line.words and not line.words[0].startswith("c")]
    if not content:
        raise DataError(f"{path}: there is no clause in the file; it may be empty or cut off.")
    if content[0].words[0] != "p":
        return _read_weighted(content, header=None)
    header = _header(content[0])
    formula = (_read_weighted if header.has_weights else _read_plain)(content[1:], header)
    if len(formula.clauses) != header.n_clauses:
        raise DataError(
            f"{header.where}: {header.n_clauses} clauses are announced, but {len(formula.clauses)} follow; "
            "complete the file (a clause may lack its final 0), or correct this line."
        )
    return formula


def _header(line: _Line) -> _Header:
    kind, numbers = line.words[1] if len(line.words) > 1 else "", line.words[2:]
    if (kind, len(numbers)) not in {("cnf", 2), ("wcnf", 2), ("wcnf", 3)}:
        raise DataError(
            f"{line.where}: '{' '.join(line.words)}' is not 'p cnf VARIABLES CLAUSES' or "
            "'p wcnf VARIABLES CLAUSES [TOP]'."
        )
    values = [_integer(line, word) for word in numbers]
    if min(values) < 1:
        raise DataError(f"{line.where}: {min(values)} in '{' '.join(line.words)}'; all numbers are positive.")
    _check_size(line, values[0])
    top = values[2] if len(values) == 3 else None
    return _Header(line.where, kind == "wcnf", values[0], values[1], top)


def _check_size(line: _Line, n_variables: int) -> None:
    if n_variables > MAX_VARIABLES:
        raise DataError(
            f"{line.where}: {n_variables} variables are more than the {MAX_VARIABLES} that can be searched; "
            "correct the file."
        )


def _read_plain(lines: Sequence[_Line], header: _Header) -> Formula:
    """Return the clauses of a DIMACS file, each with weight 1."""
    clauses: list[tuple[int, ...]] = []
    literals: list[int] = []
    last = header.where
    for line in lines:
        if line.words[0] == "%":
            break
        last = line.where
        for word in line.words:
            if word == "0":
                clauses.append(tuple(literals))
                literals = []
            else:
                literals.append(_literal(line, word, header.n_variables))
    if literals:
        raise DataError(f"{last}: the file ends inside a clause; end it with 0.")
    return Formula(header.n_variables, tuple(clauses), (1,) * len(clauses))


def _read_weighted(lines: Sequence[_Line], header: _Header | None) -> Formula:
    """Return the clauses of a file with a weight, or `h`, before each clause."""
    weights = tuple(_weight(line, header) for line in lines)
    n_variables = None if header is None else header.n_variables
    clauses = tuple(_clause(line, n_variables) for line in lines)
    largest = max((abs(literal) for clause in clauses for literal in clause), default=0)
    if header is None and largest == 0:
        raise DataError(f"{lines[0].where}: no clause of the file has a variable.")
    _check_size(lines[0], largest)
    return Formula(header.n_variables if header else largest, clauses, weights)


def _weight(line: _Line, header: _Header | None) -> int | None:
    """Return the weight before a clause, or None if the clause is hard."""
    word = line.words[0]
    if word == "h" and header is None:
        return None
    if word == "h":
        raise DataError(f"{line.where}: 'h' belongs to the format without a 'p' line; delete the 'p' line.")
    weight = _integer(line, word)
    if weight < 1:
        raise DataError(f"{line.where}: weight {weight}; weights are whole numbers from 1 on.")
    is_hard = header is not None and header.top is not None and weight >= header.top
    return None if is_hard else weight


def _clause(line: _Line, n_variables: int | None) -> tuple[int, ...]:
    """Return the literals of a line with a weight and a clause."""
    words = line.words[1:]
    if "0" not in words:
        raise DataError(f"{line.where}: the clause has no end; write 0 after its last literal.")
    if words.index("0") != len(words) - 1:
        raise DataError(f"{line.where}: there is more after the 0 of a clause; give each clause a line.")
    return tuple(_literal(line, word, n_variables) for word in words[:-1])


def _literal(line: _Line, word: str, n_variables: int | None) -> int:
    literal = _integer(line, word)
    if literal == 0:
        raise DataError(f"{line.where}: '{word}' is not a literal; write i or -i for variable i.")
    if n_variables is not None and abs(literal) > n_variables:
        raise DataError(
            f"{line.where}: literal {literal}, but {n_variables} variables are announced; correct one."
        )
    return literal


def _integer(line: _Line, word: str) -> int:
    if word == "p":
        raise DataError(f"{line.where}: a 'p' line after the first line of content; a file has at most one.")
    if not _WHOLE_NUMBER.fullmatch(word):
        raise DataError(f"{line.where}: '{word}' is not a whole number (of at most 20 digits).")
    return int(word)
