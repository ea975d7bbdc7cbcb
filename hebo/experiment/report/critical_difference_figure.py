"""Critical-difference diagram: mean ranks on an axis, a bar joins optimisers that do not differ.

After J. Demsar, "Statistical comparisons of classifiers over multiple data sets", JMLR 2006, section
3.2.4, with the best on the left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hebo.experiment.analysis.ranks import Comparison
from hebo.experiment.report.style import INK, MUTED, line_style, new_figure
from hebo.experiment.report.text import plain

# Inches, from the top left. A telephone shows 5.6 of them at two thirds, where text can still be read.
_WIDTH, _MARGIN, _AXIS = 5.6, 1.8, 0.78
_BAR, _ROW = 0.1, 0.25


@dataclass(frozen=True)
class _Label:
    """Where the name of an optimiser stands: a mean rank, a row below the axis, a side."""

    name: str
    rank: float
    row: int
    is_left: bool


def critical_difference_figure(comparison: Comparison, optimizers: list[str]) -> Figure:
    """Return the diagram.

    Args:
        comparison: Of three or more optimisers, with a critical difference.
        optimizers: The order that fixes their colours.
    """
    n = len(comparison.ranks)
    first_row = _AXIS + 0.26 + _BAR * len(comparison.alike)
    height = first_row + _ROW * ((n + 1) // 2 - 1) + 0.22
    figure = new_figure(_WIDTH, height, is_laid_out=False)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, _WIDTH), ylim=(height, 0))
    axes.set_axis_off()
    _draw_axis(axes, n)
    for label in _labels(comparison):
        color, dash = line_style(optimizers.index(label.name))
        _draw_label(axes, label, _place(label.rank, n), first_row + _ROW * label.row, (color, dash))
    _draw_groups(axes, comparison, n)
    _draw_ruler(axes, comparison.critical_difference or 0.0, n)
    return figure


def _place(rank: float, n: int) -> float:
    return _MARGIN + (rank - 1) / (n - 1) * (_WIDTH - 2 * _MARGIN)


def _labels(comparison: Comparison) -> Iterator[_Label]:
    """Yield the better half from the top down on the left, the others from the bottom up on the right."""
    ranks = comparison.ranks["mean_rank"]
    n_left = (len(ranks) + 1) // 2
    for place, (name, rank) in enumerate(ranks.items()):
        is_left = place < n_left
        yield _Label(str(name), float(rank), place if is_left else len(ranks) - 1 - place, is_left)


def _draw_axis(axes: Axes, n: int) -> None:
    axes.plot([_place(1, n), _place(n, n)], [_AXIS, _AXIS], color=MUTED, linewidth=0.8)
    for rank in range(1, n + 1, max(1, n // 12)):
        axes.plot([_place(rank, n)] * 2, [_AXIS - 0.05, _AXIS], color=MUTED, linewidth=0.8)
        axes.text(_place(rank, n), _AXIS - 0.09, str(rank), ha="center", va="bottom", fontsize=8, color=MUTED)
    axes.text(_MARGIN - 0.12, _AXIS - 0.09, "mean rank", ha="right", va="bottom", fontsize=8.5, color=MUTED)


def _draw_label(axes: Axes, label: _Label, place: float, height: float, style: tuple[str, str]) -> None:
    """Draw a dot on the axis, a line down and out to the side, and the name with its mean rank at its end."""
    (color, dash), edge = style, _MARGIN - 0.06 if label.is_left else _WIDTH - _MARGIN + 0.06
    axes.plot(
        [place, place, edge], [_AXIS, height, height], color=color, linestyle=dash, linewidth=1.4, zorder=2
    )
    axes.plot(place, _AXIS, "o", color=color, markersize=6, zorder=4)
    name = plain(label.name, length=16)
    axes.text(
        edge + (-0.07 if label.is_left else 0.07),
        height,
        f"{name}  {label.rank:.2f}" if label.is_left else f"{label.rank:.2f}  {name}",
        ha="right" if label.is_left else "left",
        va="center",
        fontsize=9,
        color=INK,
    )


def _draw_groups(axes: Axes, comparison: Comparison, n: int) -> None:
    ranks = comparison.ranks["mean_rank"].tolist()
    for row, (first, last) in enumerate(comparison.alike):
        height = _AXIS + 0.13 + _BAR * row
        ends = [_place(ranks[first], n) - 0.03, _place(ranks[last], n) + 0.03]
        axes.plot(ends, [height, height], color=INK, linewidth=3.2, solid_capstyle="butt", zorder=3)


def _draw_ruler(axes: Axes, width: float, n: int) -> None:
    """Draw the critical difference to scale above the axis."""
    begin, end, height = _place(1, n), _place(1 + width, n), 0.34
    axes.plot([begin, end], [height, height], color=INK, linewidth=1.0)
    for place in (begin, end):
        axes.plot([place, place], [height - 0.05, height + 0.05], color=INK, linewidth=1.0)
    axes.text(
        (begin + end) / 2,
        height - 0.07,
        f"critical difference {width:.2f}",
        ha="center",
        va="bottom",
        fontsize=8.5,
        color=INK,
    )
