"""From a protein in a file to an antigen on the lattice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError
from tasks.antibody.antigen import Antigen
from tasks.antibody.chain_reader import Residue
from tasks.antibody.holes import dead_ends
from tasks.antibody.lattice import SIDE, STEPS, coordinates_of, site_of
from tasks.antibody.lattice_fit import BOND, Fit, Points, fit
from tasks.antibody.structure_file import Protein, read_protein, stem_of

Point = Literal["residue", "side_chain", "ca"]

_BACKBONE = frozenset({"N", "CA", "C", "O", "OXT"})


@dataclass(frozen=True)
class Discretized:
    """An antigen, and how well the lattice serves it.

    Attributes:
        antigen: What tasks take.
        drmsd: Root of the mean squared change of distances between residues, in Angstrom.
        rmsd: Root of the mean squared displacement of residues, in Angstrom.
    """

    antigen: Antigen
    drmsd: float
    rmsd: float

    @property
    def notes(self) -> tuple[str, ...]:
        """Those of the antigen."""
        return self.antigen.notes


def discretize(
    path: Path, chains: list[str] | None = None, *, point: Point = "residue", n_kept: int = 25
) -> Discretized:
    """Return the antigen in a PDB or mmCIF file.

    Args:
        path: The file.
        chains: Which; by default the only one.
        point: What of a residue is put on the lattice: the centroid of its atoms, that of its side chain, or
            its alpha carbon.
        n_kept: How many partial chains are kept; see `lattice_fit.fit`.

    Raises:
        DataError: If the file cannot be read, lacks atoms that are needed, or does not fit onto the lattice.
    """
    protein = read_protein(path, chains)
    points = np.stack([_point(residue, point) for residue in protein.residues])
    _check_size(path, points)
    follows = np.array([residue.follows for residue in protein.residues])
    found = fit(points, follows, n_kept=n_kept)
    shift = SIDE // 2 - np.rint(found.places.mean(0)).astype(np.int64)
    places = found.places + shift
    if places.min() < 1 or places.max() > SIDE - 2:
        raise DataError(f"{path}: the protein is larger than the lattice; choose fewer chains.")
    sites = site_of(places).tolist()
    blocked = _sugar_sites(protein, found, shift, sites)
    blocked |= set(dead_ends([*sites, *blocked])) - set(sites)
    sequence = "".join(residue.letter for residue in protein.residues)
    name = "_".join([stem_of(path), *(chains or [])])
    antigen = Antigen(name, tuple(sites), sequence, tuple(sorted(blocked)), protein.notes)
    return Discretized(antigen, found.drmsd, found.rmsd)


def _check_size(path: Path, points: Points) -> None:
    """Refuse what no turn brings onto the lattice, before walks are sought for it."""
    longest = float(np.linalg.norm(points - points[:1], axis=1).max())
    if longest > BOND * SIDE * np.sqrt(3.0):
        raise DataError(
            f"{path}: residues are {longest:.0f} Angstrom apart, more than the lattice is wide; choose fewer "
            "chains."
        )


def _point(residue: Residue, kind: Point) -> Points:
    atoms = residue.atoms
    if kind == "side_chain":
        atoms = {name: place for name, place in atoms.items() if name not in _BACKBONE} or {
            name: place for name, place in atoms.items() if name == "CA"
        }
    if kind == "ca":
        atoms = {name: place for name, place in atoms.items() if name == "CA"}
    if not atoms:
        raise DataError(
            f"residue {residue.label} has no atom 'CA', which stands for it; complete it, or choose the "
            "point 'residue', the centroid of the atoms that are there."
        )
    center: Points = np.mean([*atoms.values()], axis=0)
    return center


def _sugar_sites(protein: Protein, found: Fit, shift: NDArray[np.int64], sites: list[int]) -> set[int]:
    """Return the free sites beside the protein that are nearest to atoms of sugars."""
    surface = np.array(sorted({site + step for site in sites for step in STEPS.tolist()} - set(sites)))
    atoms = found.onto_lattice(protein.sugars) + shift
    apart = np.linalg.norm(atoms[:, None] - coordinates_of(surface), axis=-1)
    return set(surface[apart.argmin(1)].tolist()) if len(atoms) else set()
