"""Whether ABC reads all of a circuit, by what it says while it does.

ABC goes on where a file is not what its user believes: it ties nets that nothing drives to 0, turns
instances of unknown modules into inputs and outputs, passes over directives. A sequence is then measured, and
proved, on another circuit. So all that it says is a reason to refuse, but for the lines in `HARMLESS`.
"""

from __future__ import annotations

import re

from hebo.errors import DataError, EvaluationError
from tasks.logic_synthesis.abc_process import ABC
from tasks.logic_synthesis.circuits import Circuit
from tasks.logic_synthesis.operators import files, reading_script

_STATS = re.compile(r"\bi/o\s*=\s*(\d+)\s*/\s*(\d+)\s+lat\s*=\s*(\d+)")
_MAX_SAID = 300

HARMLESS = re.compile(
    r"UC Berkeley, ABC .*"
    r"|Hierarchy reader flattened \d+ instances of logic boxes and left 0 black boxes\."
    r"|Warning: The instance \S+ of network \S+ will be connected without using formal names\."
    r'|Line \d+: Skipping line "\.(default_\w+|area|delay|wire|wire_load_slope|cname)\b.*'
)
"""Lines that say nothing of the function: how some builds begin, modules of the file that are put in place,
ports that are connected in their order, and directives of BLIF about area, time and names."""


def check_reading(abc: ABC, circuit: Circuit) -> None:
    """Refuse a circuit that ABC does not read, reads in part only, or that is not combinational.

    Raises:
        DataError: With what ABC says.
    """
    try:
        text = abc.run(reading_script(circuit.suffix), files(circuit.contents, circuit.suffix))
    except EvaluationError as error:
        raise DataError(f"circuit {circuit.origin!r} cannot be read ({error}); correct the file.") from error
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    stats = [found for found in map(_STATS.search, lines) if found is not None]
    said = [line for line in lines if not _STATS.search(line) and not HARMLESS.fullmatch(line)]
    if not stats:
        raise DataError(f"circuit {circuit.origin!r} cannot be read{_quoted(said)}; correct the file.")
    if said:
        raise DataError(
            f"circuit {circuit.origin!r} is not read as it is written{_quoted(said)}. Correct the file: nets "
            "need a driver each, instances a module of the file, and one module is on top."
        )
    _check_shape(circuit, *map(int, stats[0].groups()))


def _check_shape(circuit: Circuit, n_inputs: int, n_outputs: int, n_latches: int) -> None:
    if n_latches:
        raise DataError(
            f"circuit {circuit.origin!r} has {n_latches} latches; only combinational circuits are measured: "
            "cut them off (ABC's command `comb`)."
        )
    if not (n_inputs and n_outputs):
        raise DataError(
            f"circuit {circuit.origin!r} has {n_inputs} inputs and {n_outputs} outputs; it needs both."
        )


def _quoted(lines: list[str]) -> str:
    text = " ".join(lines)
    return (
        f": ABC says {text[:_MAX_SAID] + '...' * (len(text) > _MAX_SAID)!r}" if text else ": ABC says nothing"
    )
