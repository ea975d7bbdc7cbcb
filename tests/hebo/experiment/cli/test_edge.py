"""Files and stores that cannot be used: one line with the place and what would work, exit code 2."""

from __future__ import annotations

import ctypes
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hebo.experiment.cli import main
from hebo.experiment.config.catalog import catalog
from hebo.experiment.store import database
from hebo.experiment.store.results import load_results
from hebo.experiment.yaml.document import write_yaml

from ..conftest import TOY_SITE, lasting

pytestmark = pytest.mark.usefixtures("toys")
Write = Callable[..., Path]
Hebo = Callable[..., Result]
SETTINGS: dict[str, Any] = {
    "optimizers": [{"type": "random_search"}, {"type": "sobol"}],
    "seeds": 2,
    "budget": {"n_trials": 3},
}


def run(*arguments: object) -> Result:
    """Call the command line as a shell does: whatever is raised must have become an exit code."""
    answer = CliRunner().invoke(main, [str(one) for one in arguments])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer


def refusal(*arguments: object) -> str:
    """Return the one line a command refuses with."""
    answer = run(*arguments)
    assert answer.exit_code == 2, answer.output
    assert answer.stderr.startswith("error: "), answer.stderr
    assert answer.stderr.count("\n") == 1
    return answer.stderr


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished experiment, run once."""
    folder = tmp_path_factory.mktemp("finished")
    config = {
        "name": "small",
        "tasks": [{"type": "toy"}],
        "executor": {"type": "in_process"},
        "report": False,
    }
    text = write_yaml(config | SETTINGS | {"output": str(folder / "out")})
    (folder / "config.yaml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOY_SITE))
        catalog.cache_clear()
        assert run("run", folder / "config.yaml").exit_code == 0
    catalog.cache_clear()
    return folder / "out"


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    """A finished experiment to spoil."""
    return shutil.copytree(finished, tmp_path / "out")


def change(out: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(out / "results.db") as connection:
        connection.execute(statement, values)
    connection.close()


# ------------------------------------------------------------------------------------------ files to write


@pytest.mark.parametrize(
    "command",
    [
        ("report", "{out}", "-o", "{bad}"),
        ("scores", "{out}", "--csv", "{bad}"),
        ("ranks", "{out}", "-o", "{bad}"),
        ("fit-quality", "{out}", "--first", "2", "--csv", "{bad}"),
        ("schema", "-o", "{bad}"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("bad", ["/proc/nope.csv", "/proc/x/y", "{out}/results.db/x", "{folder}"])
def test_an_output_that_cannot_be_written_is_refused_on_one_line(
    out: Path, tmp_path: Path, command: tuple[str, ...], bad: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "report.html").mkdir()
    bad = bad.format(out=out, folder=folder)
    assert str(Path(bad).parent) in refusal(*(one.format(out=out, bad=bad) for one in command))


@pytest.mark.parametrize("output", ["/proc/x", "{}/file", "{}/file/x", "{}/" + "x" * 300])
def test_a_run_into_an_output_that_cannot_be_made_is_refused(
    write_config: Write, tmp_path: Path, output: str
) -> None:
    (tmp_path / "file").touch()
    output = output.format(tmp_path)
    assert output in refusal("run", write_config(output=output))
    assert output in refusal("run", write_config(output=output, store=f"sqlite:///{tmp_path}/a.db"))


@pytest.mark.parametrize("key", ["output", "store"])
def test_characters_that_no_path_can_have_are_refused(tmp_path: Path, key: str) -> None:
    text = f'name: a\noptimizers: [{{type: sobol}}]\ntasks: [{{type: toy}}]\nbudget: {{n_trials: 2}}\n{key}: "sqlite://a\\0b"\n'
    path = tmp_path / "a.yaml"
    path.write_text(text)
    for command in ("run", "show", "report", "scores"):
        assert f"{key}: 'sqlite://a\\x00b' has a character that no path can have" in refusal(command, path)


def test_a_folder_that_would_begin_the_options_of_a_store_is_refused(write_config: Write) -> None:
    assert "has a `?`, which begins the options" in refusal("run", write_config(output="a?b"))


@pytest.mark.parametrize("name", ["resolved.yaml", "workers.log"])
def test_something_else_in_the_place_of_a_file_is_named(
    write_config: Write, tmp_path: Path, name: str
) -> None:
    (tmp_path / "out" / name).mkdir(parents=True)
    assert "cannot be written (Is a directory)" in refusal("run", write_config())


def test_a_full_disk_keeps_the_earlier_report(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (out / "report.html").write_text("earlier")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "report.html' cannot be used (No space left on device); make room there" in refusal("report", out)
    assert (out / "report.html").read_text() == "earlier"


def test_a_reader_that_goes_away_is_no_error(out: Path) -> None:
    code = f"{sys.executable} -m hebo show {out} | true"
    answer = subprocess.run(code, shell=True, capture_output=True, text=True, check=False)
    assert answer.stderr == ""


# ------------------------------------------------------------------------------------------------ damage


def flip_a_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(4096, len(data), 4096):
        data[place : place + 64] = b"\xff" * 64
    path.write_bytes(bytes(data))


DAMAGE: dict[str, Callable[[Path], None]] = {
    "pages": flip_a_page,
    "half of the file": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "no database": lambda path: path.write_bytes(b"something else entirely, and long enough " * 99),
    "an empty file": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_damaged_store_is_named(out: Path, kind: str) -> None:
    DAMAGE[kind](out / "results.db")
    for command in ("show", "report", "score", "scores", "ranks", "fit-quality"):
        assert f"{out}/results.db" in refusal(command, out)


BROKEN = {
    "no JSON": "update hebo_trials set params = '{\"x\": '",
    "other JSON": "update hebo_trials set \"values\" = '[1]'",
    "a text for a value": 'update hebo_trials set "values" = \'{"y": "cheap"}\'',
    "a text for a number": "update hebo_runs set n_trials = 'many'",
    "bytes": "update hebo_runs set config = x'ff00fe'",
    "no such status": "update hebo_trials set status = 'splendid'",
    "a space that is none": 'update hebo_problems set space = \'{"parameters": [{"name": "x"}]}\'',
    "a space of something else": "update hebo_problems set space = '3'",
    "no task": "delete from hebo_problems",
    "objectives of something else": "update hebo_problems set objectives = '[]'",
    "versions of something else": "update hebo_experiments set versions = '7'",
    "no experiment": "delete from hebo_experiments",
    "another version": "update hebo_info set value = '1'",
    "a text for an instant": "update hebo_trials set started_at = 'noon'",
    "a trial of no run": "update hebo_trials set run_id = 'x' where number = 0 and run_id like 'sobol%0'",
}


# What some commands do not look at.
HARMLESS = ("a space that is none",)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_damaged_row_is_named_or_does_not_matter(out: Path, kind: str) -> None:
    change(out, BROKEN[kind])
    for command in ("show", "report", "scores"):
        answer = run(command, out)
        if answer.exit_code or kind not in HARMLESS:
            assert answer.exit_code == 2, (command, answer.output)
            assert answer.stderr.count("\n") == 1, answer.stderr


def test_a_damaged_row_is_named_by_hebo_run_too(out: Path, write_config: Write) -> None:
    change(out, "update hebo_runs set config = '{'")
    assert f"{out}/results.db" in refusal("run", write_config(**SETTINGS))


def test_an_owner_that_nobody_can_read_is_named(out: Path, write_config: Write) -> None:
    change(out, "update hebo_runs set status = 'running', owner = 'someone', lease_until = 'later'")
    assert "owner" in refusal("run", write_config(**SETTINGS))


# --------------------------------------------------------------------------- full, locked, gone, not writable


def test_a_store_that_is_full_ends_the_run_resumably(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = SETTINGS | {"budget": {"n_trials": 60}}
    with monkeypatch.context() as patch:
        patch.setattr(database, "_to_wal", lambda connection: connection.execute("PRAGMA max_page_count=24"))
        message = refusal("run", write_config(**settings))
    assert "results.db' cannot be used: database or disk is full; make room there" in message
    check_resumes(write_config, tmp_path, settings)


def test_a_worker_that_finds_the_disk_full_ends_the_run_resumably(
    write_config: Write, tmp_path: Path, start_hebo: Callable[..., subprocess.Popen[str]]
) -> None:
    executor = {"type": "process_pool", "n_workers": 1}
    settings = SETTINGS | {"budget": {"n_trials": 60}, "executor": executor}
    config = write_config(**settings)
    process = start_hebo("run", config)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 2, errors
    (line,) = [one for one in errors.splitlines() if one.startswith("error")]
    assert f"{tmp_path}/out/results.db' cannot be used: " in line
    assert "Traceback" not in errors
    check_resumes(write_config, tmp_path, settings | {"executor": {"type": "in_process"}})


def check_resumes(write_config: Write, tmp_path: Path, settings: dict[str, Any]) -> None:
    """See that the experiment ends like one that never was in trouble."""
    assert run("run", write_config(**settings)).exit_code == 0
    assert run("run", write_config("whole.yaml", **settings, output=str(tmp_path / "whole"))).exit_code == 0
    assert lasting(load_results(tmp_path / "out")) == lasting(load_results(tmp_path / "whole"))


def test_a_locked_store_is_named(out: Path, write_config: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(out / "results.db", isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE").close()
    holder.execute("BEGIN EXCLUSIVE").close()
    for command, source in (("run", write_config(**SETTINGS)), ("show", out)):
        assert "results.db' cannot be used: database is locked; close the program" in refusal(command, source)
    holder.close()


def test_a_server_that_cannot_be_reached_is_named_without_a_password(
    write_config: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("PGPASSWORD", "secret")
    url = "postgresql+psycopg://me@127.0.0.1:1/db"
    for answer in (refusal("run", write_config(store=url)), refusal("show", url)):
        assert f"The store '{url}' cannot be used: connection failed" in answer
        assert "see that the server runs" in answer
        assert "secret" not in answer


# ------------------------------------------------------------------------------------- places to read from

_DROP_FROM_BOUNDING_SET, _CAP_DAC_OVERRIDE = 24, 1


def without_privileges(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Call the command line as somebody to whom permissions apply: root may write anywhere."""
    prctl = ctypes.CDLL(None).prctl
    return subprocess.run(
        [sys.executable, "-m", "hebo", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: prctl(_DROP_FROM_BOUNDING_SET, _CAP_DAC_OVERRIDE, 0, 0, 0),
    )


def read_only_copy(out: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "copy"
    shutil.copytree(out, copy)
    for one in copy.iterdir():
        one.chmod(0o444)
    copy.chmod(0o555)
    return copy


def test_a_finished_experiment_is_read_where_nothing_can_be_written(out: Path, tmp_path: Path) -> None:
    copy = read_only_copy(out, tmp_path)
    before = sorted(one.name for one in copy.iterdir())
    shown = without_privileges("show", copy)
    assert shown.returncode == 0, shown.stderr
    assert "sobol@toy#1" in shown.stdout
    assert without_privileges("scores", copy).returncode == 0
    refused = without_privileges("report", copy)
    assert refused.returncode == 2, refused.stderr
    assert refused.stderr.count("\n") == 1
    assert "cannot be used (Permission denied); change its permissions, or name another" in refused.stderr
    made = without_privileges("report", copy, "-o", tmp_path / "report")
    assert made.returncode == 0, made.stderr
    assert sorted(one.name for one in copy.iterdir()) == before
    copy.chmod(0o755)


def test_what_a_dead_run_has_left_in_its_log_is_read_there_too(out: Path, tmp_path: Path) -> None:
    file = out / "results.db"
    writer = sqlite3.connect(file)
    writer.execute("update hebo_runs set status = 'broken', message = 'seen in the log'")
    writer.commit()
    assert file.with_name("results.db-wal").stat().st_size
    copy = read_only_copy(out, tmp_path)
    writer.close()
    shown = without_privileges("show", copy)
    assert "seen in the log" in shown.stdout, shown.stderr
    copy.chmod(0o755)
    (copy / "results.db-shm").unlink()
    copy.chmod(0o555)
    shown = without_privileges("show", copy)
    assert "seen in the log" in shown.stdout, shown.stderr
    copy.chmod(0o755)


def test_running_where_nothing_can_be_written_is_refused(
    out: Path, write_config: Write, tmp_path: Path
) -> None:
    copy = read_only_copy(out, tmp_path)
    config = tmp_path / "config.yaml"
    config.write_text(write_config(**SETTINGS | {"output": str(copy)}).read_text())
    answer = without_privileges("run", config)
    assert answer.returncode == 2, answer.stderr
    assert answer.stderr.count("\n") == 1
    assert str(copy) in answer.stderr
    copy.chmod(0o755)


def test_reading_changes_nothing_in_a_database_of_somebody_else(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table mine (x)")
    connection.close()
    before = path.read_bytes()
    assert "no such table" in refusal("show", path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["other.db"]
