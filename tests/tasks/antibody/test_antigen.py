"""Tests of `tasks.antibody.antigen`, its files, and those that come along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hebo.errors import ConfigError, DataError
from tasks.antibody.antigen import Antigen, read_antigen
from tasks.antibody.antigens import load_antigen, names
from tasks.antibody.lattice import CENTER

TWO = Antigen("two", (CENTER, CENTER + 1), "AK", (CENTER + 64,))


def test_sites_know_what_is_beside_them() -> None:
    assert not TWO.is_free[[CENTER, CENTER + 1, CENTER + 64, 0]].any()
    assert TWO.is_free[CENTER - 1]
    assert TWO.contacts[[CENTER - 1, CENTER + 2, CENTER + 64, CENTER, CENTER + 3]].tolist() == [1, 1, 1, 1, 0]
    beside = TWO.neighbors(np.array([CENTER + 65], dtype=np.int32))
    assert sorted(beside[0].tolist()) == [-1, -1, -1, -1, -1, 1]


def test_an_antigen_goes_to_a_file_and_back(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text(json.dumps(TWO.to_json()))
    assert read_antigen(path) == load_antigen(str(path)) == TWO
    other = Antigen("other name", TWO.positions, TWO.sequence, TWO.blocked)
    assert other.digest == TWO.digest
    assert Antigen("two", TWO.positions, "AR", TWO.blocked).digest != TWO.digest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sequence": "A"}, "2 positions for 1 residues; give one each"),
        ({"sequence": "AX"}, "residue 2 is 'X', which is none of the twenty"),
        ({"positions": [5, CENTER]}, "outside the lattice or on its faces"),
        ({"blocked": [10**6]}, "outside the lattice or on its faces"),
        ({"positions": [CENTER, CENTER]}, "two residues are on one site"),
        ({"positions": [1.5, CENTER]}, "are lists of whole numbers"),
        ({"name": 3}, "name and sequence are texts"),
        ({"color": "red"}, "expected the keys name, positions, sequence, blocked"),
    ],
)
def test_a_file_without_an_antigen_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**TWO.to_json(), **changes}))
    with pytest.raises(DataError, match=message):
        read_antigen(path)


def test_a_missing_or_other_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        read_antigen(tmp_path / "none.json")
    (tmp_path / "text.json").write_text("[")
    with pytest.raises(DataError, match="no JSON"):
        read_antigen(tmp_path / "text.json")
    (tmp_path / "x.xyz").write_text("")
    with pytest.raises(DataError, match=r"known by its suffix; expected one of .json, .txt, .pdb"):
        load_antigen(str(tmp_path / "x.xyz"))
    with pytest.raises(ConfigError, match=r"'S131' does not come along .* Did you mean 'S130'"):
        load_antigen("S131")


def test_six_antigens_of_different_sizes_come_along() -> None:
    assert names() == ["S85", "S104", "S130", "S160", "S192", "S230"]
    assert [len(load_antigen(name).sequence) for name in names()] == [85, 104, 130, 160, 192, 230]
