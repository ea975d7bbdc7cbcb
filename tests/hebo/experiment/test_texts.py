from __future__ import annotations

from typing import Any

import pytest

from hebo.experiment.texts import (
    MAX_MESSAGE,
    MAX_TEXT,
    class_of,
    clean,
    error_message,
    message,
    on_one_line,
    text_of,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, ünï 世界 \N{NO-BREAK SPACE}\n\ttext", "plain, ünï 世界 \N{NO-BREAK SPACE}\n\ttext"),
        ("a\0b", "a\\x00b"),
        ("\x1b[2J\x07\x7f\x9b1m", "\\x1b[2J\\x07\\x7f\\x9b1m"),
        ("\ud800 \udfff", "\\ud800 \\udfff"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "\\u202egpj.exe"),
        ("\N{LINE SEPARATOR}", "\\u2028"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_stores_and_terminals_do_not_take_is_written_out(text: str, expected: str) -> None:
    assert clean(text) == expected
    assert clean(text).encode("utf-8")


def test_a_text_that_is_too_long_keeps_head_and_tail() -> None:
    found = clean("head" + "\0" * 10**6 + "tail")
    assert len(found) <= MAX_TEXT
    assert found.startswith("head\\x00")
    assert found.endswith("\\x00tail")
    short = message("head " + "x" * 10**6 + " tail")
    assert len(short) <= MAX_MESSAGE
    assert short.startswith("head x")
    assert short.endswith("x tail")
    assert "characters left out" in short
    assert message("x" * MAX_MESSAGE) == "x" * MAX_MESSAGE


def test_a_message_is_one_line() -> None:
    assert message(" a\r\nb\t c\n") == "a b c"
    assert on_one_line("a\nb\x1b[1m" + "c" * 10**4) == "a b\\x1b[1m" + "c" * 10**4


class Sly(str):
    """A text that is something else when asked for it."""

    def __str__(self) -> str:
        return "another"


class Leaving(Exception):
    def __str__(self) -> str:
        raise SystemExit


class Unnamed(type):
    @property
    def __name__(cls) -> Any:  # type: ignore[override]
        raise KeyboardInterrupt


class Hidden(Exception, metaclass=Unnamed):
    """An error of a class whose name cannot be had."""


def test_the_class_of_a_value_cannot_break_its_text() -> None:
    assert clean(Sly("its own")) == "its own"
    assert type(clean(Sly("its own"))) is str
    assert text_of(Leaving()) == "(a Leaving whose text cannot be had: SystemExit)"
    assert class_of(Hidden()) == "object"
    assert error_message(Hidden("text")) == "object: text"
    assert error_message(ValueError(b"\xff\0")) == r"ValueError: b'\xff\x00'"
