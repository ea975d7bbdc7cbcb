"""A small protein, to be changed and written to files, whose chain lies on a lattice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tasks.antibody.grow import grown
from tasks.antibody.lattice import coordinates_of

gemmi = pytest.importorskip("gemmi")

N = 40
# Alpha carbons are 3.8 Angstrom apart in proteins, so that a lattice with that bond stands in for one.
PLACES = coordinates_of(np.array(grown(N, 0).positions, dtype=np.int32)) * 3.8
NAMES = [gemmi.expand_one_letter(letter, gemmi.ResidueKind.AA) for letter in grown(N, 0).sequence]

Change = Callable[[gemmi.Structure], None]


def residue(
    name: str, number: int, place: np.ndarray, atoms: tuple[str, ...] = ("N", "CA", "C", "CB")
) -> gemmi.Residue:  # type: ignore[type-arg]
    found = gemmi.Residue()
    found.name, found.seqid = name, gemmi.SeqId(str(number))
    for offset, atom_name in zip((-0.4, 0.0, 0.2, 0.4), atoms, strict=False):
        atom = gemmi.Atom()
        atom.name, atom.element = atom_name, gemmi.Element(atom_name[0])
        atom.pos = gemmi.Position(*(place + np.array([0.0, 0.0 if atom_name == "CA" else offset, 0.0])))
        found.add_atom(atom)
    return found


def structure() -> gemmi.Structure:
    whole = gemmi.Structure()
    chain = gemmi.Chain("A")
    for number, (name, place) in enumerate(zip(NAMES, PLACES, strict=True), 1):
        chain.add_residue(residue(name, number, place))
    model = gemmi.Model(1)
    model.add_chain(chain)
    whole.add_model(model)
    whole.setup_entities()
    return whole


def write(path: Path, change: Change | None = None) -> Path:
    whole = structure()
    if change is not None:
        change(whole)
    if path.suffix == ".cif":
        whole.make_mmcif_document().write_file(str(path))
    else:
        whole.write_pdb(str(path))
    return path
