"""Pictures: a loop on its antigen, seen from where most of the loop shows, and a logo of several loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from tasks.antibody.antigen import Antigen
from tasks.antibody.energies import ALPHABET, encode
from tasks.antibody.lattice import Sites, coordinates_of

Floats = NDArray[np.float64]

_LOOP = "#c8321e"
_KINDS = {
    "acid": ("DE", "#d3576b"),
    "base": ("RKH", "#4b7fc4"),
    "polar": ("STNQ", "#3c9d7c"),
    "special": ("GP", "#8d7aa8"),
    "hydrophobic": ("AVILMFWYC", "#a8863c"),
}
_COLORS = {letter: color for letters, color in _KINDS.values() for letter in letters}
_N_VIEWS = 400
_RADIUS = 0.34
_MIN_WIDTH = 0.5


@dataclass(frozen=True)
class View:
    """An orthographic projection.

    Attributes:
        axes: `3 x 3`: to the right, upwards, towards the viewer; orthonormal.
    """

    axes: Floats

    def project(self, points: Floats) -> Floats:
        """Return right, up and nearness, `n x 3`, of points `n x 3`."""
        projected: Floats = points @ self.axes.T
        return projected


def lattice_figure(antigen: Antigen, sequence: str, sites: Sites) -> Figure:
    """Draw the structure of a loop on its antigen.

    Residues of the antigen that the loop touches are named, the others fade with their distance from the
    viewer; what is nearer hides what is behind it.

    Args:
        antigen: On the lattice.
        sequence: Letters of the residues that lie on `sites`.
        sites: As `AntibodyDesign.pose` returns them.
    """
    loop = coordinates_of(sites).astype(float)
    chain = coordinates_of(np.array(antigen.positions)).astype(float)
    view = _best_view(loop, chain)
    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    axes = figure.subplots()
    shown = view.project(np.concatenate([chain, loop]))
    depth = _share(shown[:, 2])
    n = len(chain)
    touched = set(antigen.neighbors(sites).reshape(-1).tolist()) - {-1}
    _bonds(axes, shown[:n], chain, depth[:n], color="#8a939c", width=1.6)
    _bonds(axes, shown[n:], loop, depth[n:] + 0.5, color=_LOOP, width=4.0)
    for place, letter in enumerate(antigen.sequence):
        is_near = place in touched
        fade = 1.0 if is_near else 0.15 + 0.55 * float(depth[place])
        _residue(axes, shown[place], letter if is_near else "", _COLORS[letter], fade)
    for point, letter in zip(shown[n:], sequence, strict=True):
        _residue(axes, point, letter, _LOOP, 1.0)
    _close_up(axes, shown)
    axes.set_title(f"{sequence} on {antigen.name}", loc="left", fontsize=10, fontweight="bold")
    handles = [Circle((0, 0), color=color, label=kind) for kind, (_, color) in _KINDS.items()]
    handles.append(Circle((0, 0), color=_LOOP, label="loop"))
    figure.legend(handles=handles, loc="outside lower left", ncols=6, frameon=False, fontsize=8)
    return figure


def logo_figure(sequences: Sequence[str]) -> Figure:
    """Draw the sequence logo of loops of one length.

    A column is as high as its information, `log2(20) - H` bits with the entropy `H` of its letters, which
    share it by their frequencies (Schneider and Stephens, 1990; without their correction for few sequences,
    for designs are no sample).
    """
    length = len(sequences[0])
    figure = Figure(figsize=(1.2 + 0.45 * length, 2.4), layout="constrained")
    axes = figure.subplots()
    for place, column in enumerate(information(sequences)):
        floor = 0.0
        for code in np.argsort(column, kind="stable"):
            if column[code] > 0:
                _stretched(axes, ALPHABET[code], place + 0.5, floor, float(column[code]))
                floor += float(column[code])
    axes.set_xlim(0.4, length + 0.6)
    axes.set_ylim(0, np.log2(len(ALPHABET)))
    axes.set_xticks(range(1, length + 1))
    axes.set_ylabel("bits", fontsize=8)
    axes.tick_params(length=0, labelsize=8)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_title(f"The {len(sequences)} best designs", loc="left", fontsize=10, fontweight="bold")
    return figure


def information(sequences: Sequence[str]) -> Floats:
    """Return the height in bits of each letter of the alphabet in each column of a logo, `length x 20`."""
    codes = np.stack([encode(one) for one in sequences])
    shares = np.stack([np.bincount(column, minlength=len(ALPHABET)) for column in codes.T]) / len(codes)
    entropy = -(shares * np.log2(np.where(shares > 0, shares, 1.0))).sum(1, keepdims=True)
    heights: Floats = shares * (np.log2(len(ALPHABET)) - entropy)
    return heights


def _best_view(loop: Floats, chain: Floats) -> View:
    """Return, of directions from which the loop lies before the antigen, that which spreads it most."""
    outward = loop.mean(0) - chain.mean(0)
    directions = _sphere(_N_VIEWS)
    views = [_facing(one) for one in directions[directions @ outward > 0.5 * np.linalg.norm(outward)]]
    apart = [_min_distance(one.project(loop)[:, :2]) for one in views]
    return views[int(np.argmax(apart))]


def _sphere(n: int) -> Floats:
    """Return `n` directions spread over the sphere along a spiral, `n x 3`."""
    height = 1.0 - 2.0 * (np.arange(n) + 0.5) / n
    angle = np.pi * (1.0 + np.sqrt(5.0)) * np.arange(n)
    radius = np.sqrt(1.0 - height**2)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)


def _facing(direction: Floats) -> View:
    upwards = np.eye(3)[int(np.argmin(np.abs(direction)))]
    right = np.cross(upwards, direction)
    right /= np.linalg.norm(right)
    return View(np.stack([right, np.cross(direction, right), direction]))


def _min_distance(points: Floats) -> float:
    distance = np.linalg.norm(points[:, None] - points, axis=-1)
    return float(distance[np.triu_indices(len(points), 1)].min())


def _share(nearness: Floats) -> Floats:
    """Scale to 0 (the furthest) .. 1."""
    span = np.ptp(nearness)
    scaled: Floats = (nearness - nearness.min()) / (span if span else 1.0)
    return scaled


def _bonds(
    axes: Axes, shown: Floats, coordinates: Floats, depth: Floats, *, color: str, width: float
) -> None:
    """Join residues that follow one another on neighboring sites; chains and gaps have none between."""
    for place in np.flatnonzero(np.abs(np.diff(coordinates, axis=0)).sum(1) == 1):
        ends = shown[place : place + 2]
        alpha = min(1.0, 0.15 + 0.7 * float(depth[place : place + 2].mean()))
        behind = float(ends[:, 2].min()) - 0.01  # or it would cross out the letter of its further end
        axes.plot(ends[:, 0], ends[:, 1], color=color, linewidth=width, alpha=alpha, zorder=behind)


def _residue(axes: Axes, point: Floats, letter: str, color: str, alpha: float) -> None:
    right, up, nearness = point
    disc = Circle((right, up), _RADIUS, facecolor=color, edgecolor="#fffefe", linewidth=0.6, alpha=alpha)
    disc.set_zorder(nearness)
    axes.add_patch(disc)
    if letter:
        text = axes.text(right, up, letter, ha="center", va="center", fontsize=7.5, color="#ffffff")
        text.set_zorder(nearness)


def _close_up(axes: Axes, shown: Floats) -> None:
    low, high = shown[:, :2].min(0) - 0.6, shown[:, :2].max(0) + 0.6
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_aspect("equal")
    axes.set_axis_off()


def _stretched(axes: Axes, letter: str, left: float, floor: float, height: float) -> None:
    """Draw a letter as wide as a column, from `floor` upwards."""
    path = TextPath((0, 0), letter, size=1, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    box = path.get_extents()
    width = max(box.width, _MIN_WIDTH)  # an I as wide as a column would be a block
    scale = Affine2D().translate(-(box.x0 + box.x1) / 2, -box.y0)
    move = scale.scale(0.94 / width, 0.96 * height / box.height).translate(left + 0.5, floor)
    axes.add_patch(PathPatch(path.transformed(move), facecolor=_COLORS[letter], linewidth=0))
