"""Tests of `tasks.logic_synthesis.circuits`."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebo.errors import ConfigError, DataError
from tasks.logic_synthesis.circuits import load_circuit
from tasks.logic_synthesis.generators import adder


def test_a_circuit_is_built_shipped_or_read(tmp_path: Path) -> None:
    built = load_circuit("adder:4")
    assert (built.name, built.suffix, built.contents) == ("adder4", ".aig", adder(4).to_aiger())
    assert load_circuit("router").contents.startswith(b"aig 317 60 0 30 257\n")
    path = tmp_path / "a; quit $(touch x).BLIF"
    path.write_text(".model m\n.end\n")
    read = load_circuit(str(path))
    assert (read.name, read.suffix, read.contents) == ("a; quit $(touch x)", ".blif", b".model m\n.end\n")
    assert len({built.digest, read.digest, load_circuit("adder:5").digest}) == 3


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ader:4", "circuit family 'ader' is unknown. Did you mean 'adder'"),
        ("adder:0", "a width from 1 to 256 is possible"),
        ("decoder:20", "a width from 1 to 12 is possible"),
        ("routr", "no file seen from .* Did you mean 'router'"),
        ("nowhere/x.aig", "'nowhere/x.aig' is no family built here"),
    ],
)
def test_an_unknown_circuit_is_refused(source: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_circuit(source)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.vhdl").write_text("")
    with pytest.raises(ConfigError, match=r"knows a format by the suffix; use .aig, .blif, .v, .bench"):
        load_circuit(str(tmp_path / "x.vhdl"))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.blif").write_text(" \n")
    with pytest.raises(DataError, match=r"x\.blif': the file is empty"):
        load_circuit(str(tmp_path / "x.blif"))
