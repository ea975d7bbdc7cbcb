"""What the README has to have; that its blocks work is a test of all pages (`tests/docs/test_pages.py`)."""

from __future__ import annotations

from pages import README, commands, runnable


def test_the_readme_has_an_example_and_the_two_commands() -> None:
    assert runnable("python", [README])
    named = {word for _, words in commands("make", [README]) for word in words}
    assert {"quickstart", "test"} <= named


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150
