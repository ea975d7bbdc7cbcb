"""Tests of `tasks.antibody.lattice_fit` on chains of which the best walk is known."""

from __future__ import annotations

import numpy as np
import pytest

from hebo.errors import DataError
from tasks.antibody.grow import grown
from tasks.antibody.lattice import are_adjacent, coordinates_of, site_of
from tasks.antibody.lattice_fit import BOND, fit

PLACES = coordinates_of(np.array(grown(60, 0).positions, dtype=np.int32))
FOLLOWS = np.arange(60) > 0


def turned(points: np.ndarray, seed: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    """Points turned and moved in space."""
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return points @ (rotation * np.sign(np.linalg.det(rotation))) + 7.0


@pytest.mark.parametrize("mirror", [1, -1])
@pytest.mark.parametrize("gap", [None, 30])
def test_a_walk_on_the_lattice_is_found_again(mirror: int, gap: int | None) -> None:
    points = turned(BOND * PLACES * np.array([1, 1, mirror]))
    follows = FOLLOWS.copy()
    if gap is not None:
        follows[gap] = False
    found = fit(points, follows)
    assert found.drmsd == pytest.approx(0.0, abs=1e-9)
    assert found.rmsd == pytest.approx(0.0, abs=1e-9)
    assert np.allclose(found.onto_lattice(points), found.places)


def test_a_disturbed_walk_stays_near_and_never_crosses_itself() -> None:
    points = turned(BOND * PLACES) + np.random.default_rng(1).normal(size=PLACES.shape)
    found = fit(points, FOLLOWS)
    lattice = np.linalg.norm(found.places[:, None] - found.places, axis=-1) * BOND
    real = np.linalg.norm(points[:, None] - points, axis=-1)
    i, j = np.triu_indices(60, 1)
    assert found.drmsd == pytest.approx(np.sqrt(((lattice - real)[i, j] ** 2).mean()))
    assert found.drmsd < 2.0
    sites = site_of(found.places - found.places.min(0) + 1)
    assert len(set(sites.tolist())) == 60
    assert are_adjacent(sites[1:], sites[:-1]).all()


def test_more_walks_fit_no_worse() -> None:
    points = turned(BOND * PLACES) + np.random.default_rng(2).normal(size=PLACES.shape)
    assert fit(points, FOLLOWS, n_kept=50).drmsd <= fit(points, FOLLOWS, n_kept=1).drmsd + 1e-12


def test_a_chain_that_runs_into_a_corner_says_so() -> None:
    # Many points in one place: the single walk that is kept winds itself up.
    with pytest.raises(
        DataError, match=r"no walk has room for residue \d+; keep more of them \(n_kept > 1\)"
    ):
        fit(np.zeros((800, 3)), np.arange(800) > 0, n_kept=1)


def test_a_jump_has_about_the_right_length() -> None:
    points = turned(BOND * np.concatenate([PLACES[:10], PLACES[40:]]))
    follows = np.arange(30) > 0
    follows[10] = False
    found = fit(points, follows)
    length = np.linalg.norm(found.places[10] - found.places[9])
    assert abs(length - np.linalg.norm(PLACES[40] - PLACES[9])) <= 1.0
