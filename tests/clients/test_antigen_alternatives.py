"""Alternatives, ligands and modified residues in PDB and mmCIF files, read by gemmi."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from toy_protein import NAMES, PLACES, Change, N, residue, write

from hebo.errors import ConfigError, DataError
from tasks.antibody.__main__ import main
from tasks.antibody.antibody_design import AntibodyDesign
from tasks.antibody.antigens import load_antigen
from tasks.antibody.structure_file import SUFFIXES, Protein, read_protein

pytestmark = pytest.mark.client

gemmi = pytest.importorskip("gemmi")

FORMATS = pytest.mark.parametrize("suffix", [".pdb", ".cif"])
LETTERS = "".join(gemmi.find_tabulated_residue(name).one_letter_code for name in NAMES)


def read(folder: Path, change: Change, suffix: str = ".pdb", chains: list[str] | None = None) -> Protein:
    return read_protein(write(folder / f"toy{suffix}", change), chains)


def letters(protein: Protein) -> str:
    return "".join(one.letter for one in protein.residues)


def set_conformer(one: gemmi.Residue, name: str, occupancy: float) -> gemmi.Residue:
    for atom in one:
        atom.altloc, atom.occ = name, occupancy
    return one


def heterogeneous(at: int, first: tuple[str, float], second: tuple[str, float]) -> Change:
    """Two residues at one number, the atoms of the second one after those of the first."""

    def change(whole: gemmi.Structure) -> None:
        chain = whole[0]["A"]
        chain[at - 1].name = first[0]
        set_conformer(chain[at - 1], "A", first[1])
        other = set_conformer(residue(second[0], at, PLACES[at - 1]), "B", second[1])
        other.entity_type, other.subchain = chain[at - 1].entity_type, chain[at - 1].subchain
        chain.add_residue(other, at)

    return change


@FORMATS
@pytest.mark.parametrize(
    ("first", "second", "letter"),
    [
        (("PRO", 0.6), ("SER", 0.4), "P"),
        (("PRO", 0.4), ("SER", 0.6), "S"),
        (("LEU", 0.5), ("ILE", 0.5), "L"),
    ],
)
def test_one_residue_of_a_number_counts_the_most_occupied(
    tmp_path: Path, suffix: str, first: tuple[str, float], second: tuple[str, float], letter: str
) -> None:
    found = read(tmp_path, heterogeneous(22, first, second), suffix)
    assert letters(found) == LETTERS[:21] + letter + LETTERS[22:]
    assert len(found.notes) == 1
    assert f"A {gemmi.expand_one_letter(letter, gemmi.ResidueKind.AA)} 22 is read" in found.notes[0]
    assert f"({first[0]} {first[1]:.2f}, {second[0]} {second[1]:.2f})" in found.notes[0]


def test_a_residue_with_more_atoms_is_not_more_occupied(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        chain = whole[0]["A"]
        set_conformer(chain[4], "A", 0.6).name = "GLY"
        large = residue("TRP", 5, PLACES[4])
        for name in ("CG", "CD1", "CD2", "NE1"):
            atom = large[3].clone()
            atom.name = name
            large.add_atom(atom)
        chain.add_residue(set_conformer(large, "B", 0.4), 5)

    assert letters(read(tmp_path, change))[4] == "G"


def test_three_residues_and_two_conformers_of_one_count_by_what_they_have_together(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        chain = whole[0]["A"]
        set_conformer(chain[4], "A", 0.4).name = "PRO"
        twice = set_conformer(residue("SER", 5, PLACES[4]), "B", 0.3)
        for atom in set_conformer(residue("SER", 5, PLACES[4] + 0.2), "C", 0.3):
            twice.add_atom(atom)
        chain.add_residue(twice, 5)

    found = read(tmp_path, change)
    assert letters(found)[4] == "S"
    assert "(PRO 0.40, SER 0.60)" in found.notes[0]


def test_a_second_residue_at_the_end_of_the_file_keeps_its_place(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        set_conformer(whole[0]["A"][4], "A", 0.3)
        whole[0]["A"].add_residue(set_conformer(residue("TRP", 5, PLACES[4]), "B", 0.7))

    assert letters(read(tmp_path, change)) == LETTERS[:4] + "W" + LETTERS[5:]


@FORMATS
def test_a_conformer_is_chosen_for_a_whole_residue(tmp_path: Path, suffix: str) -> None:
    """Per atom, the nitrogen would be that of B and the others that of A."""

    def change(whole: gemmi.Structure) -> None:
        atoms = set_conformer(whole[0]["A"][7], "A", 0.6)
        atoms[0].occ = 0.4
        others = residue("ALA", 8, PLACES[7] + np.array([0.0, 0.0, 9.0]))
        for atom, occupancy in zip(others, (0.6, 0.4, 0.4, 0.4), strict=True):
            atom.altloc, atom.occ = "B", occupancy
            atoms.add_atom(atom)

    found = read(tmp_path, change, suffix)
    heights = [place[2] for place in found.residues[7].atoms.values()]
    assert heights == pytest.approx([PLACES[7][2]] * 4, abs=1e-3)
    assert [one for one in found.notes if "A" in one and "atoms in several places" in one]


def test_an_atom_that_the_chosen_conformer_lacks_is_taken_from_another(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        atoms = whole[0]["A"][7]
        set_conformer(atoms, "B", 0.3)
        for other in [atom.clone() for atom in [*atoms][:3]]:
            other.altloc, other.occ = "A", 0.7
            atoms.add_atom(other)

    assert set(read(tmp_path, change).residues[7].atoms) == {"N", "CA", "C", "CB"}


def test_many_residues_with_alternatives_are_one_note(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        for one in [*whole[0]["A"]][:20]:
            other = one[0].clone()
            one[0].altloc, other.altloc = "A", "B"
            one.add_atom(other)

    (note,) = read(tmp_path, change).notes
    assert " and 8 more have atoms in several places" in note


def ligand(name: str, number: int = 201, at: int = N) -> Change:
    def change(whole: gemmi.Structure) -> None:
        one = residue(name, number, PLACES.mean(0) + 25.0)
        one.het_flag, one.entity_type, one.subchain = "H", gemmi.EntityType.NonPolymer, "Ax1"
        whole[0]["A"].add_residue(one, at)
        whole.ensure_entities()

    return change


@FORMATS
@pytest.mark.parametrize("name", ["GLY", "GLU"])
def test_an_amino_acid_that_is_bound_is_no_residue(tmp_path: Path, suffix: str, name: str) -> None:
    found = read(tmp_path, ligand(name), suffix)
    assert letters(found) == LETTERS
    assert found.notes == (f"A {name} 201 is left out, as it is no part of the chain",)


def test_an_amino_acid_that_is_bound_is_no_residue_without_the_end_of_the_chain(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb", ligand("GLY", N + 1))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("TER")))
    assert letters(read_protein(path)) == LETTERS


@FORMATS
@pytest.mark.parametrize("at", [0, N])
def test_a_bound_amino_acid_is_none_of_the_chain_though_the_file_says_so(
    tmp_path: Path, suffix: str, at: int
) -> None:
    def change(whole: gemmi.Structure) -> None:
        ligand("GLU", 201, at)(whole)
        whole[0]["A"][at].entity_type, whole[0]["A"][at].subchain = gemmi.EntityType.Polymer, "Axp"

    assert letters(read(tmp_path, change, suffix)) == LETTERS


def test_a_chain_that_ends_several_times_goes_on(tmp_path: Path) -> None:
    """Programs that simulate proteins write TER at gaps, and some none at the end."""
    path = write(tmp_path / "toy.pdb")
    lines = path.read_text().splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line[:4] == "ATOM" and int(line[22:26]) == 21)
    rest = [line for line in lines[place:] if not line.startswith("TER")]
    path.write_text("".join([*lines[:place], "TER\n", *rest]))
    assert letters(read_protein(path)) == LETTERS


def test_a_ligand_in_a_chain_of_its_own_makes_no_chain(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        chain = gemmi.Chain("B")
        chain.add_residue(residue("GLU", 1, PLACES.mean(0) + 25.0))
        chain[0].het_flag = "H"
        whole[0].add_chain(chain)
        whole.setup_entities()

    for suffix in (".pdb", ".cif"):
        assert letters(read(tmp_path, change, suffix)) == LETTERS


def renamed(number: int, name: str) -> Change:
    def change(whole: gemmi.Structure) -> None:
        whole[0]["A"][number - 1].name = name
        whole[0]["A"][number - 1].het_flag = "H"

    return change


@FORMATS
@pytest.mark.parametrize(
    ("name", "letter"), [("MSE", "M"), ("SEP", "S"), ("TPO", "T"), ("PTR", "Y"), ("HYP", "P"), ("CSO", "C")]
)
def test_a_modified_residue_counts_as_what_it_was_made_from(
    tmp_path: Path, suffix: str, name: str, letter: str
) -> None:
    found = read(tmp_path, renamed(4, name), suffix)
    assert letters(found) == LETTERS[:3] + letter + LETTERS[4:]
    assert found.notes == (f"A {name} 4 counts as {letter}",)


@FORMATS
@pytest.mark.parametrize("name", ["XQZ", "UNK"])
def test_a_residue_that_is_not_known_is_noted(tmp_path: Path, suffix: str, name: str) -> None:
    found = read(tmp_path, renamed(4, name), suffix)
    assert letters(found) == LETTERS[:3] + LETTERS[4:]
    assert found.notes[0] == (
        f"A {name} 4 is left out, as it stands for none of the twenty amino acids that is known"
    )
    assert "there is a gap between" in found.notes[1]


def test_the_file_may_say_what_a_residue_was_made_from(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb", renamed(4, "XQZ"))
    path.write_text(f"MODRES 1TOY XQZ A    4  LYS  MADE FROM LYSINE\n{path.read_text()}")
    gemmi.read_structure(str(path)).make_mmcif_document().write_file(str(tmp_path / "toy.cif"))
    for one in (path, tmp_path / "toy.cif"):
        found = read_protein(one)
        assert letters(found) == LETTERS[:3] + "K" + LETTERS[4:]
        assert found.notes == ("A XQZ 4 counts as K",)


def two_chains(whole: gemmi.Structure) -> None:
    renamed(4, "MSE")(whole)
    chain = gemmi.Chain("B")
    for number, (name, place) in enumerate(zip(NAMES[:15], PLACES[:15] + 40.0, strict=True), 1):
        chain.add_residue(residue("SEP" if number == 3 else name, number, place))
    whole[0].add_chain(chain)
    whole.setup_entities()


def test_notes_are_of_the_chains_asked_for(tmp_path: Path) -> None:
    assert read(tmp_path, two_chains, chains=["A"]).notes == ("A MSE 4 counts as M",)
    assert read(tmp_path, two_chains, chains=["B"]).notes == ("B SEP 3 counts as S",)
    assert len(read(tmp_path, two_chains, chains=["B", "A"]).notes) == 2


def test_a_task_has_the_notes_of_its_antigen(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb", two_chains)
    assert AntibodyDesign(antigen=str(path), chains=["A"]).notes == ("A MSE 4 counts as M",)
    said = CliRunner().invoke(main, [str(path), "--chain", "A"]).output
    assert said.splitlines()[0] == "note: A MSE 4 counts as M"


@pytest.mark.parametrize(
    ("chains", "message"),
    [
        (["A", "A"], r"chains = \['A', 'A'\] names 'A' more than once"),
        ([], "chains is an empty list; name those of the antigen, or leave it out"),
        (["a"], r"there is no chain 'a'; those with amino acids: \['A', 'B'\]"),
        (["A", "C"], "there is no chain 'C'"),
        ([" A"], "there is no chain ' A'"),
    ],
)
def test_chains_that_make_no_sense_are_refused(tmp_path: Path, chains: list[str], message: str) -> None:
    path = write(tmp_path / "toy.pdb", two_chains)
    with pytest.raises(DataError, match=message):
        read_protein(path, chains)
    with pytest.raises(ValueError, match=message):
        AntibodyDesign(antigen=str(path), chains=chains)


def test_settings_of_structures_are_refused_for_what_is_none() -> None:
    with pytest.raises(ConfigError, match=r"chains = \['A'\] is for structures .* antigen 'S85' is none"):
        load_antigen("S85", ["A"])
    with pytest.raises(ConfigError, match="point = 'ca' is for structures"):
        load_antigen("S85", point="ca")


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".PDB", ".CIF.GZ"])
def test_files_are_known_by_the_same_suffixes_on_both_ways(tmp_path: Path, suffix: str) -> None:
    plain = write(tmp_path / ("plain.cif" if "cif" in suffix.lower() else "plain.pdb")).read_bytes()
    path = tmp_path / f"toy{suffix}"
    path.write_bytes(gzip.compress(plain) if suffix.lower().endswith(".gz") else plain)
    assert load_antigen(str(path)).name == "toy"
    done = CliRunner().invoke(main, [str(path)])
    assert (done.exit_code, done.output[:4]) == (0, "toy:")


def test_another_suffix_is_refused_on_both_ways(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb").rename(tmp_path / "toy.pdb1")
    done = CliRunner().invoke(main, [str(path)])
    assert (done.exit_code, "known by their suffixes .pdb, .ent, .cif" in done.output) == (2, True)
    with pytest.raises(DataError, match=r"known by its suffix; expected one of \.json, \.txt, \.pdb, \.ent"):
        load_antigen(str(path))


def numbered(*numbers: str) -> Change:
    def change(whole: gemmi.Structure) -> None:
        for one, number in zip(whole[0]["A"], numbers, strict=False):
            one.seqid = gemmi.SeqId(number)

    return change


@FORMATS
def test_numbers_may_be_negative_or_have_insertion_codes(tmp_path: Path, suffix: str) -> None:
    found = read(tmp_path, numbered("-3", "-2", "-1", "-1A", "-1B"), suffix)
    assert (letters(found), found.notes) == (LETTERS, ())


def test_residues_that_share_a_number_and_no_place_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb", numbered(*map(str, [*range(1, 21), *range(1, 21)])))
    with pytest.raises(DataError, match=r"residue.* A .*; (number )?the residues of a chain"):
        read_protein(path)


def test_hydrogens_and_deuterium_are_left_out(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        for name, element in (("H", "H"), ("DA", "D")):
            atom = gemmi.Atom()
            atom.name, atom.element, atom.pos = name, gemmi.Element(element), gemmi.Position(0, 0, 0)
            whole[0]["A"][4].add_atom(atom)

    found = read(tmp_path, change)
    assert (set(found.residues[4].atoms), found.notes) == ({"N", "CA", "C", "CB"}, ())


def test_a_residue_of_hydrogens_alone_is_noted(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        for atom in whole[0]["A"][4]:
            atom.name, atom.element = f"H{atom.name}", gemmi.Element("H")

    found = read(tmp_path, change)
    assert letters(found) == LETTERS[:4] + LETTERS[5:]
    assert "5 is left out, as it has no atoms but hydrogens" in found.notes[0]


def test_atoms_that_are_not_occupied_are_read_and_noted(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        for one in (whole[0]["A"][4], whole[0]["A"][5]):
            for atom in one:
                atom.occ = 0.0

    found = read(tmp_path, change)
    assert letters(found) == LETTERS
    assert found.notes == (f"A {NAMES[4]} 5, A {NAMES[5]} 6 have no occupied atoms, and are read as others",)


def test_a_gap_beside_a_residue_without_alpha_carbon_is_noted(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        whole[0]["A"][4].remove_atom("CA", "\0", gemmi.Element("C"))

    assert read(tmp_path, change).notes == ()

    def with_gap(whole: gemmi.Structure) -> None:
        change(whole)
        for _ in range(4):
            del whole[0]["A"][5]

    assert any("there is a gap between" in one for one in read(tmp_path, with_gap).notes)


def test_the_alternatives_of_sugars_are_resolved(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        chain = gemmi.Chain("S")
        one = set_conformer(residue("NAG", 1, PLACES.mean(0) + 20.0, ("C1", "C2", "C3")), "A", 0.6)
        for atom in set_conformer(residue("NAG", 1, PLACES.mean(0) + 25.0, ("C1", "C2", "C3")), "B", 0.4):
            one.add_atom(atom)
        chain.add_residue(one)
        whole[0].add_chain(chain)

    assert read(tmp_path, change).sugars.shape == (3, 3)


def empty_table() -> bytes:
    return b"data_x\nloop_\n_atom_site.id\n_atom_site.type_symbol\n"


@pytest.mark.parametrize(
    ("name", "contents"),
    [
        ("x.cif", b""),
        ("x.cif", b" \n"),
        ("x.cif", b"data_x\n"),
        ("x.cif", empty_table()),
        ("x.cif", bytes(range(256))),
        ("x.cif.gz", b"not packed"),
        ("x.cif.gz", gzip.compress(b"data_x\n" * 9)[:-5]),
        ("x.pdb", b""),
        ("x.pdb", bytes(range(256))),
        ("x.pdb", b"ATOM      1  N   ALA A   1      xx"),
        (
            "x.pdb",
            b"ATOM      1  N   \xff\xfe\xff A   1       0.000   0.000   0.000  1.00  0.00           N\n",
        ),
    ],
)
def test_a_file_that_is_no_structure_gives_one_line_with_its_name(
    tmp_path: Path, name: str, contents: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(contents)
    done = CliRunner().invoke(main, [str(path)])
    assert done.exit_code == 2
    assert done.output.startswith(("error: ", "error: residue"))
    assert len(done.output.splitlines()) == 1


def test_coordinates_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.cif")
    document = gemmi.cif.read(str(path))
    column = document.sole_block().find_values("_atom_site.Cartn_x")
    column[10] = "?"
    document.write_file(str(path))
    with pytest.raises(DataError, match=r"residue A \w+ 3: the atom 'C' has no coordinates"):
        read_protein(path)


Refusal = Callable[[Path], object]


@pytest.mark.parametrize("number", [1, 2])
def test_an_antigen_without_room_for_a_loop_is_found_before_evaluations(tmp_path: Path, number: int) -> None:
    def change(whole: gemmi.Structure) -> None:
        while len(whole[0]["A"]) > number:
            del whole[0]["A"][number]

    task = AntibodyDesign(antigen=str(write(tmp_path / "toy.pdb", change)), cache=str(tmp_path / "cache"))
    with pytest.raises(DataError, match="'toy' has no place for a loop of 11 residues"):
        task.require()


def test_chains_that_are_too_far_apart_for_the_lattice_are_refused_at_once(tmp_path: Path) -> None:
    def change(whole: gemmi.Structure) -> None:
        for one in [*whole[0]["A"]][20:]:
            for atom in one:
                atom.pos = gemmi.Position(atom.pos.x + 900.0, atom.pos.y, atom.pos.z)

    with pytest.raises(DataError, match=r"residues are \d+ Angstrom apart, more than the lattice is wide"):
        load_antigen(str(write(tmp_path / "toy.pdb", change)))


def test_the_lines_of_two_residues_may_alternate(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.pdb", heterogeneous(22, ("PRO", 0.4), ("SER", 0.6)))
    lines = path.read_text().splitlines(keepends=True)
    both = [line for line in lines if line.startswith("ATOM") and line[22:26] == "  22"]
    start = lines.index(both[0])
    assert lines[start : start + 8] == both
    lines[start : start + 8] = [line for pair in zip(both[:4], both[4:], strict=True) for line in pair]
    path.write_text("".join(lines))
    assert letters(read_protein(path)) == LETTERS[:21] + "S" + LETTERS[22:]
