from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from hebo.errors import ConfigError
from tasks.own.words import check_words, filled, placeholders, read_words

VALUES: dict[str, Any] = {
    "lr": 1e-05,
    "n": 3,
    "on": True,
    "name": "a b; rm *",
    "order": [2, 0, 1],
    "none": None,
}


def check(argv: Sequence[Any], *, is_complete: bool = True, conditional: Sequence[str] = ()) -> None:
    check_words(
        argv,
        parameters=["lr", "momentum"],
        special=["seed"],
        conditional=conditional,
        is_complete=is_complete,
    )


def test_values_are_put_in_as_programs_read_them() -> None:
    argv = ("run", "--lr={lr}", "{n}", "{on}", "{name}", "{order}", "{{lr}} {{{n}}}")
    assert filled(argv, VALUES) == ["run", "--lr=1e-05", "3", "true", "a b; rm *", "[2, 0, 1]", "{lr} {3}"]


def test_a_value_with_braces_is_put_in_once() -> None:
    assert filled(("{a}{b}",), {"a": "{b}", "b": "x"}) == ["{b}x"]


def test_a_list_is_left_out_where_a_parameter_in_it_has_no_value() -> None:
    argv = ("run", ("--none", "{none}"), ("--n", "{n}"))
    assert filled(argv, VALUES) == ["run", "--n", "3"]


def test_numbers_of_a_yaml_are_words_and_lists_are_groups() -> None:
    assert read_words(["run", 3, 0.5, ["--n", 2]]) == ("run", "3", "0.5", ("--n", "2"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "python train.py --lr {lr}",
            "is one text; write a list of words, [python, train.py, ...]: no shell",
        ),
        (["run", {"lr": None}], 'put placeholders in quotes, "{lr}": without them YAML reads a mapping'),
        (["run", True], "True is no word of a command; put it in quotes"),
        (["run", None], "None is no word of a command"),
        (["run", "a\0b"], "has a NUL"),
    ],
)
def test_what_is_no_word_is_refused_with_what_would_work(given: object, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        read_words(given)


def test_placeholders_are_the_names_in_single_braces() -> None:
    assert placeholders("{a}-{b c}{{d}}{{{e}}}") == ["a", "b c", "e"]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["{lr}", "{momentun}"], "'{momentun}' in '{momentun}' is no parameter. Did you mean 'momentum'?"),
        (
            ["{lr}"],
            "the parameter 'momentum' appears nowhere; add \"{momentum}\" to `argv`, or write `stdin: json`",
        ),
        (["{lr}", "{momentum"], "'{momentum' has a single brace; write {{ and }}"),
        (["{lr}", "}"], "single brace"),
        (["{}"], "'{}' in '{}' is no parameter"),
    ],
)
def test_a_placeholder_for_nothing_and_an_unused_parameter_are_refused(argv: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(argv)
    assert said in str(caught.value)


def test_not_all_parameters_are_needed_where_the_program_reads_them() -> None:
    check(["run", "{seed}"], is_complete=False)


def test_a_conditional_parameter_needs_a_list() -> None:
    check(["{lr}", ("--momentum", "{momentum}")], conditional=["momentum"])
    with pytest.raises(
        ConfigError, match=r'list of their own, \["--momentum", "\{momentum\}"\], which is then left'
    ):
        check(["{lr}", "--momentum", "{momentum}"], conditional=["momentum"])
