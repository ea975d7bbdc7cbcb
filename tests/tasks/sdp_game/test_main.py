"""Tests of `python -m tasks.sdp_game`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tasks.sdp_game.__main__ import main

CERTIFICATE = Path(__file__).parent / "certificates" / "two_points.json"


@pytest.mark.client
def test_proofs_are_checked_one_by_one_and_a_failure_sets_the_exit_status(tmp_path: Path) -> None:
    pytest.importorskip("flint")
    edited = tmp_path / "edited.json"
    content = json.loads(CERTIFICATE.read_text(encoding="utf-8"))
    edited.write_text(json.dumps({**content, "bound": 0.25}), encoding="utf-8")
    good = CliRunner().invoke(main, ["verify", str(CERTIFICATE)])
    assert good.exit_code == 0
    assert "proved: no packing in 8 dimensions has a density above 0.262103237" in good.output
    both = CliRunner().invoke(main, ["verify", str(edited), str(CERTIFICATE)])
    assert both.exit_code == 1
    assert "not proved" in both.output
    assert str(edited) in both.output
    assert "proved: no packing in 8 dimensions" in both.output


def test_a_missing_file_is_not_proved(tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["verify", str(tmp_path / "none.json")])
    assert found.exit_code == 1
    assert "is not a certificate: FileNotFoundError" in found.output


def test_a_file_has_to_be_named() -> None:
    assert CliRunner().invoke(main, ["verify"]).exit_code == 2
