"""Nothing of a page is cut off: figures scale with it, tables scroll where they must."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib import resources
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hebo.experiment.report.contents import Contents, collect_contents
from hebo.experiment.report.context import page_context
from hebo.experiment.report.page.writing import _figures, render

CSS = resources.files("hebo.experiment.report").joinpath("report.css").read_text("utf-8")
LONG = "a-long-label-of-an-optimizer-{}-with-settings"
# What a telephone of 390 pixels has for a figure, and the least size at which text can be read.
TELEPHONE, LEAST_SCALE = 358, 0.62


class Parents(HTMLParser):
    """Collects for each table and drawing its attributes and those of all that it stands in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.found: list[tuple[str, dict[str, str | None], list[dict[str, str | None]]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, str | None] = {"tag": tag, **dict(attrs)}
        if tag in ("table", "svg"):
            self.found.append((tag, given, [one for _, one in self.open]))
        if tag not in ("meta", "link", "br", "hr", "img", "input"):
            self.open.append((tag, given))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()


@pytest.fixture(scope="module")
def hard(make_results: Any) -> Contents:
    """Return ten optimizers with long labels and many tasks."""
    names = ["hebo", "random_search", *(LONG.format(place) for place in range(8))]
    outcomes = {
        (name, f"task_{number:02d}(dim=20, noise=0.1, an odd suffix)", seed): [5.0, 3.0 + place, 1.0 + place]
        for place, name in enumerate(names)
        for number in range(6)
        for seed in (0, 1)
    }
    return collect_contents(make_results(outcomes))


@pytest.fixture(scope="module")
def page(hard: Contents) -> str:
    return render("comparison.html", page_context(hard))


def rule(selector: str) -> str:
    """Return the declarations of a rule of the style sheet."""
    found = re.findall(rf"^{re.escape(selector)} \{{([^}}]*)\}}", CSS, flags=re.MULTILINE)
    assert found, selector
    return " ".join(found)


def test_every_table_stands_in_a_box_that_scrolls_and_keys_reach(page: str) -> None:
    tables = [parents for tag, _, parents in Parents(page).found if tag == "table"]
    assert len(tables) > 5
    for parents in tables:
        (box,) = [one for one in parents if one.get("class") == "scroll"]
        assert box.get("tabindex") == "0"


def test_every_drawing_scales_with_the_page(page: str) -> None:
    drawings = [(given, parents) for tag, given, parents in Parents(page).found if tag == "svg"]
    assert len(drawings) > 10
    for given, parents in drawings:
        assert "viewbox" in given
        assert not {"width", "height"} & set(given)
        assert re.search(r"--natural-width: \d+px", given["style"] or "")
        assert "figure" in [one["tag"] for one in parents]
    drawing = rule("figure svg")
    assert "width: 100%" in drawing
    assert "max-width: var(--natural-width)" in drawing
    assert f"min-width: calc(var(--natural-width) * {LEAST_SCALE})" in drawing


def test_boxes_scroll_and_show_that_there_is_more() -> None:
    box = rule(".scroll, figure")
    assert "overflow-x: auto" in box
    assert "no-repeat local" in box


def test_labels_wrap_and_numbers_do_not() -> None:
    for selector in ('tbody th[scope="row"]', ".labels thead th", 'th[scope="rowgroup"]'):
        assert "overflow-wrap: anywhere" in rule(selector), selector
        assert "nowrap" not in rule(selector), selector
    assert "white-space: nowrap" in rule("td.number")


def figure_of(contents: Contents, name: str) -> Figure:
    return next(figure for found, figure in _figures(contents) if found == name)


@pytest.mark.parametrize("name", ["ranks", "critical_difference", "scores", "timing"])
def test_figures_of_the_comparison_fit_a_telephone_without_scrolling(hard: Contents, name: str) -> None:
    width = figure_of(hard, name).get_figwidth() * 96
    assert width * LEAST_SCALE <= TELEPHONE


@pytest.mark.parametrize("name", ["ranks", "critical_difference", "scores", "timing"])
def test_nothing_of_a_figure_lies_beyond_its_edges(hard: Contents, name: str) -> None:
    figure = figure_of(hard, name)
    canvas = figure.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    canvas.draw()
    inches = figure.get_tightbbox(canvas.get_renderer())
    assert inches.x0 > -0.02
    assert inches.y0 > -0.02
    assert inches.x1 < figure.get_figwidth() + 0.02
    assert inches.y1 < figure.get_figheight() + 0.02
