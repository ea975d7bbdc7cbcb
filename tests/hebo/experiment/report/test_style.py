from __future__ import annotations

import re

import pytest

from hebo.experiment.report.style import (
    CSS_COLORS,
    PALETTE,
    css_variables,
    line_style,
    scale_color,
)


def luminance(color: str) -> float:
    """Relative luminance of WCAG 2."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    high, low = sorted([luminance(first), luminance(second)], reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_text_and_lines_stand_out_in_light_and_dark(dark):
    colors = dict(re.findall(r"--([\w-]+): (#\w+);", css_variables(dark=dark)))
    assert len(colors) == len(CSS_COLORS)
    assert contrast(colors["ink"], colors["surface"]) > 12
    assert contrast(colors["muted"], colors["surface"]) > 4.5
    # WCAG 2 asks 3 of graphics; the palette's lightest come close to it.
    assert all(contrast(colors[f"optimizer-{i}"], colors["surface"]) > 2.5 for i in range(len(PALETTE)))


def test_each_colour_has_its_own_variable():
    assert len(set(CSS_COLORS.values())) == len(CSS_COLORS)


def test_the_first_28_optimisers_have_styles_of_their_own():
    assert len({line_style(index) for index in range(28)}) == 28


def test_the_scale_of_colours_has_both_ends():
    assert scale_color(0.0) != scale_color(1.0)
