"""The claims of SECURITY.md: which inputs are code, and which are data that never act."""

from __future__ import annotations

import ast
import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hebo.design_space.design_space import DesignSpace
from hebo.errors import DataError
from hebo.experiment.config.beside import beside
from hebo.experiment.config.locate import recipes_of
from hebo.experiment.config.parts import build, describe
from hebo.experiment.report import pictures
from hebo.experiment.store.results import load_results
from hebo.experiment.yaml.document import read_yaml, write_yaml
from hebo.optimizers.hebo import HEBORecipe

ROOT = Path(__file__).parents[3]
Write = Callable[..., Path]
Hebo = Callable[..., Result]
READERS = ("show", "report", "score", "scores", "ranks", "fit-quality")


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What a program that was started would have left."""
    return tmp_path / "started"


@pytest.fixture
def external(marker: Path) -> dict[str, Any]:
    """An optimizer whose program leaves the marker."""
    code = f"import pathlib; pathlib.Path({str(marker)!r}).touch()"
    return {"type": "external", "command": [sys.executable, "-c", code]}


def change(folder: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(folder / "results.db") as connection:
        connection.execute(statement, values)
    connection.close()


# ------------------------------------------------------------------------------------------------ code


@pytest.mark.usefixtures("toys")
def test_an_experiment_file_starts_programs_when_it_is_run_and_not_before(
    write_config: Write, hebo: Hebo, external: dict[str, Any], marker: Path
) -> None:
    config = write_config(optimizers=[external], tasks=[{"type": "branin"}])
    for command in READERS:
        assert hebo(command, config).exit_code == 2
    assert not marker.exists()
    assert hebo("run", config).exit_code == 1  # the program says nothing, which breaks the run
    assert marker.exists()
    marker.unlink()
    for command in READERS:
        hebo(command, config)
    assert not marker.exists()


@pytest.fixture
def own_tasks(marker: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """Tasks whose file and whose program leave the marker, one of them in a wrapper."""
    code = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n"
    (tmp_path / "own.py").write_text(f"{code}def f(x):\n    return x\n")
    space = [{"name": "x", "type": "num", "lb": 0, "ub": 1}]
    program = {"type": "command", "argv": [sys.executable, "-c", f"{code}print(1)", "{x}"], "space": space}
    function = {"type": "python", "file": "own.py", "function": "f", "space": space}
    return [function, {"type": "noisy", "sd": 0.1, "task": program}]


def test_own_objectives_run_when_an_experiment_is_run_and_at_no_other_time(
    write_config: Write, hebo: Hebo, own_tasks: list[dict[str, Any]], marker: Path, tmp_path: Path
) -> None:
    config = write_config(tasks=own_tasks)
    for command in READERS:
        assert hebo(command, config).exit_code == 2
    assert hebo("run", config, "--no-commands").exit_code == 2
    assert hebo("run", config, "budget.n_trials=0").exit_code == 2
    assert not marker.exists()
    assert hebo("run", config).exit_code == 0
    assert marker.exists()
    marker.unlink()
    for source in (
        config,
        tmp_path / "out",
        tmp_path / "out" / "resolved.yaml",
        tmp_path / "out" / "results.db",
    ):
        for command in READERS:
            hebo(command, source, *(["-o", tmp_path / "page"] if command == "report" else []))
        hebo("show", source, "random_search@python#0")
    assert (tmp_path / "page" / "report.html").is_file()
    assert not marker.exists()


@pytest.mark.usefixtures("toys")
def test_own_objectives_of_a_folder_from_elsewhere_are_read_and_not_run(
    write_config: Write, hebo: Hebo, own_tasks: list[dict[str, Any]], marker: Path, tmp_path: Path
) -> None:
    """A folder whose `resolved.yaml` and store say the same of a task is the most that a stranger can send."""
    assert hebo("run", write_config()).exit_code == 0
    resolved = tmp_path / "out" / "resolved.yaml"
    document = read_yaml(resolved).data
    for task in own_tasks:
        recipe = describe(build("task", beside(task, tmp_path)))
        document["tasks"] = [{"label": "toy", **recipe}]
        resolved.write_text(write_yaml(document))
        stored = json.dumps({"optimizer": {"type": "random_search"}, "task": recipe, "initial_trials": 0})
        change(tmp_path / "out", "update hebo_runs set config = ?", stored)
        assert recipes_of(tmp_path / "out")["toy"]["type"] == task["type"]
        for command in READERS:
            hebo(command, tmp_path / "out")
        answer = hebo("report", tmp_path / "out")
        assert answer.exit_code == 0, answer.output
        assert not marker.exists()


# ------------------------------------------------------------------------------------------------ stores


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("status", ["finished", "waiting", "running", "broken"])
def test_a_recipe_in_a_store_starts_nothing_and_is_refused_by_name(
    write_config: Write, hebo: Hebo, tmp_path: Path, external: dict[str, Any], marker: Path, status: str
) -> None:
    config = write_config(
        optimizers=[{"type": "random_search"}, {"type": "sobol"}], tasks=[{"type": "branin"}]
    )
    assert hebo("run", config).exit_code == 0
    recipe = json.dumps({"optimizer": external, "task": {"type": "branin"}, "told": 0})
    row = "update hebo_runs set config = ?, status = ? where optimizer = 'sobol'"
    change(tmp_path / "out", row, recipe, status)
    change(
        tmp_path / "out",
        "update hebo_trials set status = 'pending' where run_id like 'sobol%' and number > 3",
    )
    for command in READERS:
        hebo(command, config)
    answer = hebo("run", config)
    assert answer.exit_code == 2
    assert "The run sobol@branin#0 is in the store" in answer.stderr
    assert "optimizer.type" in answer.stderr or "optimizer.command" in answer.stderr
    assert not marker.exists()
    answer = hebo("run", tmp_path / "out" / "resolved.yaml")
    assert answer.exit_code == 2
    assert not marker.exists()


@pytest.mark.usefixtures("toys")
def test_a_recipe_that_changes_while_a_run_is_at_work_changes_nothing(
    write_config: Write,
    tmp_path: Path,
    external: dict[str, Any],
    marker: Path,
    monkeypatch: pytest.MonkeyPatch,
    hebo: Hebo,
) -> None:
    from hebo.experiment.running import dispatch

    def spoil(*arguments: Any, **settings: Any) -> bool:
        recipe = json.dumps({"optimizer": external, "task": {"type": "moving"}})
        change(
            tmp_path / "out",
            "update hebo_runs set config = ?, seed = 9, n_trials = 99, batch_size = 9",
            recipe,
        )
        change(tmp_path / "out", "update hebo_problems set space = '{}', objectives = '[]'")
        return run(*arguments, **settings)

    run = dispatch.run
    monkeypatch.setattr(dispatch, "run", spoil)
    hebo("run", write_config())
    with sqlite3.connect(tmp_path / "out" / "results.db") as connection:
        found = [json.loads(text) for (text,) in connection.execute("select params from hebo_trials")]
    connection.close()
    assert [sorted(one) for one in found] == [["c", "n", "x"]] * 6
    assert not marker.exists()


@pytest.mark.usefixtures("toys")
def test_a_task_in_a_store_is_not_built_for_a_report(
    write_config: Write, hebo: Hebo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert hebo("run", write_config()).exit_code == 0
    recipe = json.dumps(
        {"optimizer": {"type": "sobol"}, "task": {"type": "antibody_design", "antigen": "/x"}}
    )
    change(tmp_path / "out", "update hebo_runs set config = ?", recipe)
    monkeypatch.setattr(pictures, "build_task", lambda *arguments: pytest.fail(f"built {arguments}"))
    assert hebo("report", tmp_path / "out").exit_code == 0
    assert (
        "the store has the task with other settings than resolved.yaml"
        in (tmp_path / "out" / "report.html").read_text()
    )
    (tmp_path / "out" / "resolved.yaml").unlink()
    assert hebo("report", tmp_path / "out").exit_code == 0
    assert hebo("report", tmp_path / "out" / "results.db", "-o", tmp_path / "report").exit_code == 0


@pytest.mark.usefixtures("toys")
def test_a_path_in_a_store_is_not_followed(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    assert hebo("run", write_config()).exit_code == 0
    change(tmp_path / "out", "update hebo_experiments set output = ?", str(tmp_path / "elsewhere"))
    assert hebo("report", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "report.html").is_file()
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "\x1b[2J\x07\u202e", "\ud800", "{{ 7 * 7 }}", "$\\frac{1}{0}$"]
)
def test_texts_of_a_store_are_shown_and_nothing_more(
    write_config: Write, hebo: Hebo, tmp_path: Path, text: str
) -> None:
    assert (
        hebo(
            "run", write_config(tasks=[{"type": "toy", "corner": "raise"}], budget={"n_trials": 12})
        ).exit_code
        == 0
    )
    out = tmp_path / "out"
    encoded = json.dumps(text.replace("\ud800", "é"))  # no parameter has half a character
    stored = text.encode("utf-8", "replace").decode()  # in a column of its own; JSON takes any text
    change(out, "update hebo_trials set message = ? where status = 'failed'", stored)
    change(out, "update hebo_runs set message = ?, status = 'broken'", stored)
    change(out, "update hebo_trials set extras = ?", f"{{{encoded}: {encoded}}}")
    change(out, "update hebo_trials set params = replace(params, '\"a\"', ?)", encoded)
    change(out, "update hebo_problems set space = replace(space, '\"a\"', ?)", encoded)
    change(out, "update hebo_problems set facts = '{}', objectives = ?", f"[{encoded}]")  # as older stores
    change(out, 'update hebo_trials set "values" = replace("values", \'"y"\', ?)', encoded)
    for answer in (hebo("show", out), hebo("show", out, "random_search@toy#0"), hebo("report", out)):
        assert answer.exit_code == 0, answer.output
        assert not {"\x1b", "\x07", "\u202e", "\ud800"} & set(answer.output)
    page = (out / "report.html").read_text("utf-8")
    assert page.count("<script") == 1  # its own, which its policy names by a digest
    assert "alert(1)</script>" not in page
    assert ">49<" not in page


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("column", ["optimizer", "task", "run_id"])
def test_a_label_in_a_store_that_no_label_may_be_is_damage(
    write_config: Write, hebo: Hebo, tmp_path: Path, column: str
) -> None:
    assert hebo("run", write_config()).exit_code == 0
    change(tmp_path / "out", f"update hebo_runs set {column} = '=cmd()<b>\x1b[1m'")
    answer = hebo("scores", tmp_path / "out")
    assert answer.exit_code == 2
    assert f"is damaged: {column} is '=cmd()<b>\\x1b[1m'" in answer.stderr


# ------------------------------------------------------------------------------------- other kinds of data


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [touch x]", "!!python/name:os.system", "!own {}"]
)
@pytest.mark.parametrize("command", ["run", "show", "report", "ask"])
def test_tags_of_yaml_are_refused(
    hebo: Hebo, tmp_path: Path, tag: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(f"name: a\noptimizers: {tag}\n")
    answer = hebo(command, "bad.yaml", *(["-o", "a.csv"] if command == "ask" else []))
    assert answer.exit_code == 2
    assert "bad.yaml:2: optimizers: the tag" in answer.stderr
    assert not Path("x").exists()


def test_a_part_is_never_imported_by_its_path(write_config: Write, hebo: Hebo, toys: None) -> None:
    for name in ("os:system", "toy_parts:Toy", "toy_parts.Toy", "../toy_parts"):
        answer = hebo("run", write_config(tasks=[{"type": name}]))
        assert answer.exit_code == 2
        assert f"'{name}' is not a task" in answer.stderr


def test_a_saved_state_is_json_and_anything_else_is_refused() -> None:
    space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}])
    optimizer = HEBORecipe().build(space, seed=0)
    points = optimizer.ask(2)
    optimizer.tell(points, [[1.0], [2.0]])
    state = json.loads(json.dumps(optimizer.state_dict(), allow_nan=False))
    HEBORecipe().build(space, seed=1).load_state_dict(state)
    for rubbish in ({}, {"format": "__import__('os').system('id')"}, {"seed": 0, "x": "cos\nsystem\n"}):
        with pytest.raises(DataError):
            HEBORecipe().build(space, seed=1).load_state_dict(rubbish)


def test_a_cell_that_looks_like_a_formula_is_a_text(tmp_path: Path, hebo: Hebo) -> None:
    (tmp_path / "library.csv").write_text('name,x\n"=1+1",0.5\n"@SUM(A1)",0.25\n')
    (tmp_path / "c.yaml").write_text(
        "name: c\noptimizer: {type: random_search}\nspace:\n- {name: x, type: num, lb: 0, ub: 1}\n"
        "candidates: library.csv\n"
    )
    answer = hebo("ask", tmp_path / "c.yaml", "-n", "2", "-o", tmp_path / "sheet.csv")
    assert answer.exit_code == 0, answer.output
    sheet = (tmp_path / "sheet.csv").read_text()
    assert "=1+1" in sheet
    assert "@SUM(A1)" in sheet


# ------------------------------------------------------------------------------------------- the sources

_CALLS = {
    "eval",
    "exec",
    "compile",
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
    "torch.load",
    "joblib.load",
    "cloudpickle.load",
    "cloudpickle.loads",
    "os.system",
    "os.popen",
    "yaml.load",
    "yaml.unsafe_load",
    "yaml.full_load",
    "pd.read_pickle",
    "pandas.read_pickle",
}


# Calls and answers between a process and the workers it has started, over sockets that nobody else can open.
_BETWEEN_OUR_PROCESSES = (
    "hebo/experiment/executors/worker.py:",
    "hebo/experiment/executors/worker_process.py:",
)


def calls() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("hebo", "mcbo", "tasks"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_nothing_in_the_sources_evaluates_unpickles_or_asks_a_shell() -> None:
    found = [
        where
        for where, call in calls()
        if ast.unparse(call.func) in _CALLS and not where.startswith(_BETWEEN_OUR_PROCESSES)
    ]
    shells = [
        where
        for where, call in calls()
        for one in call.keywords
        if one.arg in ("shell", "allow_pickle") and ast.unparse(one.value) != "False"
    ]
    assert not found + shells


@pytest.mark.usefixtures("toys")
def test_what_objectives_say_is_cleaned_before_it_is_stored(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    deeds = ("nul", "surrogate", "escape", "much")
    tasks = [{"type": "wild", "label": one, "deed": one} for one in deeds]
    assert hebo("run", write_config(tasks=tasks, seeds=[1])).exit_code == 0
    messages = load_results(tmp_path / "out").trials["message"].dropna()
    assert len(messages) >= len(deeds)
    assert all(one.isprintable() and len(one) <= 500 for one in messages)
