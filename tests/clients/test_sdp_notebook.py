"""The notebook of the SDP game runs, in small."""

from __future__ import annotations

import pytest

from notebooks import run_small

pytestmark = pytest.mark.client

FIVE = {"tree_search", "hebo", "casmopolitan", "genetic_algorithm", "random_search"}
INFORMED = {"tree_search (informed)", "hebo (informed)"}


def test_every_cell_runs_and_shows_bounds_pictures_and_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flint")
    names, images = run_small("sdp_game", monkeypatch)
    assert names["two_points"].certified_value > names["limit"]
    assert names["verified"].bound == names["three_points"].certified_value
    assert names["history"]["status"].isin(["certified", "two_points", "refused"]).all()
    assert len(images) == 3
    assert set(names["small"]["optimizer"]) == FIVE | INFORMED
