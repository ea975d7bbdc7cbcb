"""Reading the residues of a protein from a PDB or mmCIF file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hebo.errors import DataError, did_you_mean
from tasks.antibody.alternatives import conformer
from tasks.antibody.chain_reader import ChainReader, Residue, import_gemmi

Points = NDArray[np.float64]

_PDB = (".pdb", ".ent")
_MMCIF = (".cif", ".mmcif")
_PACKED = ".gz"
SUFFIXES = tuple(f"{one}{packed}" for packed in ("", _PACKED) for one in (*_PDB, *_MMCIF))
"""By which files are known, in either case."""

SUGARS = frozenset({"NAG", "NDG", "BMA", "MAN", "FUC", "FUL", "GAL", "GLA", "BGC", "GLC", "SIA", "XYP"})
"""Names of the residues of sugars that proteins carry."""


@dataclass(frozen=True)
class Protein:
    """What a file has of the chains that were asked for.

    Attributes:
        residues: In order.
        sugars: `n x 3` atoms of sugars, of all chains.
        notes: What was read in a way that the reader should know.
    """

    residues: tuple[Residue, ...]
    sugars: Points
    notes: tuple[str, ...]


def is_structure(path: Path) -> bool:
    """Say whether a file is one of these by its name."""
    return path.name.lower().endswith(SUFFIXES)


def stem_of(path: Path) -> str:
    """Return the name of a file without its suffixes."""
    known = next((one for one in reversed(SUFFIXES) if path.name.lower().endswith(one)), path.suffix)
    return path.name.removesuffix(path.name[len(path.name) - len(known) :])


def read_protein(path: Path, chains: Sequence[str] | None = None) -> Protein:
    """Return the protein in a file.

    It is that of the first model. Of residues that share a number (point heterogeneity) the most occupied
    one is read, and of a residue with atoms in several places the most occupied conformer. Amino acids that
    are bound to the protein but not bonded into its chain are no residues.

    Args:
        path: A PDB or mmCIF file, packed by gzip or not.
        chains: Which; by default the only one with amino acids.

    Raises:
        DataError: If there is no such file or chain, or it holds no amino acids.
        MissingExtraError: If gemmi is not installed.
    """
    structure = _structure(path)
    parents = {(one.chain_name, str(one.res_id)): one.parent_comp_id for one in structure.mod_residues}
    model = list(structure[0]) if len(structure) else []
    readers = {chain.name: ChainReader(chain, parents, is_pdb=_is_pdb(path)) for chain in model}
    wanted = _wanted(path, sorted(name for name, one in readers.items() if one.has_residues()), chains)
    notes = [f"the first of {len(structure)} models is read"] if len(structure) > 1 else []
    residues: list[Residue] = []
    for name in wanted:
        residues += readers[name].read()
        notes += readers[name].notes()
    sugars = [
        place
        for chain in model
        for one in chain
        if one.name in SUGARS
        for place in conformer(one, f"{chain.name} {one.name} {one.seqid}").values()
    ]
    return Protein(tuple(residues), np.array(sugars, dtype=np.float64).reshape(-1, 3), tuple(notes))


def _is_pdb(path: Path) -> bool:
    return path.name.lower().removesuffix(_PACKED).endswith(_PDB)


def _structure(path: Path) -> Any:
    if not path.is_file():
        raise DataError(f"There is no file {str(path)!r} (seen from {str(Path.cwd())!r}); correct the path.")
    if not is_structure(path):
        raise DataError(f"{path}: structures are known by their suffixes {', '.join(SUFFIXES)}; rename it.")
    if not path.stat().st_size:
        raise DataError(f"{path}: the file is empty.")
    gemmi = import_gemmi()
    kind = gemmi.CoorFormat.Pdb if _is_pdb(path) else gemmi.CoorFormat.Mmcif
    try:
        structure = gemmi.read_structure(str(path), format=kind)
        structure.setup_entities()
        structure.remove_hydrogens()
        for chain in structure[0] if len(structure) else ():
            _ = chain.name, [(one.name, [atom.name for atom in one]) for one in chain]  # decoded here
    except Exception as error:  # the parser has no class of its own for files that are none
        raise DataError(
            f"{path}: no PDB or mmCIF file ({type(error).__name__}: {' '.join(str(error).split())}); correct "
            "the file."
        ) from error
    return structure


def _wanted(path: Path, known: Sequence[str], chains: Sequence[str] | None) -> list[str]:
    if not known:
        raise DataError(
            f"{path}: no chain has amino acids; expected ATOM records (PDB) or an _atom_site table (mmCIF)."
        )
    if chains is None:
        if len(known) > 1:
            raise DataError(f"{path}: there are the chains {', '.join(known)}; name those of the antigen.")
        return [*known]
    check_chains(chains)
    for name in chains:
        if name not in known:
            raise DataError(
                f"{path}: there is no chain {name!r}; those with amino acids: {list(known)}."
                f"{did_you_mean(name, known) if len(known) > 1 else ''}"
            )
    return [*chains]


def check_chains(chains: Sequence[str]) -> None:
    """Refuse no chain at all, and one that is named twice.

    Raises:
        DataError: With the chain.
    """
    if not chains:
        raise DataError("chains is an empty list; name those of the antigen, or leave it out.")
    twice = [name for name, n in Counter(chains).items() if n > 1]
    if twice:
        raise DataError(f"chains = {list(chains)} names {twice[0]!r} more than once; name each once.")
