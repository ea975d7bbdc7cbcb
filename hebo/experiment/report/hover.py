"""Hover texts: what a browser shows where the pointer rests on a mark of a figure.

They travel in the ids of matplotlib's artists, the only thing that its SVG writer passes on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from matplotlib.artist import Artist

_PREFIX = "hover:"
_LENGTH = 400


def set_hover(artist: Artist, texts: Sequence[str]) -> None:
    """Give an artist its texts: one for all of it, or one for each marker of a line, in their order.

    Args:
        artist: Of markers all have to lie within the figure.
        texts: Of any characters; what cannot be printed becomes a space.
    """
    artist.set_gid(_PREFIX + json.dumps([_clean(text) for text in texts]))


def add_titles(root: Element) -> None:
    """Put the texts into an SVG as `<title>` elements."""
    for group in root.iter():
        name = group.get("id", "")
        if not name.startswith(_PREFIX):
            continue
        del group.attrib["id"]
        texts = json.loads(name.removeprefix(_PREFIX))
        marks = [group] if len(texts) == 1 else [one for one in group.iter() if one.tag.endswith("use")]
        if len(marks) == len(texts):  # a marker beyond the edges of the figure is not drawn at all
            for mark, text in zip(marks, texts, strict=True):
                title = Element("title")
                title.text = text
                mark.insert(0, title)


def _clean(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)[:_LENGTH]
