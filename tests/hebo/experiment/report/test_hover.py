from __future__ import annotations

import re

from matplotlib.figure import Figure

from hebo.experiment.report.hover import set_hover
from hebo.experiment.report.svg import inline_svg


def test_each_marker_has_its_text_and_a_bar_has_one() -> None:
    axes = Figure().add_subplot()
    set_hover(axes.plot([1, 2, 3], [3, 1, 2], "o")[0], ["a", "b <i>", "c\x07d"])
    set_hover(axes.barh([0], [1])[0], ["all of it"])
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    text = inline_svg(figure, "name", "what it shows")
    assert re.findall("<title>(.*?)</title>", text) == ["all of it", "a", "b &lt;i&gt;", "c d"]
    assert "hover:" not in text
