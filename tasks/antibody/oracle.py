"""How strongly loops bind: the best of all structures for each sequence, exactly.

With `E_bind` the sum of contact energies between loop and antigen, and `E_fold` that among the loop's own
residues, a loop takes the structure with the least `E_bind + E_fold`; its energy is the `E_bind` of that
structure, the mean of those where several tie. All sums are of whole hundredths, so that every backend gives
the same numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from hebo.errors import MissingExtraError
from tasks.antibody.energies import contact_energies
from tasks.antibody.profiles import Profiles, pairs

Backend = Literal["auto", "numba", "torch", "numpy"]
Table = NDArray[np.int32]

_BLOCK = 1 << 24
"""Most sums that are computed on a device at once, four bytes each."""


@dataclass(frozen=True)
class Docked:
    """What becomes of `n` sequences, in hundredths of RT.

    Attributes:
        total: Least `E_bind + E_fold`.
        binding: Sum of `E_bind` over the profiles that have it.
        n_tied: Number of these.
    """

    total: NDArray[np.int64]
    binding: NDArray[np.int64]
    n_tied: NDArray[np.int64]

    @property
    def energies(self) -> NDArray[np.float64]:
        """Binding energies in RT."""
        return self.binding / (100.0 * self.n_tied)


class Oracle(ABC):
    """The sequences' energies on the profiles of an antigen."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles

    def dock(self, codes: NDArray[np.int64]) -> Docked:
        """Return what becomes of sequences, `n x L` codes of amino acids (see `energies.ALPHABET`)."""
        total, binding, n_tied = self._rows(codes).T
        return Docked(total, binding, n_tied)

    def best_profiles(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the numbers of the profiles that one sequence, `L` codes, takes: one, or all that tie."""
        totals, _ = self._everywhere(codes)
        return np.flatnonzero(totals == totals.min())

    def statistical(self, codes: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the mean binding energies in RT over all structures, each as likely as Boltzmann has it.

        `sum_s exp(-E_s) E_bind_s / sum_s exp(-E_s)` with `E = E_bind + E_fold`, `kT = 1`, for `n x L` codes.
        """
        return np.array([self._mean(*self._everywhere(one)) for one in codes], dtype=np.float64)

    def _mean(self, totals: Table, bindings: Table) -> float:
        weights = self.profiles.counts * np.exp((totals.min() - totals) / 100.0)
        return float(weights @ bindings / weights.sum()) / 100.0

    def _everywhere(self, codes: NDArray[np.int64]) -> tuple[Table, Table]:
        """Return `E_bind + E_fold` and `E_bind` on each profile."""
        left, right, folding = self._tables(codes)
        of_left, of_right, of_folding = self.profiles.parts
        bindings = left[of_left] + right[of_right]
        return bindings + folding[of_folding], bindings

    def _tables(self, codes: NDArray[np.int64]) -> tuple[Table, Table, Table]:
        """Return the energies of left halves, right halves and foldings with one sequence."""
        found = self.profiles
        of_site = contact_energies()[codes] @ found.environments.T  # L x e
        half = found.left.shape[1]
        left = of_site[np.arange(half), found.left].sum(1, dtype=np.int32)
        right = of_site[np.arange(half, found.length), found.right].sum(1, dtype=np.int32)
        own = np.array([contact_energies()[codes[i], codes[j]] for i, j in pairs(found.length)])
        touches = found.foldings[:, None] >> np.arange(len(own)) & 1
        return left, right, (touches @ own).astype(np.int32)

    @abstractmethod
    def _rows(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return `n x 3`: the least sum over profiles, the bindings of those that have it, their number."""


class _OneByOne(Oracle):
    """Takes sequences one after the other."""

    def _rows(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        rows = [self._one(*self._tables(one)) for one in codes]
        return np.array(rows, dtype=np.int64).reshape(-1, 3)

    @abstractmethod
    def _one(self, left: Table, right: Table, folding: Table) -> tuple[int, int, int]:
        """Return the row of one sequence."""


class NumpyOracle(_OneByOne):
    """On arrays."""

    def _one(self, left: Table, right: Table, folding: Table) -> tuple[int, int, int]:
        of_left, of_right, of_folding = self.profiles.parts
        totals = left[of_left]
        totals += right[of_right]
        totals += folding[of_folding]
        best = totals.min()
        tied = np.flatnonzero(totals == best)
        binding = len(tied) * int(best) - int(folding[of_folding[tied]].sum(dtype=np.int64))
        return int(best), binding, len(tied)


class TorchOracle(Oracle):
    """On tensors, on the CPU or a GPU; many sequences at once.

    Args:
        profiles: What to look up.
        device: Where; the GPU if there is one.
    """

    def __init__(self, profiles: Profiles, device: str | None = None) -> None:
        super().__init__(profiles)
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._parts = torch.from_numpy(profiles.parts).to(self.device, torch.int64)

    def _rows(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        # A processor's cache holds the work on one sequence better than that on many.
        size = 1 if self.device.type == "cpu" else max(1, _BLOCK // self._parts.shape[1])
        blocks = [self._block(codes[start : start + size]) for start in range(0, len(codes), size)]
        return np.concatenate([np.empty((0, 3), dtype=np.int64), *blocks])

    def _block(self, codes: NDArray[np.int64]) -> NDArray[np.int64]:
        tables = zip(*(self._tables(one) for one in codes), strict=True)
        of_left, of_right, of_folding = (
            torch.from_numpy(np.stack(table)).to(self.device)[:, part]
            for table, part in zip(tables, self._parts, strict=True)
        )
        totals = of_left.add_(of_right).add_(of_folding)
        best = totals.amin(1).long()
        tied = totals == best.unsqueeze(1)
        n_tied = tied.sum(1)
        folding = torch.where(tied, of_folding, 0).sum(1, dtype=torch.int64)
        rows: NDArray[np.int64] = torch.stack([best, n_tied * best - folding, n_tied], 1).cpu().numpy()
        return rows


class NumbaOracle(_OneByOne):
    """Compiled."""

    def __init__(self, profiles: Profiles) -> None:
        super().__init__(profiles)
        self._compiled = _compiled()

    def _one(self, left: Table, right: Table, folding: Table) -> tuple[int, int, int]:
        best, binding, n_tied = self._compiled(*self.profiles.parts, left, right, folding)
        return int(best), int(binding), int(n_tied)


def oracle(profiles: Profiles, backend: Backend = "auto") -> Oracle:
    """Return an oracle: compiled if numba is there, on a GPU if there is one and it is not.

    Raises:
        MissingExtraError: If numba is asked for and not installed.
    """
    return kind_of_oracle(backend)(profiles)


def kind_of_oracle(backend: Backend) -> type[Oracle]:
    """Return the class of oracle that a backend stands for; see `oracle`."""
    has_numba = find_spec("numba") is not None
    if backend == "auto":
        backend = "numba" if has_numba else "torch" if torch.cuda.is_available() else "numpy"
    if backend == "numba" and not has_numba:
        raise MissingExtraError("numba", "antibody")
    kinds: dict[str, type[Oracle]] = {"numba": NumbaOracle, "torch": TorchOracle, "numpy": NumpyOracle}
    return kinds[backend]


@cache
def _compiled() -> Any:
    import numba

    @numba.njit(nogil=True)  # type: ignore[untyped-decorator,unused-ignore]
    def scan(of_left, of_right, of_folding, left, right, folding):  # type: ignore[no-untyped-def]
        best, binding, n_tied = np.int64(1 << 40), np.int64(0), np.int64(0)
        for place in range(len(of_left)):
            fold = folding[of_folding[place]]
            bound = left[of_left[place]] + right[of_right[place]]
            total = np.int64(bound + fold)
            if total < best:
                best, binding, n_tied = total, np.int64(bound), np.int64(1)
            elif total == best:
                binding += bound
                n_tied += 1
        return best, binding, n_tied

    return scan
