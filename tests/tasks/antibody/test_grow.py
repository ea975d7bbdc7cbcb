"""Tests of `tasks.antibody.grow` and `holes`."""

from __future__ import annotations

import numpy as np

from tasks.antibody.antigens import load_antigen
from tasks.antibody.grow import grown
from tasks.antibody.holes import dead_ends
from tasks.antibody.lattice import CENTER, STEPS, are_adjacent


def test_an_antigen_is_a_compact_chain_that_its_seed_decides() -> None:
    antigen = grown(60, 3)
    sites = np.array(antigen.positions, dtype=np.int32)
    assert len(set(sites.tolist())) == 60
    assert are_adjacent(sites[1:], sites[:-1]).all()
    assert grown(60, 3) == antigen
    assert grown(60, 4).positions != antigen.positions
    touching = sum(are_adjacent(sites[i], sites[i + 1 :]).sum() for i in range(60))
    assert touching > 1.4 * 60  # a stretched chain has 59


def test_those_that_come_along_were_grown_here() -> None:
    assert grown(85, 0).digest == load_antigen("S85").digest


def test_a_site_with_five_closed_neighbors_is_a_dead_end() -> None:
    around = (CENTER + STEPS).tolist()
    assert dead_ends(around[:5]) == [CENTER]
    assert dead_ends(around[:3]) == []


def test_a_ring_of_four_closes_a_site_and_a_bent_four_does_not() -> None:
    around = (CENTER + STEPS).tolist()
    assert dead_ends(around[:4]) == [CENTER]
    bent = [around[0], around[1], around[2], around[4]]
    assert dead_ends(bent) == []


def test_a_blocked_site_may_block_the_next() -> None:
    # A shaft of two sites, open at one end: its bottom is a dead end, and then its top has five closed sides.
    bottom, top = CENTER, CENTER + 1
    walls = {site + step for site in (bottom, top) for step in STEPS.tolist()} - {bottom, top, top + 1}
    assert dead_ends(walls) == [bottom, top]
