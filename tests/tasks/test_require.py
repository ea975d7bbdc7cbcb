"""What can never work stops `hebo run` before its first trial: one line, exit code 2, nothing recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from hebo.errors import ConfigError, DataError
from hebo.experiment.cli import main
from tasks.antibody.lattice import CENTER
from tasks.json_lines import JsonLines
from tasks.library.measured import MeasuredLibrary
from tasks.synthetic.branin import Branin
from tasks.wrappers.cached import Cached


def run(folder: Path, task: Mapping[str, Any], **settings: Any) -> Result:
    document = {
        "name": "never",
        "optimizers": [{"type": "random_search"}],
        "tasks": [dict(task)],
        "seeds": 1,
        "budget": {"n_trials": 2},
        "executor": {"type": "in_process"},
        "report": False,
        "output": str(folder / "out"),
    }
    (folder / "never.yaml").write_text(yaml.safe_dump({**document, **settings}))
    return CliRunner().invoke(main, ["run", str(folder / "never.yaml")])


def antigen(n: int) -> str:
    sites = [CENTER + place for place in range(n)]
    return json.dumps({"name": "tiny", "positions": sites, "sequence": "A" * n, "blocked": []})


TABLE = "x,y\n" + "\n".join(f"{row},{row % 2}" for row in range(30)) + "\n"
TSP = "TYPE: TSP\nDIMENSION: 3\nEDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 3 4\n"

CASES: dict[str, tuple[dict[str, Any], str, str | bytes, str]] = {
    "an antigen of one residue": (
        {"type": "antibody_design", "antigen": "FILE"},
        "a.json",
        antigen(1),
        "no place for a",
    ),
    "an antigen of two residues": (
        {"type": "antibody_design", "antigen": "FILE"},
        "a.json",
        antigen(2),
        "no place for a",
    ),
    "an antigen that is no JSON": (
        {"type": "antibody_design", "antigen": "FILE"},
        "a.json",
        "[" * 100_000,
        "no JSON",
    ),
    "an antigen that is empty": ({"type": "antibody_design", "antigen": "FILE"}, "a.json", b"", "no JSON"),
    "an antigen of bytes": (
        {"type": "antibody_design", "antigen": "FILE"},
        "a.json",
        bytes(range(256)),
        "no JSON",
    ),
    "a text without residues": (
        {"type": "antibody_design", "antigen": "FILE"},
        "a.txt",
        "hello",
        "no line is a residue",
    ),
    "a site beyond all numbers": (
        {"type": "antibody_design", "antigen": "FILE"},
        "a.txt",
        f"1 A {CENTER}\nForbidden positions: {'9' * 5000}\n",
        "outside the lattice",
    ),
    "a cycle of cities cut off": (
        {"type": "tsplib", "path": "FILE"},
        "a.tsp",
        TSP,
        "2 lines of coordinates follow",
    ),
    "cities of bytes": ({"type": "tsplib", "path": "FILE"}, "a.tsp", bytes(range(256)), "not a text file"),
    "a tour": (
        {"type": "tsplib", "path": "FILE"},
        "a.tour",
        TSP.replace("TYPE: TSP", "TYPE: TOUR"),
        "TYPE is 'TOUR'",
    ),
    "an empty assignment": ({"type": "qaplib", "path": "FILE"}, "a.dat", "", "the file is empty"),
    "half an assignment": ({"type": "qaplib", "path": "FILE"}, "a.dat", "2 1 2 3 4 5", "two matrices"),
    "a size beyond all numbers": ({"type": "qaplib", "path": "FILE"}, "a.dat", "9" * 5000, "whole number"),
    "a formula cut off": (
        {"type": "max_sat", "path": "FILE"},
        "a.cnf",
        "p cnf 3 2\n1 2 0\n3",
        "ends inside a clause",
    ),
    "a formula that is too large": (
        {"type": "max_sat", "path": "FILE"},
        "a.cnf",
        "p cnf 999999999 1\n1 0\n",
        "999999999",
    ),
    "weights that are not exact": (
        {"type": "max_sat", "path": "FILE"},
        "a.wcnf",
        f"p wcnf 2 2\n{2**53} 1 0\n{2**53} 2 0\n",
        "sums are exact below",
    ),
    "an empty table": (
        {"type": "hpo", "model": "svm", "csv": "FILE", "target": "y", "metric": "acc"},
        "a.csv",
        "",
        "the file is empty",
    ),
    "a table of bytes": (
        {"type": "hpo", "model": "svm", "csv": "FILE", "target": "y", "metric": "acc"},
        "a.csv",
        bytes(range(256)),
        "a.csv",
    ),
    "a table that is not packed": (
        {"type": "hpo", "model": "svm", "csv": "FILE", "target": "y", "metric": "acc"},
        "a.csv.gz",
        TABLE,
        "cannot be read",
    ),
    "more folds than rows": (
        {"type": "hpo", "model": "svm", "csv": "FILE", "target": "y", "metric": "acc", "n_folds": 29},
        "a.csv",
        TABLE,
        "n_folds=29 is more than",
    ),
    "a library without values": (
        {"type": "measured_library", "candidates": "FILE", "columns": ["x"]},
        "a.csv",
        "x,y\n1,failed\n2,failed\n",
        "no row has a value in the column 'y'",
    ),
    "an empty circuit": ({"type": "logic_synthesis", "circuit": "FILE"}, "a.blif", "", "the file is empty"),
    "half a circuit": (
        {"type": "logic_synthesis", "circuit": "FILE"},
        "a.aig",
        b"aig 3 2 0 1 1\n6\n",
        "it is cut off",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_can_never_work_stops_the_experiment_with_one_line(case: str, tmp_path: Path) -> None:
    task, name, contents, message = CASES[case]
    path = tmp_path / name
    path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    settings = {"cache": str(tmp_path / "cache")} if task["type"] == "antibody_design" else {}
    done = run(
        tmp_path, {key: str(path) if value == "FILE" else value for key, value in task.items()} | settings
    )
    assert done.exit_code == 2, done.output
    assert message in done.output
    assert len(done.output.splitlines()) == 1
    assert done.output.startswith(f"error: {tmp_path / 'never.yaml'}:")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "task",
    [
        {"type": "antibody_design", "antigen": "S85", "cache": "PLACE"},
        {"type": "cached", "path": "PLACE", "task": {"type": "branin"}},
    ],
)
def test_results_that_cannot_be_kept_stop_the_experiment_with_one_line(
    task: dict[str, Any], tmp_path: Path
) -> None:
    is_file = task["type"] == "antibody_design"
    place = tmp_path / "place"
    if is_file:
        place.write_text("a file where a folder should be")
    else:
        place.mkdir()
    done = run(tmp_path, {key: str(place) if value == "PLACE" else value for key, value in task.items()})
    assert (done.exit_code, len(done.output.splitlines())) == (2, 1), done.output
    assert str(place) in done.output
    assert not (tmp_path / "out").exists()


def test_notes_of_a_file_are_shown_once_and_the_experiment_runs(tmp_path: Path) -> None:
    (tmp_path / "a.tsp").write_text(TSP.replace("TYPE: TSP", "TYPE: TSP (M.~Hofmeister)") + "3 6 8\nEOF\n")
    done = run(tmp_path, {"type": "tsplib", "path": str(tmp_path / "a.tsp")})
    assert done.exit_code == 0, done.output
    notes = [line for line in done.output.splitlines() if line.startswith("note: ")]
    assert notes == [
        f"note: tsplib: {tmp_path / 'a.tsp'}, line 1: TYPE is 'TSP'; '(M.~Hofmeister)' behind it is passed over"
    ]


def test_a_library_with_one_value_will_do(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,failed\n2,0.5\n")
    MeasuredLibrary(candidates=str(tmp_path / "a.csv"), columns=("x",)).require()
    (tmp_path / "b.csv").write_text("x,y\n1,failed\n2,failed\n")
    nothing = MeasuredLibrary(candidates=str(tmp_path / "b.csv"), columns=("x",))
    with pytest.raises(DataError, match="no row has a value in the column 'y'"):
        nothing.require()


def test_a_file_of_results_is_tried_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    known = JsonLines(str(path))
    known["a"] = {"y": 1.0}
    before = path.read_bytes()
    Cached(task=Branin(), path=str(path)).require()
    assert path.read_bytes() == before
    (tmp_path / "folder").mkdir()
    with pytest.raises(ConfigError, match=r"folder' cannot be (read|written)"):
        JsonLines(str(tmp_path / "folder")).require()
