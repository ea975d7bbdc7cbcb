"""Figure style: colours with a light and a dark value, plain axes, labels safe to draw.

Figures are drawn in the light colours. In the page each of them becomes a CSS variable (see `svg.py`), so
that one drawing serves light, dark and print.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from hebo.experiment.report.text import plain

INK, MUTED, FAINT, SURFACE, ACCENT = "#1c2024", "#667079", "#e2e5e9", "#fffefe", "#c8321e"
"""Text and marks, secondary text, grid lines, background, the one thing to look at."""

PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b88a00", "#4aa8dd", "#7a5195")
"""Colours of optimisers: Okabe and Ito's set for colour-blind readers, its yellow and orange darkened."""

Dash = Literal["solid", "dashed", "dotted", "dashdot"]
DASHES: tuple[Dash, ...] = ("solid", "dashed", "dotted", "dashdot")

SCALE = ("#0b4f79", "#1d6a97", "#3c85b0", "#629fc4", "#88b6d3", "#a9c8dd", "#c3d7e5", "#d6e2eb", "#e4ebf0")
"""From the best trials to the worst: the better, the further from the background."""

_DARK = {
    INK: "#e8eaed",
    MUTED: "#9aa4ae",
    FAINT: "#33393f",
    SURFACE: "#15181b",
    ACCENT: "#ff7a63",
    **dict(
        zip(
            PALETTE,
            ("#4ba3e0", "#f08a3c", "#2cc295", "#e39ac3", "#dcb13c", "#86cdf5", "#b08fce"),
            strict=True,
        )
    ),
    **dict(
        zip(
            SCALE,
            (
                "#b9e2fb",
                "#93c9e8",
                "#70aed1",
                "#5393b7",
                "#3f7a9b",
                "#32647f",
                "#2a5167",
                "#254253",
                "#223742",
            ),
            strict=True,
        )
    ),
}
_NAMES = {
    **dict(
        zip((INK, MUTED, FAINT, SURFACE, ACCENT), ("ink", "muted", "faint", "surface", "accent"), strict=True)
    ),
    **{color: f"optimizer-{index}" for index, color in enumerate(PALETTE)},
    **{color: f"scale-{index}" for index, color in enumerate(SCALE)},
}

CSS_COLORS = {light: f"var(--{name})" for light, name in _NAMES.items()}
"""Light colour -> the CSS variable that stands for it in the page."""


def css_variables(*, dark: bool) -> str:
    """Return the definitions of all colour variables, for a `:root` rule."""
    return " ".join(f"--{name}: {_DARK[light] if dark else light};" for light, name in _NAMES.items())


def line_style(index: int) -> tuple[str, Dash]:
    """Return colour and dash of the `index`-th optimiser; all pairs of the first 28 differ."""
    return PALETTE[index % len(PALETTE)], DASHES[index // len(PALETTE) % len(DASHES)]


def scale_color(rank: float) -> str:
    """Return the colour for a rank between 0 (best) and 1 (worst)."""
    return SCALE[min(int(rank * len(SCALE)), len(SCALE) - 1)]


def new_figure(width: float, height: float, *, is_laid_out: bool = True) -> Figure:
    """Return an empty figure (inches) that belongs to no pyplot state.

    Its axes are placed by matplotlib unless `is_laid_out` is False.
    """
    figure = Figure(figsize=(width, height), facecolor=SURFACE)
    if is_laid_out:
        figure.set_layout_engine("constrained", w_pad=0.09, h_pad=0.07)
    FigureCanvasAgg(figure)
    return figure


@dataclass(frozen=True)
class Cell:
    """Size of one panel and its margins, in inches."""

    width: float
    height: float
    left: float = 0.55
    right: float = 0.12
    bottom: float = 0.32
    top: float = 0.32


def sheet(n: int, cell: Cell, *, columns: int, header: float = 0.0) -> tuple[Figure, list[Axes]]:
    """Return a figure of `n` equal panels in rows of `columns`, under a free strip of height `header`.

    The margins are fixed, which keeps the axes of neighbours in line (and is ten times as fast as having
    matplotlib measure them).
    """
    n_rows = -(-n // columns)
    width, height = cell.width * columns, cell.height * max(n_rows, 1) + header
    figure = new_figure(width, height, is_laid_out=False)
    axes = []
    for index in range(n):
        row, column = divmod(index, columns)
        x = column * cell.width + cell.left
        y = height - header - (row + 1) * cell.height + cell.bottom
        size = cell.width - cell.left - cell.right, cell.height - cell.bottom - cell.top
        axes.append(figure.add_axes((x / width, y / height, size[0] / width, size[1] / height)))
    return figure, axes


def sheet_title(figure: Figure, text: object) -> None:
    """Write a line at the top left of a sheet."""
    width, height = figure.get_size_inches()
    figure.text(
        0.12 / width,
        1 - 0.1 / height,
        plain(text, length=90),
        va="top",
        fontsize=10,
        color=INK,
        weight="bold",
    )


def vertical_ticks(axes: Axes, ticks: Sequence[tuple[float, str]], *, margin: float = 0.05) -> None:
    """Give `axes`, drawn on 0 .. 1 upwards, its labels and a margin on both sides."""
    axes.set_ylim(-margin, 1 + margin)
    axes.set_yticks([place for place, _ in ticks], [label for _, label in ticks])


def plain_axes(axes: Axes, *, grid: Literal["x", "y"] = "y") -> None:
    """Leave of `axes` only what carries information: a baseline, faint grid lines, quiet ticks."""
    axes.set_facecolor("none")
    for side, spine in axes.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(MUTED)
        spine.set_linewidth(0.8)
    axes.tick_params(which="both", length=0, colors=MUTED, labelsize=8)
    axes.set_axisbelow(True)
    axes.grid(visible=True, axis=grid, color=FAINT, linewidth=0.8)


def title(axes: Axes, text: object, *, subtitle: str = "", size: float = 9.5, length: int = 48) -> None:
    """Write a left-aligned title, and under it in grey what the vertical axis shows."""
    pad = 20 if subtitle else 8
    axes.set_title(
        plain(text, length=length), loc="left", fontsize=size, color=INK, fontweight="bold", pad=pad
    )
    axes.annotate(
        plain(subtitle, length=length),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 8),
        textcoords="offset points",
        fontsize=8.5,
        color=MUTED,
    )


@contextmanager
def quiet_glyphs() -> Iterator[None]:
    """Do not warn of characters that matplotlib's own font lacks; browsers have fonts for them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font", category=UserWarning)
        yield


def legend_above(
    figure: Figure, handles: Sequence[Any], labels: Sequence[str], *, left: float | None = None
) -> None:
    """Put a legend in one or more rows at the top of a figure.

    Args:
        figure: Has a free strip of `legend_height` at its top, or is laid out by matplotlib.
        handles: One artist per label.
        labels: Their texts.
        left: Distance in inches from the left edge; None for a figure laid out by matplotlib.
    """
    width = figure.get_figwidth()
    place: dict[str, Any] = {"loc": "outside upper left"}
    if left is not None:
        place = {"loc": "upper left", "bbox_to_anchor": ((left - 0.02) / width, 1.0)}
    figure.legend(
        list(handles),
        _legend_texts(labels),
        ncols=_legend_columns(width - (left or 0.0), labels),
        frameon=False,
        fontsize=9,
        labelcolor=INK,
        handlelength=1.8,
        columnspacing=1.4,
        borderaxespad=0.3,
        borderpad=0.2,
        **place,
    )


def legend_height(width: float, labels: Sequence[str]) -> float:
    """Return the height in inches of a legend on a strip of `width` inches."""
    return 0.15 + 0.2 * -(-len(labels) // _legend_columns(width, labels))


def _legend_columns(width: float, labels: Sequence[str]) -> int:
    """Return how many columns are sure to fit: a line and a gap take 0.5 inches, a letter 0.085 at most."""
    longest = max(map(len, _legend_texts(labels)), default=0)
    return max(1, min(len(labels), int(width / (0.5 + 0.085 * longest))))


def _legend_texts(labels: Sequence[str]) -> list[str]:
    return [plain(label, length=32) for label in labels]
