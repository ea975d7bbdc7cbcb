"""Figures as bytes: PNG files, and SVG that can sit in a page beside other SVG."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.figure import Figure

from hebo.experiment.files import write
from hebo.experiment.report.hover import add_titles
from hebo.experiment.report.style import CSS_COLORS, quiet_glyphs

PNG_DPI = 200
_REFERENCE = re.compile(r"url\(#([^)]*)\)")
_NAMESPACE = re.compile(r"^\{[^}]*\}")


def save_png(figure: Figure, path: Path) -> Path:
    """Write `figure` to `path` and return it."""
    buffer = io.BytesIO()
    with quiet_glyphs():
        figure.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return write(path, buffer.getvalue())


def inline_svg(figure: Figure, name: str, description: str) -> str:
    """Return `figure` as an `<svg>` element for an HTML page.

    Text stays text, so that it can be searched and takes the page's font; known colors become CSS
    variables; ids get the prefix `name`, which must be unique in the page; metadata is dropped.

    Args:
        figure: What to draw.
        name: Prefix of the ids: letters, digits, hyphens.
        description: What a reader who cannot see the figure should know.
    """
    root = ElementTree.fromstring(_render(figure, name))
    for metadata in root.findall("{*}metadata"):
        root.remove(metadata)
    add_titles(root)
    for element in root.iter():
        element.tag = _NAMESPACE.sub("", element.tag)
        element.attrib = {
            _NAMESPACE.sub("", key): _page_value(_NAMESPACE.sub("", key), value, name)
            for key, value in element.attrib.items()
        }
    width, height = figure.get_size_inches()
    root.attrib = {
        "viewBox": root.attrib["viewBox"],
        "role": "img",
        "aria-label": description,
        # Points are CSS pixels times 72 / 96.
        "style": f"--natural-width: {width * 96:.0f}px; aspect-ratio: {width:.3f} / {height:.3f}",
    }
    return ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)


def page_svg(figure: Figure, name: str, description: str) -> Markup:
    """Return `inline_svg` as it may stand in a page unescaped.

    It is made of matplotlib's own elements; user text in it is escaped by the XML writer.
    """
    return Markup(inline_svg(figure, name, description))


def _render(figure: Figure, name: str) -> str:
    buffer = io.StringIO()
    # These two settings exist only as rcParams; the context restores them.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}), quiet_glyphs():
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return buffer.getvalue()


def _page_value(key: str, value: str, name: str) -> str:
    """Return one SVG attribute as it should stand in the page."""
    if key == "id":
        return f"{name}-{value}"
    if key == "href" and value.startswith("#"):
        return f"#{name}-{value[1:]}"
    value = _REFERENCE.sub(rf"url(#{name}-\1)", value)
    if key in ("style", "fill", "stroke"):
        for color, variable in CSS_COLORS.items():
            value = value.replace(color, variable)
    return value
