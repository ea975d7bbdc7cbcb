"""Designing the loop of an antibody that binds an antigen (AntBO, 2201.12570)."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.random import Generator
from numpy.typing import NDArray
from pydantic import Field, model_validator

from hebo.errors import ConfigError, DataError
from hebo.outcomes import Outcomes, outcomes_of
from tasks.antibody.antigen import Antigen
from tasks.antibody.antigens import load_antigen
from tasks.antibody.developability import DEVELOPABLE, sequences
from tasks.antibody.discretize import Point
from tasks.antibody.energies import ALPHABET, encode
from tasks.antibody.lattice import Sites
from tasks.antibody.oracle import Backend, Oracle, kind_of_oracle, oracle
from tasks.antibody.poses import walks_of
from tasks.antibody.profiles import Profiles, profiles
from tasks.antibody.properties import Property, measure
from tasks.antibody.structure_file import check_chains
from tasks.antibody.ties import ordered_energy
from tasks.base import Columns, Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class AntibodyDesign(Task):
    """The energy, in RT, with which a CDRH3 loop binds an antigen on the cubic lattice.

    Every way in which `window` residues can lie on the antigen is enumerated once, which takes seconds, and
    kept; then a sequence takes milliseconds, and its energy is exact (see `tasks.antibody.oracle`). A longer
    loop counts with the window that binds best.

    Args:
        antigen: One that comes along (`S85`, `S104`, `S130`, `S160`, `S192`, `S230`), or a file: JSON, or PDB
            or mmCIF (extra `antibody`), which is laid out on the lattice; see `tasks.antibody.discretize`.
        chains: Those of the antigen in a PDB or mmCIF file that has several.
        point: What of a residue is put on the lattice: the centroid of its atoms, that of its side chain, or
            its alpha carbon.
        length: Number of residues of the loop.
        window: How many of them lie on the antigen at once.
        min_contacts: Fewest contacts of a structure; see `tasks.antibody.structures`.
        developable: Search only among sequences that could be made into a drug; see
            `tasks.antibody.developability`.
        energy: That of the best structure (`best`); the same with ties as floating-point sums break them, in
            the order of `tasks.antibody.ties` (`ordered`); or the mean over all structures (`statistical`).
        also: Further objectives: `charge`, `gravy`, `instability`; see `tasks.antibody.properties`.
        backend: `numba` (extra `antibody`), `torch`, `numpy`, or the fastest there is (`auto`). All give the
            same numbers.
        cache: Folder for what has been enumerated; by default `hebo/antibody` in the user's cache.
    """

    antigen: str = "S130"
    chains: list[str] | None = None
    point: Point = "residue"
    length: int = Field(11, ge=5, le=40)
    window: int = Field(11, ge=5, le=13)
    min_contacts: int = Field(11, ge=1)
    developable: bool = True
    energy: Literal["best", "ordered", "statistical"] = "best"
    also: tuple[Property, ...] = ()
    backend: Backend = "auto"
    cache: str | None = None

    @model_validator(mode="after")
    def _check(self) -> AntibodyDesign:
        if self.window > self.length:
            raise ConfigError(
                f"a loop of {self.length} residues has no window of {self.window}; make it longer, or lower "
                "`window`."
            )
        if len(set(self.also)) < len(self.also):
            raise ConfigError(f"also = {list(self.also)} names an objective twice; keep one.")
        if self.chains is not None:
            check_chains(self.chains)
        _ = self._target
        return self

    @cached_property
    def _target(self) -> Antigen:
        return load_antigen(self.antigen, self.chains, self.point)

    @cached_property
    def _profiles(self) -> Profiles:
        folder = Path(self.cache) if self.cache is not None else _user_cache()
        try:
            return profiles(self._target, self.window, self.min_contacts, folder=folder)
        except OSError as error:
            raise ConfigError(
                f"cache: the folder {str(folder)!r} cannot be used ({error.strerror or error}); name another "
                "one as `cache`."
            ) from error

    @cached_property
    def _oracle(self) -> Oracle:
        return oracle(self._profiles, self.backend)

    @property
    def name(self) -> str:
        """The class and the antigen."""
        return f"{type(self).__name__}-{self._target.name}"

    @property
    def outcomes(self) -> Outcomes:
        """The energy, and what is asked for besides."""
        return outcomes_of([{"name": "energy", "unit": "RT"}, *self.also])

    def parameters(self) -> list[dict[str, Any]]:
        """Return a nominal variable for each residue."""
        return [
            {"name": f"x{place + 1}", "type": "cat", "categories": list(ALPHABET)}
            for place in range(self.length)
        ]

    def input_constraints(self) -> list[dict[str, Any]]:
        """Return the rules of developability, unless they are switched off."""
        return [{"type": "function", "name": DEVELOPABLE}] if self.developable else []

    def pose(self, sequence: str) -> Sites:
        """Return the sites that a sequence's best window lies on; of several structures the first one.

        Raises:
            DataError: If the sequence is too short, or has a letter of no amino acid.
        """
        codes = encode(sequence)
        if len(codes) < self.window or (codes < 0).any():
            raise DataError(
                f"sequence {sequence!r}: give at least {self.window} letters of {ALPHABET}, one per residue."
            )
        start = int(self._energies(sequence).argmin())
        number = int(self._oracle.best_profiles(codes[start : start + self.window])[0])
        pose: Sites = walks_of(self._target, self._profiles, number)[0]
        return pose

    def pictures(self, best: pd.DataFrame) -> dict[str, Figure]:
        """Draw the best loop on the antigen, and the logo of all."""
        from tasks.antibody.pictures import lattice_figure, logo_figure

        texts = sequences(best[self.space.names])
        start = int(self._energies(texts[0]).argmin())
        window = texts[0][start : start + self.window]
        lattice = lattice_figure(self._target, window, self.pose(texts[0]))
        return {"lattice": lattice, "logo": logo_figure(texts)}

    def _energies(self, sequence: str) -> NDArray[np.float64]:
        """Return the energy of each window of a sequence."""
        windows = sliding_window_view(encode(sequence), self.window)
        if self.energy == "statistical":
            return self._oracle.statistical(windows)
        if self.energy == "ordered":
            texts = [sequence[start : start + self.window] for start in range(len(windows))]
            return np.array([ordered_energy(self._target, self._oracle, text) for text in texts])
        return self._oracle.dock(windows).energies

    @property
    def notes(self) -> tuple[str, ...]:
        """How the structure was read, where that is not plain: alternatives, gaps, modified residues."""
        return self._target.notes

    def require(self) -> None:
        """Check the backend, Biopython if it is needed, and that a loop of this length can bind the antigen.

        Raises:
            MissingExtraError: If a package is missing.
            ConfigError: If the folder of `cache` cannot be used.
            DataError: If the antigen has no place for a loop.
        """
        kind_of_oracle(self.backend)
        _ = self._profiles
        for which in self.also:
            measure(ALPHABET, which)

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        texts = sequences(frame)
        energies = [self._energies(text) for text in texts]
        return {
            "energy": np.array([one.min() for one in energies]),
            **{which: np.array([measure(text, which) for text in texts]) for which in self.also},
            "start": np.array([one.argmin() for one in energies], dtype=np.float64),
            "sequence": np.array(texts, dtype=object),
        }


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hebo" / "antibody"
