"""The notebook of antibody design runs, in small."""

from __future__ import annotations

from typing import Any

import pytest

from notebooks import NOTEBOOKS, notebook_tool

pytestmark = pytest.mark.client


def test_every_cell_runs_and_shows_loops_pictures_and_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setenv("SMOKE_TEST", "1")
    monkeypatch.chdir(NOTEBOOKS)
    make, names = notebook_tool(), dict[str, Any]()
    script = (NOTEBOOKS / "antibody.py").read_text(encoding="utf-8")
    shown = [make.run_cell(text, names) for kind, text in make.cells_of(script) if kind == "code"]
    assert len(names["history"]) == 25
    assert names["history"]["energy"].is_monotonic_increasing
    images = [one["data"] for cell in shown for one in cell if "image/png" in one["data"]]
    assert len(images) == 4
    assert set(names["table"]["optimizer"]) == {"antbo", "hebo", "genetic_algorithm", "random_search"}
