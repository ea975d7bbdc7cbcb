"""Inverse folding: an RNA sequence that folds into a given structure."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.random import Generator
from pydantic import field_validator

from hebo.errors import ConfigError, MissingExtraError
from hebo.outcomes import Outcomes, outcomes_of
from tasks.base import Columns, Task

LETTERS = ("A", "C", "G", "U")

_SHORTEST_LOOP = 3
"""Unpaired letters that the loop of a hairpin has at least; a tighter turn does not exist."""


class RNAInverseFolding(Task):
    """How far a sequence of A, C, G and U is from folding into a target structure.

    `f(x) = d(fold(x), target) / n`, where `fold` is the structure of minimum free energy that ViennaRNA
    computes (Lorenz et al., "ViennaRNA package 2.0", Algorithms for Molecular Biology 6, 2011) and `d` the
    number of places where the dot-bracket strings differ, or the number of base pairs that only one of the
    structures has. Zero means that the sequence folds into the target; whether one does is not known in
    general. The columns `structure` and `energy` (kcal/mol) tell how the sequence folds. Targets of all
    degrees of difficulty are in Eterna100 (Anderson-Lee et al., "Principles for predicting RNA secondary
    structure design difficulty", Journal of Molecular Biology 428, 2016).

    Args:
        target: The structure, in dot-bracket notation; the default is a cloverleaf of 76 letters, the shape
            of transfer RNA.
        distance: `hamming` counts places, `base_pair` counts pairs.
    """

    target: str = "(((((((..((((........)))).((((.........)))).....(((((.......))))))))))))...."
    distance: Literal["hamming", "base_pair"] = "hamming"

    @field_validator("target")
    @classmethod
    def _check_target(cls, target: str) -> str:
        if not target:
            raise ConfigError("target is empty; give a structure in dot-bracket notation, such as '((...))'.")
        unknown = next((place for place, symbol in enumerate(target) if symbol not in "(.)"), None)
        if unknown is not None:
            raise ConfigError(
                f"target has {target[unknown]!r} at place {unknown + 1}; only '(', '.' and ')' are known."
            )
        for first, last in base_pairs(target):
            if last - first <= _SHORTEST_LOOP:
                raise ConfigError(
                    f"target pairs places {first + 1} and {last + 1}, with fewer than {_SHORTEST_LOOP} "
                    "letters between; no sequence folds so."
                )
        return target

    @property
    def name(self) -> str:
        """The class and the length of the target."""
        return f"{type(self).__name__}-{len(self.target)}"

    @property
    def outcomes(self) -> Outcomes:
        """The distance from the target, by the number of letters."""
        return outcomes_of(self._objective)

    @property
    def _objective(self) -> str:
        return f"{self.distance}_distance"

    def parameters(self) -> list[dict[str, Any]]:
        """Return a nominal variable per letter."""
        return [{"name": name, "type": "cat", "categories": list(LETTERS)} for name in self._names]

    @property
    def _names(self) -> list[str]:
        return [f"x{place + 1}" for place in range(len(self.target))]

    def require(self) -> None:
        """Check that ViennaRNA is there."""
        _vienna()

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        rna = _vienna()
        sequences = ["".join(row) for row in frame[self._names].to_numpy(dtype=object)]
        folds = [rna.fold_compound(sequence).mfe() for sequence in sequences]
        structures, energies = zip(*folds, strict=True)
        return {
            self._objective: np.array([self._distance(one) for one in structures], dtype=np.float64),
            "structure": np.array(structures, dtype=object),
            "energy": np.array(energies, dtype=np.float64),
        }

    def _distance(self, structure: str) -> float:
        if self.distance == "hamming":
            differences = sum(a != b for a, b in zip(structure, self.target, strict=True))
        else:
            differences = len(base_pairs(structure) ^ base_pairs(self.target))
        return differences / len(self.target)


def base_pairs(structure: str) -> set[tuple[int, int]]:
    """Return the pairs of places, counted from 0, that the brackets of a structure join.

    Raises:
        ConfigError: If a bracket has no partner; names its place, counted from 1.
    """
    opened: list[int] = []
    pairs = set()
    for place, symbol in enumerate(structure):
        if symbol == "(":
            opened.append(place)
        elif symbol == ")":
            if not opened:
                raise ConfigError(f"target closes a bracket at place {place + 1} that was never opened.")
            pairs.add((opened.pop(), place))
    if opened:
        raise ConfigError(f"target opens a bracket at place {opened[-1] + 1} that is never closed.")
    return pairs


def _vienna() -> ModuleType:
    """Import ViennaRNA.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        return import_module("RNA")
    except ModuleNotFoundError as error:
        if error.name != "RNA":
            raise
        raise MissingExtraError("RNA", "rna") from None
