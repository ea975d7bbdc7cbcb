"""Tests of `tasks.antibody.lattice_text`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hebo.errors import DataError
from tasks.antibody.antigens import load_antigen
from tasks.antibody.lattice import CENTER, coordinates_of
from tasks.antibody.lattice_text import flat_patch

TEXT = """antigen 1XYZ_A
index AA position
0\tA\t133152 (32,32,32)
1 k 133153(33, 32, 32)
Forbidden positions: {}
"""


def test_residues_and_forbidden_sites_are_read(tmp_path: Path) -> None:
    path = tmp_path / "1XYZ_A.txt"
    path.write_text(TEXT.format("133154 (34,32,32) 133216"))
    antigen = load_antigen(str(path))
    assert (antigen.name, antigen.positions, antigen.sequence) == ("1XYZ_A", (CENTER, CENTER + 1), "AK")
    assert antigen.blocked == (133154, 133216)


def test_without_forbidden_sites_a_patch_is_forbidden(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(TEXT.format(""))
    assert set(load_antigen(str(path)).blocked) == set(flat_patch()) - {CENTER, CENTER + 1}
    assert len(flat_patch()) == 192
    at = coordinates_of(np.array(flat_patch()))
    assert (at.min(0).tolist(), at.max(0).tolist()) == ([25, 26, 32], [40, 37, 32])


def test_a_text_without_residues_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("nothing\n")
    with pytest.raises(DataError, match="no line is a residue"):
        load_antigen(str(tmp_path / "x.txt"))
