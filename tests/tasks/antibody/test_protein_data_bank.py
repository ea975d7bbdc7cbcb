"""Tests of `tasks.antibody.protein_data_bank`."""

from __future__ import annotations

import io
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from hebo.experiment.cli import main


def invoke(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["tasks", "fetch", "pdb", *arguments])
    return done.exit_code, done.output


def test_entries_are_fetched_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []

    def answer(url: str, timeout: float) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(b"data_1FBI\nloop_\n_atom_site.id\n")

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    for _ in range(2):
        assert invoke("1fbi", "-o", str(tmp_path))[0] == 0
    assert asked == ["https://files.rcsb.org/download/1FBI.cif"]
    assert (tmp_path / "1FBI.cif").read_bytes().startswith(b"data_1FBI")


def test_what_is_no_entry_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "name the entries to fetch" in invoke()[1]
    assert invoke("../x", "-o", str(tmp_path)) == (
        2,
        "error: '../x' is no entry of the Protein Data Bank; they look like 1FBI.\n",
    )
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, timeout: io.BytesIO(b"<html>"))
    code, output = invoke("1FBI", "-o", str(tmp_path))
    assert (code, "holds no atoms" in output) == (1, True)
    assert not list(tmp_path.iterdir())


def test_without_internet_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(url: str, timeout: float) -> io.BytesIO:
        raise OSError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    assert "get the file by other means" in invoke("1FBI")[1]
