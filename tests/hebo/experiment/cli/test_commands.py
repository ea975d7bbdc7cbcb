from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hebo import __version__
from hebo.experiment.report import page
from hebo.experiment.store.results import Results, load_results

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]

GOOD = """\
name: small
optimizers:
- {type: random_search}
tasks:
- {type: toy}
budget: {n_trials: 4}
executor: {type: in_process}
report: false
"""

# Text of the file -> what the one line must say after the name of the file.
MALFORMED = {
    "": ": the file is empty; it needs tasks and budget.",
    "- name: x\n": ":1: the root is a list, expected a mapping (`tasks: ...`, `budget: ...`).",
    GOOD + "\tseeds: 2\n": ":9: not YAML: ",
    GOOD.replace("{n_trials: 4}", "{n_trials: 4"): ":7: not YAML: ",
    GOOD + "name: again\n": ":1: name: given twice (lines 1 and 9); keep one.",
    GOOD.replace("small", "!!python/object/apply:os.system [id]"): (
        ":1: name: the tag !!python/object/apply:os.system is refused; write plain values, lists and mappings."
    ),
    GOOD.replace(
        "name: small", "name: ../../etc"
    ): ":1: name: the text '../../etc' is not a name; use letters",
    GOOD.replace("random_search", "random_serch"): (
        ":3: optimizers[0].type: 'random_serch' is not an optimizer. Did you mean 'random_search'?"
    ),
    GOOD.replace("{type: toy}", "{type: toy, nosie: 1}"): (
        ":5: tasks[0].nosie: unknown key. Did you mean 'noise'?"
    ),
    GOOD.replace("n_trials", "n_trails"): ":6: budget.n_trails: unknown key. Did you mean 'n_trials'?",
    GOOD.replace("n_trials: 4", "n_trials: ten"): (
        ":6: budget.n_trials: expected a valid integer, got the text 'ten'."
    ),
    GOOD.replace("n_trials: 4", "n_trials: 1e3"): (
        ":6: budget.n_trials: expected a valid integer, got the number 1000.0."
    ),
    GOOD.replace("budget: {n_trials: 4}\n", ""): ":1: `budget` is missing; add `budget:` at the top level.",
    GOOD + "sees: 2\n": ":9: sees: unknown key. Did you mean 'seeds'?",
    GOOD + "seeds: [0, 0]\n": ":9: seeds[1]: the seed 0 is given twice; keep one.",
    GOOD.replace("type: in_process", "type: in_proces"): (
        ":7: executor.type: 'in_proces' is not an executor. Did you mean 'in_process'?"
    ),
    GOOD.replace("{type: toy}", "toi"): ":5: tasks[0]: 'toi' is not a task. Did you mean 'toy'?",
    GOOD.replace(
        "{type: toy}", "{typ: toy}"
    ): ":5: tasks[0]: `type` is missing (you wrote `typ`); add `type:`",
    GOOD + "store: results.db\n": ":9: store: 'results.db' is not a URL; write sqlite:///path/results.db",
    GOOD + "a: &a [&b [*a]]\n": ":9: a[0][0]: an alias that contains itself; write the value out.",
}


@pytest.mark.parametrize("text", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_yaml_is_refused_on_one_line_with_file_path_and_remedy(
    hebo: Hebo, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    answer = hebo("run", path)
    assert answer.exit_code == 2
    assert answer.stdout == ""
    assert answer.stderr.startswith(f"error: {path}{MALFORMED[text]}")
    assert answer.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("place", [3, 8, 10])
def test_a_malformed_yaml_is_refused_by_the_real_command_too(tmp_path: Path, place: int) -> None:
    text = list(MALFORMED)[place]
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    answer = subprocess.run(
        [sys.executable, "-m", "hebo", "run", path], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 2
    assert answer.stderr.startswith(f"error: {path}{MALFORMED[text]}")
    assert answer.stderr.count("\n") == 1


def test_a_missing_file_is_named(hebo: Hebo, tmp_path: Path) -> None:
    answer = hebo("run", tmp_path / "none.yaml")
    assert answer.exit_code == 2
    assert (
        "none.yaml: cannot be read (No such file or directory); give the path of a YAML file."
        in answer.stderr
    )


def test_an_override_with_a_mistake_is_named(hebo: Hebo, write_config: Write) -> None:
    answer = hebo("run", write_config(), "budget.n_trails=3")
    assert answer.exit_code == 2
    expected = (
        "config.yaml (override 'budget.n_trails=3'): budget.n_trails: unknown key. Did you mean 'n_trials'?"
    )
    assert expected in answer.stderr


def test_overrides_reach_the_run(hebo: Hebo, write_config: Write, tmp_path: Path) -> None:
    assert hebo("run", write_config(), "budget.n_trials=2", "seeds=[3]", "tasks.0.label=mine").exit_code == 0
    found = load_results(tmp_path / "out")
    assert list(found.runs["run_id"]) == ["random_search@mine#3"]
    assert len(found.trials) == 2


def test_a_run_ends_with_a_report_unless_told_otherwise(
    hebo: Hebo, write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, Path]] = []

    def write(results: Results, output: Path) -> list[Path]:
        written.append((results.name, output))
        return [output / "report.html", output / "regret.png"]

    monkeypatch.setattr(page, "write_report", write)
    assert hebo("run", write_config(report=False)).exit_code == 0
    assert written == []
    answer = hebo("run", write_config(report=True))
    assert f"Wrote {tmp_path}/out/report.html and 1 figures beside it." in answer.stdout
    assert hebo("report", write_config()).exit_code == 0
    assert hebo("report", tmp_path / "out", "-o", tmp_path / "elsewhere").exit_code == 0
    assert written == [("small", tmp_path / "out")] * 2 + [("small", tmp_path / "elsewhere")]


def test_show_lists_runs_with_their_state(hebo: Hebo, write_config: Write, tmp_path: Path) -> None:
    config = write_config(seeds=2, tasks=[{"type": "toy", "corner": "raise"}], budget={"n_trials": 12})
    hebo("run", config)
    for source in (config, tmp_path / "out", tmp_path / "out" / "results.db"):
        answer = hebo("show", source)
        assert answer.exit_code == 0
        line = next(one for one in answer.stdout.splitlines() if "random_search@toy#1" in one)
        assert "finished" in line
        assert "12/12" in line


def test_show_lists_the_trials_of_a_run(hebo: Hebo, write_config: Write) -> None:
    config = write_config(tasks=[{"type": "toy", "corner": "raise"}], budget={"n_trials": 12})
    hebo("run", config)
    answer = hebo("show", config, "random_search@toy#0")
    assert "ValueError: the corner is closed" in answer.stdout
    assert len([one for one in answer.stdout.splitlines() if " ok " in one or " failed " in one]) == 12


def test_show_of_an_unknown_run_or_folder_is_refused(hebo: Hebo, write_config: Write, tmp_path: Path) -> None:
    hebo("run", write_config())
    answer = hebo("show", tmp_path / "out", "random_search@toy#1")
    assert answer.exit_code == 2
    assert (
        "There is no run 'random_search@toy#1' in small. Did you mean 'random_search@toy#0'?" in answer.stderr
    )
    answer = hebo("show", tmp_path / "nowhere")
    assert answer.exit_code == 2
    assert "There is no run folder, YAML or store at" in answer.stderr


def test_list_names_every_part_with_one_line(hebo: Hebo) -> None:
    answer = hebo("list")
    assert answer.exit_code == 0
    assert "optimizer:\n" in answer.stdout
    assert any(one.split()[:2] == ["toy", "A"] for one in answer.stdout.splitlines())
    only = hebo("list", "task").stdout
    assert only.startswith("task:\n")
    assert "optimizer:" not in only


def test_list_of_an_unknown_kind_is_refused(hebo: Hebo) -> None:
    answer = hebo("list", "tusks")
    assert answer.exit_code == 2
    assert "There is no kind of part called 'tusks'. Did you mean 'task'?" in answer.stderr


def test_schema_is_json_on_the_output_or_in_a_file(hebo: Hebo, tmp_path: Path) -> None:
    printed = hebo("schema").stdout
    assert json.loads(printed)["title"] == "A HEBO experiment"
    assert hebo("schema", "-o", tmp_path / "hebo.json").exit_code == 0
    assert (tmp_path / "hebo.json").read_text() == printed
    answer = hebo("schema", "-o", tmp_path / "hebo.json" / "again.json")
    assert answer.exit_code == 2
    assert "again.json' cannot be used (" in answer.stderr


def test_version_is_that_of_the_package(hebo: Hebo) -> None:
    assert hebo("--version").stdout == f"hebo, version {__version__}\n"


@pytest.mark.parametrize(
    "statement",
    [
        "import hebo",
        "import hebo.experiment.cli",
        "main(['--help'])",
        "main(['list'])",
        "main(['run', '--help'])",
    ],
)
def test_neither_torch_nor_pandas_is_loaded_before_it_is_needed(statement: str) -> None:
    code = (
        "import sys\n"
        "def main(arguments):\n"
        "    from hebo.experiment.cli import main\n"
        "    main(arguments, standalone_mode=False)\n"
        f"{statement}\n"
        "heavy = {'torch', 'pandas', 'numpy', 'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_a_short_version_runs_beside_the_whole_one(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    half = {"tasks": [{"type": "toy", "label": "a"}], "seeds": [5, 6]}
    other = {"tasks": [{"type": "toy", "noise": 1.0}], "seeds": 2}
    path = write_config(
        tasks=None,
        seeds=None,
        split={"tuning": half, "reporting": other},
        part="reporting",
        quick={"seeds": 1, "budget.n_trials": 3, "output": str(tmp_path / "quick")},
    )
    assert hebo("run", path, "--quick", "part=tuning").exit_code == 0
    found = load_results(tmp_path / "quick")
    assert (found.name, found.suite, found.part) == ("small-tuning-quick", "small-quick", "tuning")
    assert list(found.runs["run_id"]) == ["random_search@a#5"]
    assert len(found.trials) == 3
    assert hebo("run", path).exit_code == 0
    whole = load_results(tmp_path / "out")
    assert (whole.name, whole.part, len(whole.trials)) == ("small-reporting", "reporting", 12)
    assert whole.versions["numpy"]


def test_quick_needs_something_to_apply(write_config: Write, hebo: Hebo) -> None:
    result = hebo("run", write_config(), "--quick")
    assert result.exit_code == 2
    assert "--quick applies what stands under `quick`" in result.stderr
