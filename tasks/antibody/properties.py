"""Properties of a loop beside its binding, as further objectives: whether it can be made into a drug."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Literal

from hebo.errors import MissingExtraError

Property = Literal["charge", "gravy", "instability"]

_PH = 7.4

PROPERTIES: Mapping[Property, Callable[[Any], float]] = {
    "charge": lambda analysis: abs(analysis.charge_at_pH(_PH)),
    "gravy": lambda analysis: analysis.gravy(),
    "instability": lambda analysis: analysis.instability_index(),
}
"""Net charge at pH 7.4 without its sign, mean hydropathy (Kyte and Doolittle, 1982), instability index of
Guruprasad et al. (1990), above 40 for proteins that fall apart. The lower the better; all by Biopython."""


def measure(sequence: str, which: Property) -> float:
    """Return a property of a sequence.

    Raises:
        MissingExtraError: If Biopython is not installed.
    """
    try:
        module = import_module("Bio.SeqUtils.ProtParam")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "Bio":
            raise
        raise MissingExtraError("Bio", "antibody") from None
    return float(PROPERTIES[which](module.ProteinAnalysis(sequence)))
