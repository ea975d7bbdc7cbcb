from __future__ import annotations

import matplotlib as mpl
import pytest

from hebo.experiment.report.style import ACCENT, new_figure
from hebo.experiment.report.svg import inline_svg, save_png


@pytest.fixture
def figure():
    figure = new_figure(2, 1)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], color=ACCENT, clip_on=True)
    axes.set_title('<b id="x"> & url(#y)')
    return figure


def test_text_stays_text_and_is_escaped(figure):
    text = inline_svg(figure, "one", "A line & more")
    assert '&lt;b id="x"&gt; &amp; url(#y)' in text
    assert 'aria-label="A line &amp; more"' in text


def test_ids_and_references_carry_the_prefix(figure):
    text = inline_svg(figure, "one", "")
    assert 'id="one-axes_1"' in text
    assert "url(#one-" in text


def test_colors_become_variables_and_metadata_goes(figure):
    text = inline_svg(figure, "one", "")
    assert "var(--accent)" in text
    assert ACCENT not in text
    assert "metadata" not in text
    assert "xmlns" not in text


def test_settings_are_restored_even_if_drawing_fails(figure, monkeypatch):
    before = dict(mpl.rcParams)
    monkeypatch.setattr(figure, "savefig", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        inline_svg(figure, "one", "")
    assert dict(mpl.rcParams) == before


def test_png_files_have_at_least_150_dots_per_inch(figure, tmp_path):
    path = save_png(figure, tmp_path / "figure.png")
    header = path.read_bytes()[:24]
    assert header[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(header[16:20], "big") >= 2 * 150


def test_a_glyph_that_the_font_lacks_does_not_warn(tmp_path):
    figure = new_figure(2, 1)
    figure.text(0.5, 0.5, "漢字")
    save_png(figure, tmp_path / "figure.png")
    assert "漢字" in inline_svg(figure, "one", "")
