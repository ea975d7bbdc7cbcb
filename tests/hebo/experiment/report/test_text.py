from __future__ import annotations

import pytest

from hebo.experiment.report.text import number, plain, tick, wrap_name


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.123456, "0.1235"), (1e-5, "1e-5"), (1.25e300, "1.25e300"), (-12.0, "-12"), (0.0, "0")],
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_padded_numbers_line_up():
    assert [number(value, is_padded=True) for value in (2.0, 0.509, 3021.0)] == ["2.000", "0.5090", "3021"]


@pytest.mark.parametrize(
    ("value", "text"), [(1e-3, "1e-3"), (0.01, "0.01"), (2e6, "2e6"), (123456.0, "1.235e5")]
)
def test_ticks_are_as_short_as_they_go(value, text):
    assert tick(value) == text


def test_text_is_one_line_without_mathematics():
    assert plain("a\nb $x$ \x00") == r"a b \$x\$  "
    assert plain("abcdef", length=4) == "abc…"


def test_names_break_after_separators():
    assert wrap_name("min_impurity_decrease") == "min_impurity_\ndecrease"
    assert wrap_name("alpha") == "alpha"
