"""Binary sequences with low autocorrelation."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from hebo.outcomes import Outcomes, outcomes_of
from tasks.combinatorial.base import Array, Coded, Codes

# The smallest energies for n = 2, 3, ... 66, found by exhaustive search: Packebusch and Mertens, "Low
# autocorrelation binary sequences", J. Phys. A 49, 2016, arXiv:1512.02475, Table 1.
_ENERGIES: Final = """
    1 1 2 2 7 3 8 12 13 5 10 6 19 15 24 32 25 29 26 26 39 47 36 36 45 37 50 62 59 67 64 64 65 73 82 86 87 99
    108 108 101 109 122 118 131 135 140 136 153 153 166 170 175 171 192 188 197 205 218 226 235 207 208 240
    257
"""

# For each of them a sequence: the lengths of its runs of equal signs, as digits (a = 10, b = 11). From
# Knauer, "Merit factor records", 2004, which lists all optimal sequences up to symmetry.
_RUNS: Final = """
    11 21 31 311 411 3211 4211 42111 52111 331211 522111 5221111 6221111 52221111 6322111 4221211112
    511211322 4111142212 5113112321 27221111121 632111112211 83211112211 2236111112121 337111121221
    63231111121211 34313131211211 34313131211212 323711111212211 551212111113231 7332212211112111
    71112111133221221 742112111111122221 842112111111122221 7122122111121111332 3632311131212111211
    844211211111122221 8442112111111122221 82121121234321111111 213131341343112112111 343111111222281211211
    211211211343143131313 3122112127111112342311 255225141312111221111 82121121231234321111111
    823431231211212211111111 923431231211212211111111 244223212113212111111811 3337313221312111112121211
    241141142211422113131512 23432111141313116212112121 23332132213111112121216115
    22b442222112112111111111221 2922243311311122211112111211 9212123212114321233211111111
    7612231123241111132112122111 33232631111127121111221221211 6132123121111113112341221121241
    772412242112231122111112111111 222112223112421131111141211167 314162331211111131112125621211
    221222115121145111711111232323 2212221151211451117111112323231 212212212711111511121143111422322
    323224111341121115111117212212212 2454222111111111222b2221121112112
"""

_LARGEST_SOLVED: Final = 66


class LABS(Coded):
    """Low-autocorrelation binary sequences: find `n` signs that look like none of their own shifts.

    With `s_i = 1` where `x_i` is True and -1 elsewhere, and `C_k = sum_i s_i s_{i+k}` over the `n - k` pairs
    at distance `k`, the objective is the energy `E = sum_{k=1}^{n-1} C_k^2`, minimized, or the merit factor
    `F = n^2 / (2 E)`, maximized (Golay, "Sieves for low autocorrelation binary sequences", IEEE Trans. Inf.
    Theory 23, 1977). Changing all signs, changing every second sign, or reversing the order leaves the energy
    as it is. The optimum is known up to `n = 66`, by exhaustive search.

    Args:
        n: Number of booleans.
        objective: `energy` or `merit_factor`.
    """

    n: int = Field(30, ge=2)
    objective: Literal["energy", "merit_factor"] = "energy"

    @property
    def outcomes(self) -> Outcomes:
        """The energy, minimized, or the merit factor, maximized."""
        return outcomes_of({self.objective: "minimize" if self.objective == "energy" else "maximize"})

    @property
    def dimension(self) -> int:
        """The number of booleans."""
        return self.n

    @property
    def optimum(self) -> float | None:
        """The best value up to `n = 66`, None beyond."""
        if self.n > _LARGEST_SOLVED:
            return None
        energy = int(_ENERGIES.split()[self.n - 2])
        return float(self._value(np.array([energy]))[0])

    @property
    def minimizers(self) -> pd.DataFrame | None:
        """One of the best points up to `n = 66`, None beyond."""
        if self.n > _LARGEST_SOLVED:
            return None
        lengths = [int(digit, base=36) for digit in _RUNS.split()[self.n - 2]]
        codes = np.repeat(np.arange(1, len(lengths) + 1) % 2, lengths)
        return self.to_frame(codes[None, :])

    def function(self, codes: Codes) -> Array:
        """Return the `n` values at `n x d` codes."""
        signs = 2 * codes - 1
        energy = np.zeros(len(codes), dtype=np.int64)
        for shift in range(1, self.n):
            energy += (signs[:, :-shift] * signs[:, shift:]).sum(axis=1) ** 2
        return self._value(energy)

    def _value(self, energy: Codes) -> Array:
        """Return the objective at these energies (which are at least 1, as `C_{n-1}` is 1 or -1)."""
        if self.objective == "energy":
            return energy.astype(np.float64)
        values: Array = self.n**2 / (2.0 * energy)
        return values
