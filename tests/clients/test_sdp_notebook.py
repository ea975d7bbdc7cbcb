"""The notebook of the SDP game runs, in small."""

from __future__ import annotations

from typing import Any

import pytest

from notebooks import NOTEBOOKS, notebook_tool

pytestmark = pytest.mark.client


def test_every_cell_runs_and_shows_bounds_pictures_and_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("flint")
    monkeypatch.setenv("SMOKE_TEST", "1")
    monkeypatch.chdir(NOTEBOOKS)
    make, names = notebook_tool(), dict[str, Any]()
    script = (NOTEBOOKS / "sdp_game.py").read_text(encoding="utf-8")
    shown = [make.run_cell(text, names) for kind, text in make.cells_of(script) if kind == "code"]
    assert names["two_points"].certified_value > names["limit"]
    assert names["verified"].bound == names["three_points"].certified_value
    assert names["history"]["status"].isin(["certified", "two_points", "refused"]).all()
    assert len([one for cell in shown for one in cell if "image/png" in one["data"]]) == 3
    assert {"tree_search", "hebo", "random_search"} <= set(names["small"]["optimizer"])
