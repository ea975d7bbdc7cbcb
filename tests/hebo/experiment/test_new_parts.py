"""A new part is one source file and one line of a catalog, and experiments name it at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import measures
import pytest
from click.testing import Result

from hebo.experiment.config.catalog import catalog
from hebo.experiment.store.results import load_results

NEW_PARTS = Path(__file__).parent / "new_parts"
KINDS = sorted(measures.catalog(NEW_PARTS))
COMPOSITION: dict[str, Any] = {
    "type": "bayes_opt",
    "surrogate": {"type": "warped_gp", "n_starts": 1},
    "acquisition": {"type": "log_ei"},
    "acq_optimizer": {"type": "random", "n_points": 64},
    "output_transform": {"type": "standardize"},
    "n_initial": 3,
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def install(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Install a package of one part of a kind: its file, and a catalog of one line."""
    [(name, (target, summary))] = measures.catalog(NEW_PARTS)[kind].items()
    module = target.partition(":")[0]

    def site() -> None:
        folder = tmp_path / "site"
        points = folder / "one_part-1.0.dist-info" / "entry_points.txt"
        points.parent.mkdir(parents=True)
        points.write_text("[hebo.catalog]\none_part = one_part_catalog:PARTS\n")
        points.with_name("METADATA").write_text("Metadata-Version: 2.1\nName: one_part\nVersion: 1.0\n")
        (folder / f"{module}.py").write_text((NEW_PARTS / f"{module}.py").read_text())
        (folder / "one_part_catalog.py").write_text(
            f"PARTS = {{{kind!r}: {{{name!r}: {(target, summary)!r}}}}}\n"
        )
        monkeypatch.syspath_prepend(str(folder))
        catalog.cache_clear()

    yield site
    for loaded in (module, "one_part_catalog"):
        sys.modules.pop(loaded, None)
    catalog.cache_clear()


@pytest.fixture
def config(kind: str, write_config: Callable[..., Path]) -> Path:
    """An experiment that names the new part, beside parts that are there."""
    [name] = measures.catalog(NEW_PARTS)[kind]
    new = {"type": name}
    optimizer = {"optimizer": new, "task": {"type": "random_search"}}.get(kind, COMPOSITION | {kind: new})
    task = new if kind == "task" else {"type": "branin"}
    return write_config(optimizers=[optimizer], tasks=[task])


def test_a_part_runs_from_yaml_with_one_file_and_one_line(
    install: Callable[[], None], config: Path, hebo: Callable[..., Result]
) -> None:
    assert hebo("run", config).exit_code != 0  # nobody else brings it
    install()
    done = hebo("run", config)
    assert done.exit_code == 0, done.output
    trials = load_results(f"sqlite:///{config.parent / 'out' / 'results.db'}").trials
    assert list(trials["status"]) == ["ok"] * 6


def test_the_parts_cost_one_file_and_one_line_each() -> None:
    assert KINDS == ["acquisition", "optimizer", "surrogate", "task"]
    for files, lines, catalog_lines in measures.edits(NEW_PARTS).values():
        assert (files, catalog_lines) == (1, 1)
        assert lines > 10
