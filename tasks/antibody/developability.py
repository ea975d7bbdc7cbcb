"""Rules that a loop must keep to be made into a drug, as input constraints.

They are those of AntBO (Khan et al., 2201.12570): a net charge from -2 to 2, no motif at which a sugar is
attached, no residue more than five times in a row.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hebo.design_space.rules.constraints import register_constraint

DEVELOPABLE = "developable"
"""Name of the rule for design spaces with a column for each residue, in order."""

_CHARGES = {"R": 1.0, "K": 1.0, "H": 0.1, "D": -1.0, "E": -1.0}
_MOST_CHARGE = 2.0
# Asparagine, anything but proline, serine or threonine, anything but proline: all four must be there.
_GLYCOSYLATION = re.compile("N[^P][ST][^P]")
_REPEAT = re.compile(r"(.)\1{5}")


def charge(sequence: str) -> float:
    """Return the net charge: arginine and lysine 1, histidine 0.1, aspartate and glutamate -1 each."""
    return sum(_CHARGES.get(letter, 0.0) for letter in sequence)


def problems(sequence: str) -> list[str]:
    """Return what is wrong with a sequence, nothing if it can be developed."""
    found = []
    if abs(charge(sequence)) > _MOST_CHARGE + 1e-9:
        found.append(f"net charge {charge(sequence):+.1f}, beyond {_MOST_CHARGE:g}")
    if (motif := _GLYCOSYLATION.search(sequence)) is not None:
        found.append(f"glycosylation motif {motif.group()} at place {motif.start() + 1}")
    if (repeat := _REPEAT.search(sequence)) is not None:
        found.append(f"{repeat.group(1)} more than five times in a row")
    return found


def sequences(frame: pd.DataFrame) -> list[str]:
    """Return the rows of a table of letters as texts."""
    return ["".join(row) for row in frame.to_numpy(dtype=object)]


def is_developable(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Say which rows keep all rules; a search asks for thousands of rows at once."""
    letters = frame.to_numpy(dtype=object).astype("U1")
    total = _charges()[letters.view(np.uint32)].sum(1)
    is_fine: NDArray[np.bool_] = np.abs(total) <= _MOST_CHARGE + 1e-9
    if letters.shape[1] >= 4:
        a, b, c, d = (letters[:, place : letters.shape[1] - 3 + place] for place in range(4))
        is_fine &= ~((a == "N") & (b != "P") & ((c == "S") | (c == "T")) & (d != "P")).any(-1)
    if letters.shape[1] >= 6:
        repeated: NDArray[np.bool_] = letters[:, 1:] == letters[:, :-1]
        is_fine &= ~sliding_window_view(repeated, 5, axis=1).all(-1).any(-1)
    return is_fine


@cache
def _charges() -> NDArray[np.float64]:
    """Return the charge of each letter by its number in ASCII."""
    charges = np.zeros(128)
    for letter, value in _CHARGES.items():
        charges[ord(letter)] = value
    return charges


register_constraint(DEVELOPABLE, is_developable)
