"""Checking a binary AIGER file before programs in C read it: some go on behind its end.

The format is that of Biere, FMV report 07/1, 2007, and its version 1.9 (report 11/2, 2011).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from hebo.errors import DataError

_HEADER = re.compile(rb"aig (\d{1,9}) (\d{1,9}) (\d{1,9}) (\d{1,9}) (\d{1,9})((?: \d{1,9}){0,4})\n")
_OUTPUT = re.compile(rb"(\d{1,10})\n")


def check_aiger(contents: bytes, origin: str) -> None:
    """Refuse what is no whole file of a combinational circuit.

    Args:
        contents: Of the file.
        origin: For messages.

    Raises:
        DataError: With what is wrong.
    """
    header = _HEADER.match(contents)
    if header is None:
        raise DataError(
            f"circuit {origin!r}: no binary AIGER file; its first line is 'aig M I L O A', five numbers."
        )
    largest, n_inputs, n_latches, n_outputs, n_ands = map(int, header.groups()[:5])
    if n_latches or any(map(int, header[6].split())):
        raise DataError(
            f"circuit {origin!r}: the header {header[0].decode().strip()!r} announces latches or properties; "
            "only combinational circuits are measured."
        )
    if largest != n_inputs + n_ands:
        raise DataError(
            f"circuit {origin!r}: the header announces {largest} variables, but inputs and ands are "
            f"{n_inputs + n_ands}."
        )
    place = _after_outputs(contents, header.end(), n_outputs, 2 * largest + 1, origin)
    _check_ands(contents[place:], n_inputs, n_ands, origin)


def _after_outputs(contents: bytes, place: int, n_outputs: int, largest: int, origin: str) -> int:
    """Return where the ands begin."""
    for number in range(n_outputs):
        found = _OUTPUT.match(contents, place)
        if found is None or int(found[1]) > largest:
            raise DataError(
                f"circuit {origin!r}: output {number + 1} of {n_outputs} is no literal; the file may be cut "
                "off."
            )
        place = found.end()
    return place


def _check_ands(packed: bytes, n_inputs: int, n_ands: int, origin: str) -> None:
    """Decode the ands: of each two differences, with seven bits to a byte."""
    numbers = _numbers(packed)
    for number in range(n_ands):
        pair = list(islice(numbers, 2))
        if len(pair) < 2:
            raise DataError(
                f"circuit {origin!r}: the file ends after {number} of {n_ands} gates; it is cut off."
            )
        literal = 2 * (n_inputs + number + 1)
        if not 0 < pair[0] <= literal or pair[1] > literal - pair[0]:
            raise DataError(
                f"circuit {origin!r}: gate {number + 1} of {n_ands} is not made of earlier ones; the file is "
                "damaged."
            )


def _numbers(packed: bytes) -> Iterator[int]:
    value, shift = 0, 0
    for byte in packed:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value, shift = 0, 0
