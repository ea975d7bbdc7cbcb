"""Antigens from PDB and mmCIF files by gemmi, and the oracle compiled by numba."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from toy_protein import NAMES, PLACES, Change, N, residue, write

from hebo.errors import DataError
from hebo.random import make_generator
from tasks.antibody.__main__ import main
from tasks.antibody.antibody_design import AntibodyDesign
from tasks.antibody.antigen import read_antigen
from tasks.antibody.antigens import load_antigen
from tasks.antibody.discretize import discretize
from tasks.antibody.grow import grown
from tasks.antibody.lattice import are_adjacent
from tasks.antibody.lattice_fit import BOND
from tasks.antibody.oracle import oracle
from tasks.antibody.profiles import profiles
from tasks.antibody.properties import measure

pytestmark = pytest.mark.client

gemmi = pytest.importorskip("gemmi")


@pytest.mark.parametrize("name", ["toy.pdb", "toy.cif"])
@pytest.mark.parametrize("point", ["residue", "side_chain", "ca"])
def test_a_protein_is_laid_out(tmp_path: Path, name: str, point: str) -> None:
    found = discretize(write(tmp_path / name), point=point)  # type: ignore[arg-type]
    antigen = found.antigen
    sites = np.array(antigen.positions, dtype=np.int32)
    assert antigen.sequence == grown(N, 0).sequence
    assert are_adjacent(sites[1:], sites[:-1]).all()
    assert found.notes == ()
    # Distances grow by the ratio of the bonds and otherwise stay as they are.
    real = np.linalg.norm(PLACES[:, None] - PLACES, axis=-1)[np.triu_indices(N, 1)]
    assert found.drmsd == pytest.approx(np.sqrt(((BOND / 3.8 - 1.0) ** 2 * real**2).mean()), rel=0.35)


def test_one_command_leads_from_a_file_to_a_design(tmp_path: Path) -> None:
    source, target = write(tmp_path / "toy.pdb"), tmp_path / "toy.json"
    done = CliRunner().invoke(main, [str(source), "-o", str(target)])
    assert done.exit_code == 0
    assert f"{N} residues" in done.output
    assert "dRMSD" in done.output
    settings = {"length": 6, "window": 6, "min_contacts": 6, "cache": str(tmp_path), "backend": "numpy"}
    direct, stored = (AntibodyDesign(antigen=str(path), **settings) for path in (source, target))  # type: ignore[arg-type]
    points = direct.space.decode(direct.space.sample(4, generator=make_generator("loops")))
    assert direct.evaluate(points)["energy"].notna().all()
    assert direct.evaluate(points)["energy"].tolist() == stored.evaluate(points)["energy"].tolist()
    assert read_antigen(target).digest == load_antigen(str(source)).digest


def without_atom(whole: gemmi.Structure) -> None:
    whole[0]["A"][4].remove_atom("CA", "\0", gemmi.Element("C"))


def two_models(whole: gemmi.Structure) -> None:
    other = whole[0].clone()
    other.num = 2
    whole.add_model(other)


def alternative(whole: gemmi.Structure) -> None:
    atoms = whole[0]["A"][7]
    for atom, label, occupancy in zip([*atoms][:1], "A", (0.3,), strict=True):
        atom.altloc, atom.occ = label, occupancy
    far = atoms[0].clone()
    far.altloc, far.occ = "B", 0.7
    far.pos = gemmi.Position(far.pos.x, far.pos.y + 0.1, far.pos.z)
    atoms.add_atom(far)


def gap(whole: gemmi.Structure) -> None:
    for _ in range(4):
        del whole[0]["A"][20]


def modified(whole: gemmi.Structure) -> None:
    whole[0]["A"][3].name = "MSE"


def sugar(whole: gemmi.Structure) -> None:
    chain = gemmi.Chain("S")
    chain.add_residue(residue("NAG", 1, PLACES.mean(0) + np.array([20.0, 0.0, 0.0]), ("C1", "C2", "C3")))
    whole[0].add_chain(chain)
    whole[0]["S"][0].het_flag = "H"


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (two_models, "the first of 2 models is read"),
        (alternative, "has atoms in several places, of which the most occupied are read"),
        (gap, "there is a gap between A"),
        (modified, "A MSE 4 counts as M"),
    ],
)
def test_what_is_unusual_is_read_and_said(tmp_path: Path, change: Change, note: str) -> None:
    found = discretize(write(tmp_path / "toy.pdb", change))
    assert [one for one in found.notes if note in one]
    assert len(found.notes) == 1


def test_sugars_block_sites_of_the_surface(tmp_path: Path) -> None:
    plain, sweet = (
        discretize(write(tmp_path / f"{i}.pdb", change)).antigen for i, change in enumerate((None, sugar))
    )
    more = set(sweet.blocked) - set(plain.blocked)
    assert more
    assert sweet.positions == plain.positions
    assert all(sweet.contacts[site] > 0 for site in more)


def test_a_residue_without_the_atom_that_stands_for_it_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb", without_atom)
    with pytest.raises(DataError, match=r"residue A \w+ 5 has no atom 'CA'.* choose the point 'residue'"):
        discretize(path, point="ca")
    assert len(discretize(path).antigen.sequence) == N


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb")
    with pytest.raises(DataError, match=r"there is no chain 'B'; those with amino acids: \['A'\]"):
        discretize(path, ["B"])
    (tmp_path / "empty.pdb").write_text("REMARK nothing\n")
    with pytest.raises(DataError, match="no chain has amino acids; expected ATOM records"):
        discretize(tmp_path / "empty.pdb")
    (tmp_path / "bad.cif").write_text("loop_ nonsense")
    with pytest.raises(DataError, match="no PDB or mmCIF file"):
        discretize(tmp_path / "bad.cif")
    done = CliRunner().invoke(main, [str(tmp_path / "none.pdb")])
    assert (done.exit_code, "There is no file" in done.output) == (2, True)


def second_chain(whole: gemmi.Structure) -> None:
    chain = gemmi.Chain("B")
    for number, (name, place) in enumerate(zip(NAMES[:10], PLACES[:10] + 40.0, strict=True), 1):
        chain.add_residue(residue(name, number, place))
    whole[0].add_chain(chain)


def test_chains_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    path = write(tmp_path / "two.pdb", second_chain)
    with pytest.raises(DataError, match=r"there are the chains A, B; name those of the antigen"):
        discretize(path)
    assert len(discretize(path, ["A"]).antigen.sequence) == N
    both = discretize(path, ["A", "B"]).antigen
    assert (len(both.sequence), both.name) == (N + 10, "two_A_B")


def test_a_thousand_sequences_have_the_same_energies_by_every_backend(tmp_path: Path) -> None:
    found = profiles(load_antigen("S85"), 8, 9, folder=tmp_path)
    codes = np.random.default_rng(0).integers(20, size=(1000, 8))
    docked = [oracle(found, backend).dock(codes) for backend in ("numba", "torch", "numpy")]  # type: ignore[arg-type]
    for name in ("total", "binding", "n_tied"):
        first, *others = (getattr(one, name) for one in docked)
        assert all(np.array_equal(first, other) for other in others)


@pytest.mark.parametrize(
    ("sequence", "gravy", "charge", "instability"),
    [
        ("CARAAHKLARI", 0.1727, 2.5670, 15.182),
        ("FFFFWLLMLFL", 2.7455, 0.4425, 20.309),
        ("WCGLDEIMNIR", 0.0818, 1.4655, 66.545),
    ],
)
def test_properties_are_those_of_biopython(
    sequence: str, gravy: float, charge: float, instability: float
) -> None:
    found = [measure(sequence, which) for which in ("gravy", "charge", "instability")]
    assert found == pytest.approx([gravy, charge, instability], abs=1e-3)


def test_properties_are_further_objectives(tmp_path: Path) -> None:
    task = AntibodyDesign(
        antigen="S85",
        length=6,
        window=6,
        min_contacts=12,
        cache=str(tmp_path),
        also=("charge", "instability"),
    )
    points = task.space.decode(task.space.sample(3, generator=make_generator("loops")))
    assert task.evaluate(points)[list(task.objectives)].notna().all(axis=None)
    assert task.objectives == ("energy", "charge", "instability")
