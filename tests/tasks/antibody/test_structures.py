"""Tests of `tasks.antibody.structures`, `profiles`, `oracle` and `poses` against enumeration by definition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hebo.errors import DataError, MissingExtraError
from tasks.antibody import oracle as oracle_module
from tasks.antibody.antigen import Antigen
from tasks.antibody.energies import ALPHABET, contact_energies, encode
from tasks.antibody.grow import grown
from tasks.antibody.lattice import coordinates_of, site_of
from tasks.antibody.oracle import Backend, Docked, TorchOracle, oracle
from tasks.antibody.poses import walks_of
from tasks.antibody.profiles import Profiles, profiles
from tasks.antibody.structures import structures
from tests.tasks.antibody.brute_force import Model, energy, point, site

LENGTH, CONTACTS = 4, 3
ANTIGENS = [grown(12, 0), grown(14, 1), Antigen("blocked", grown(13, 2).positions, grown(13, 2).sequence, ())]
ANTIGENS[2] = Antigen(
    "blocked",
    ANTIGENS[2].positions,
    ANTIGENS[2].sequence,
    tuple(np.flatnonzero(ANTIGENS[2].is_free & (ANTIGENS[2].contacts > 0))[::5].tolist()),
)
TABLE = {
    frozenset((a, b)): int(contact_energies()[i, j])
    for i, a in enumerate(ALPHABET)
    for j, b in enumerate(ALPHABET)
}
BACKENDS: list[Backend] = ["numpy", "torch", "numba"]


def random_codes(n: int, length: int, seed: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(seed).integers(20, size=(n, length))


def same(a: Docked, b: Docked) -> bool:
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("total", "binding", "n_tied"))


@pytest.mark.parametrize("antigen", ANTIGENS, ids=["one", "two", "blocked"])
@pytest.mark.parametrize(("length", "contacts"), [(LENGTH, CONTACTS), (4, 1), (3, 2)])
def test_structures_are_those_of_the_definition(antigen: Antigen, length: int, contacts: int) -> None:
    found = [tuple(walk) for table in structures(antigen, length, contacts) for walk in table.tolist()]
    expected = {tuple(map(site, walk)) for walk in Model(antigen).walks(length, contacts)}
    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.parametrize("length", [LENGTH, pytest.param(6, marks=pytest.mark.slow)])
@pytest.mark.parametrize("antigen", ANTIGENS, ids=["one", "two", "blocked"])
def test_energies_are_those_of_the_definition(antigen: Antigen, length: int) -> None:
    model = Model(antigen)
    every = {model.profile(walk) for walk in model.walks(length, CONTACTS)}
    found = profiles(antigen, length, CONTACTS)
    assert found.parts.shape == (3, len(every))
    codes = random_codes(60, length)
    docked = oracle(found, "numpy").dock(codes)
    expected = [energy("".join(ALPHABET[code] for code in row), every, TABLE) for row in codes]
    rows = np.stack([docked.total, docked.binding, docked.n_tied], axis=1)
    assert rows.tolist() == [list(one) for one in expected]
    assert docked.energies.tolist() == [binding / (100.0 * n) for _, binding, n in expected]


@pytest.mark.parametrize("backend", BACKENDS)
def test_backends_agree_exactly(backend: Backend) -> None:
    if backend == "numba":
        pytest.importorskip("numba")
    found = profiles(grown(20, 5), 7, 6)
    codes = random_codes(200, 7)
    assert same(oracle(found, backend).dock(codes), oracle(found, "numpy").dock(codes))


def test_sequences_in_one_block_are_docked_as_one_by_one() -> None:
    found = profiles(grown(20, 5), 7, 6)
    codes = random_codes(50, 7)
    expected = oracle(found, "numpy").dock(codes)
    rows = TorchOracle(found)._block(codes)
    assert rows.tolist() == np.stack([expected.total, expected.binding, expected.n_tied], 1).tolist()
    assert len(TorchOracle(found).dock(codes[:0]).energies) == 0


def test_moving_turning_and_renumbering_an_antigen_changes_no_energy() -> None:
    antigen = ANTIGENS[0]
    codes = random_codes(20, LENGTH)
    expected = oracle(profiles(antigen, LENGTH, CONTACTS), "numpy").dock(codes)
    at = coordinates_of(np.array(antigen.positions, dtype=np.int32))
    turned = np.stack([63 - at[:, 1], at[:, 0], at[:, 2]], axis=1)
    order = np.random.default_rng(0).permutation(len(at))
    for places, sequence in (
        (at + np.array([3, -2, 5]), antigen.sequence),
        (turned, antigen.sequence),
        (at[order], "".join(antigen.sequence[i] for i in order)),
    ):
        moved = Antigen("moved", tuple(site_of(places).tolist()), sequence)
        assert same(oracle(profiles(moved, LENGTH, CONTACTS), "numpy").dock(codes), expected)


def test_profiles_are_kept_in_files_by_content(tmp_path: Path) -> None:
    first = profiles(ANTIGENS[0], LENGTH, CONTACTS, folder=tmp_path / "new")
    (path,) = (tmp_path / "new").iterdir()
    before = path.stat().st_mtime_ns
    again = profiles(ANTIGENS[0], LENGTH, CONTACTS, folder=tmp_path / "new")
    assert path.stat().st_mtime_ns == before
    assert np.array_equal(first.parts, again.parts)
    profiles(ANTIGENS[0], LENGTH, CONTACTS + 1, folder=tmp_path / "new")
    profiles(ANTIGENS[1], LENGTH, CONTACTS, folder=tmp_path / "new")
    assert len(list((tmp_path / "new").iterdir())) == 3


def test_a_file_that_holds_no_profiles_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK nonsense")
    with pytest.raises(DataError, match=r"x.npz holds no profiles .* delete it"):
        Profiles.load(tmp_path / "x.npz")


def test_an_antigen_without_room_for_a_loop_says_so() -> None:
    with pytest.raises(DataError, match=r"has no place for a loop of 5 residues .* lower min_contacts"):
        profiles(ANTIGENS[0], 5, 100)


@pytest.mark.parametrize("antigen", ANTIGENS, ids=["one", "two", "blocked"])
def test_a_pose_has_the_energy_of_its_sequence(antigen: Antigen) -> None:
    found = profiles(antigen, LENGTH, CONTACTS)
    docking = oracle(found, "numpy")
    model = Model(antigen)
    for codes in random_codes(10, LENGTH, seed=1):
        number = int(docking.best_profiles(codes)[0])
        sequence = "".join(ALPHABET[code] for code in codes)
        walks = walks_of(antigen, found, number)
        assert len({tuple(walk) for walk in walks.tolist()}) == len(walks) >= 1
        kinds = {model.profile([point(one) for one in walk]) for walk in walks.tolist()}
        assert len(kinds) == 1
        total, _, _ = energy(sequence, kinds, TABLE)
        assert total == docking.dock(codes[None]).total[0]


def test_numba_is_asked_for_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oracle_module, "find_spec", lambda name: None)
    found = profiles(ANTIGENS[0], LENGTH, CONTACTS)
    with pytest.raises(MissingExtraError, match=r"'\.\[antibody\]'"):
        oracle(found, "numba")
    assert oracle(found, "auto").dock(encode("AAAAA")[None]).n_tied[0] >= 1
