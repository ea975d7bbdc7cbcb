"""Tests of `tasks.antibody.lattice`."""

from __future__ import annotations

import numpy as np

from tasks.antibody.lattice import CENTER, N_SITES, STEPS, are_adjacent, coordinates_of, faces, site_of


def test_sites_and_coordinates_are_each_others_inverse() -> None:
    sites = np.array([0, 1, 64, 4096, CENTER, N_SITES - 1], dtype=np.int32)
    coordinates = coordinates_of(sites)
    assert coordinates.tolist() == [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [32, 32, 32], [63, 63, 63]]
    assert site_of(coordinates).tolist() == sites.tolist()


def test_a_site_is_adjacent_to_six() -> None:
    around = CENTER + STEPS
    assert are_adjacent(np.full(6, CENTER, dtype=np.int32), around).all()
    distances = np.abs(coordinates_of(around) - coordinates_of(np.array(CENTER))).sum(1)
    assert distances.tolist() == [1] * 6
    assert not are_adjacent(around[:1], around[1:]).any()


def test_faces_are_the_outermost_sites() -> None:
    assert faces().sum() == 64**3 - 62**3
    assert not faces()[CENTER]
