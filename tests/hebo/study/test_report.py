"""The report of a study."""

from __future__ import annotations

from pathlib import Path

from hebo.experiment.store.results import load_results
from hebo.study.study import Study


def test_a_study_has_the_page_of_one_problem_and_its_store_says_what_it_is(tmp_path: Path) -> None:
    goals = [{"name": "gain", "goal": "maximize", "unit": "EUR"}]
    study = Study({"x": (0.0, 1.0)}, objectives=goals, storage=tmp_path / "s.db", optimizer="sobol")
    result = study.optimize(lambda x: 1 - (x - 0.5) ** 2, n_trials=4, target=0.9)
    page = result.report()
    study.close()
    assert page == tmp_path / "study-report" / "report.html"
    text = page.read_text("utf-8")
    assert "Study report" in text
    assert "Best point" in text
    assert "there are" in text  # few trials and no model
    assert load_results(f"sqlite:///{tmp_path}/s.db").kind == "study"


def test_the_page_says_why_a_study_stopped(tmp_path: Path) -> None:
    study = Study({"x": (0.0, 1.0)}, storage=tmp_path / "s.db", optimizer="sobol")
    result = study.optimize(lambda x: x, n_trials=9, patience=2)
    text = study.report(tmp_path / "page").read_text("utf-8")
    study.close()
    assert result.stopped_by is not None
    assert f"Stopped: {result.stopped_by}" in text
