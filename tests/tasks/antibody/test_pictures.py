"""Tests of `tasks.antibody.pictures`."""

from __future__ import annotations

import math

import numpy as np
import pytest
from matplotlib.patches import Circle

from tasks.antibody.antigens import load_antigen
from tasks.antibody.energies import ALPHABET
from tasks.antibody.lattice import CENTER, coordinates_of
from tasks.antibody.pictures import _best_view, information, lattice_figure, logo_figure

ANTIGEN = load_antigen("S85", None, "residue")


@pytest.fixture
def sites() -> np.ndarray:
    """A straight line of five sites outside of the antigen, that ends beside it."""
    x, y, z = coordinates_of(np.array(ANTIGEN.positions)).T
    row = (y == y[np.argmax(x)]) & (z == z[np.argmax(x)])
    end = ANTIGEN.positions[int(np.flatnonzero(row)[np.argmax(x[row])])]
    return np.arange(end + 5, end, -1, dtype=np.int32)


def test_a_column_of_one_letter_has_all_bits_and_an_even_one_of_two_shares_one_less() -> None:
    heights = information(["AC", "AD"])
    whole = math.log2(20)
    assert heights[0, ALPHABET.index("A")] == pytest.approx(whole)
    assert heights[1, ALPHABET.index("C")] == pytest.approx((whole - 1) / 2)
    assert heights[1, ALPHABET.index("D")] == pytest.approx((whole - 1) / 2)
    assert np.count_nonzero(heights) == 3


def test_a_column_of_all_letters_tells_nothing() -> None:
    assert information(list(ALPHABET))[0] == pytest.approx(np.zeros(20), abs=1e-12)


def test_no_two_residues_of_the_loop_hide_one_another(sites: np.ndarray) -> None:
    loop, chain = (coordinates_of(one).astype(float) for one in (sites, np.array(ANTIGEN.positions)))
    view = _best_view(loop, chain)
    shown = view.project(loop)
    apart = np.linalg.norm(shown[:, None, :2] - shown[:, :2], axis=-1)[np.triu_indices(len(loop), 1)]
    assert apart.min() > 0.9
    assert shown[:, 2].mean() > view.project(chain)[:, 2].mean()
    assert view.axes @ view.axes.T == pytest.approx(np.eye(3))


def test_every_residue_is_drawn_and_the_touched_ones_are_named(sites: np.ndarray) -> None:
    figure = lattice_figure(ANTIGEN, "FLIMW", sites)
    (axes,) = figure.axes
    discs = [one for one in axes.patches if isinstance(one, Circle)]
    touched = set(ANTIGEN.neighbors(sites).reshape(-1).tolist()) - {-1}
    assert touched
    assert len(discs) == len(ANTIGEN.sequence) + 5
    letters = sorted(one.get_text() for one in axes.texts)
    assert letters == sorted([*"FLIMW", *(ANTIGEN.sequence[place] for place in touched)])


def test_bonds_join_only_residues_on_neighboring_sites(sites: np.ndarray) -> None:
    broken = np.array([*sites[:2], CENTER + 25 * 64, *sites[3:]], dtype=np.int32)
    whole, gap = (len(lattice_figure(ANTIGEN, "FLIMW", one).axes[0].lines) for one in (sites, broken))
    assert whole - gap == 2


def test_a_narrow_letter_of_a_logo_is_not_drawn_as_a_block() -> None:
    (axes,) = logo_figure(["I", "I"]).axes
    (letter,) = axes.patches
    box = letter.get_path().get_extents()
    assert box.width < 0.5
    assert (box.x0 + box.x1) / 2 == pytest.approx(1.0)


def test_letters_of_a_logo_are_stacked_within_their_columns() -> None:
    figure = logo_figure(["ACD", "ACE", "AFE"])
    (axes,) = figure.axes
    boxes = [one.get_path().get_extents() for one in axes.patches]
    assert len(boxes) == 5
    for box in boxes:
        assert math.floor(box.x0 + 0.5) == math.floor(box.x1 + 0.5)
        assert box.y0 >= 0
    total = information(["ACD", "ACE", "AFE"])[1].sum()
    second = [box for box in boxes if 1.5 < box.x0 < 2.5]
    assert max(box.y1 for box in second) == pytest.approx(total, rel=0.05)
