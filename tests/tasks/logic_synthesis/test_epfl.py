"""Tests of `tasks.logic_synthesis.epfl`."""

from __future__ import annotations

import io
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
from click.testing import CliRunner

from hebo.errors import ConfigError, DataError
from hebo.experiment.cli import main
from tasks.logic_synthesis import epfl

BUNDLED = ["adder", "cavlc", "ctrl", "int2float", "priority", "router"]


@pytest.fixture(autouse=True)
def no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(epfl.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_six_circuits_come_along_unchanged() -> None:
    assert len(epfl.names()) == 20
    for name in BUNDLED:
        contents = epfl.read(name)
        assert contents.startswith(b"aig ")
        assert epfl._checked(name, contents, name) == contents


def test_others_need_a_folder() -> None:
    with pytest.raises(
        ConfigError, match=r"circuit 'sqrt' .* is not in '.*cache/hebo/epfl'; give its folder"
    ):
        epfl.read("sqrt")


@pytest.mark.parametrize("place", ["arithmetic/sqrt.aig", "sqrt.aig"])
def test_a_folder_may_be_flat_and_files_are_checked(
    tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_bytes(b"aig 0 0 0 0 0\n")
    with pytest.raises(DataError, match="is not the circuit 'sqrt' of the suite"):
        epfl.read("sqrt", str(tmp_path))
    monkeypatch.setattr(epfl, "_checked", lambda name, contents, origin: contents)
    monkeypatch.setenv(epfl.VARIABLE, str(tmp_path))
    assert epfl.read("sqrt") == b"aig 0 0 0 0 0\n"


def test_the_suite_is_fetched_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def answer(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        name = url.rpartition("/")[2].removesuffix(".aig")
        return io.BytesIO(epfl.read(name) if name in BUNDLED else b"")

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    monkeypatch.setattr(epfl, "_checked", lambda name, contents, origin: contents)
    for _ in range(2):
        done = CliRunner().invoke(main, ["tasks", "fetch", "epfl", "-o", str(tmp_path / "suite")])
        assert done.exit_code == 0
    assert len(asked) == 20
    commit = "94e25f33b9bcbaa155e20ceedc6f6dc45bdffddf"
    assert f"https://raw.githubusercontent.com/lsils/benchmarks/{commit}/random_control/router.aig" in asked
    assert epfl.read("router", str(tmp_path / "suite")) == epfl.read("router")
    assert not list((tmp_path / "suite").rglob("*.part"))


def test_without_internet_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(url: str, timeout: float) -> io.BytesIO:
        raise URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    done = CliRunner().invoke(main, ["tasks", "fetch", "epfl"])
    assert done.exit_code == 1
    assert "without access to the internet, copy the suite here" in done.output


def test_a_changed_file_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: io.BytesIO(b"evil"))
    with pytest.raises(DataError, match=r"is not the circuit 'adder' of the suite \(SHA-256"):
        epfl.EPFLSuite().fetch([], tmp_path, print)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_some_circuits_are_fetched_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: io.BytesIO(epfl.read("ctrl")))
    done = CliRunner().invoke(main, ["tasks", "fetch", "epfl", "ctrl", "-o", str(tmp_path)])
    assert "ctrl of epfl: in" in done.output
    assert [path.name for path in tmp_path.rglob("*.aig")] == ["ctrl.aig"]
    done = CliRunner().invoke(main, ["tasks", "fetch", "epfl", "cntrl"])
    assert (done.exit_code, "Did you mean 'ctrl'" in done.output) == (2, True)


def test_an_unknown_name_is_refused() -> None:
    done = CliRunner().invoke(main, ["tasks", "fetch", "epl"])
    assert (done.exit_code, "Did you mean 'epfl'?" in done.output) == (2, True)
