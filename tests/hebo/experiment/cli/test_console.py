"""Texts are printed as they are."""

from __future__ import annotations

import pytest
from rich.table import Table

from hebo.experiment.cli.console import wide_console


def test_brackets_are_text_and_a_pipe_is_wide(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("[bold]category[/bold]", "x" * 200)
    wide_console().print(table)
    printed = capsys.readouterr().out
    assert "[bold]category[/bold]" in printed
    assert "x" * 200 in printed
