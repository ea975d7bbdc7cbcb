"""The notebook of antibody design runs, in small."""

from __future__ import annotations

import pytest

from notebooks import run_small

pytestmark = pytest.mark.client


def test_every_cell_runs_and_shows_loops_pictures_and_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    names, images = run_small("antibody", monkeypatch)
    assert len(names["history"]) == 25
    assert names["history"]["energy"].is_monotonic_increasing
    assert len(images) == 4
    compared = {"antbo", "hebo", "hebo_one_hot", "mcbo", "genetic_algorithm", "random_search"}
    assert set(names["table"]["optimizer"]) == compared
