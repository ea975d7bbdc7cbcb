"""Known bounds on the density of sphere packings, to compare with.

Sources: best packings, computed from the centre densities in Conway and Sloane, "Sphere Packings, Lattices
and Groups" (1999), Table 1.2; linear programming, H. Cohn, "A conceptual breakthrough in sphere packing"
(1611.01685), Table 2, rounded up; best upper bounds, H. Cohn, "Table of sphere packing density bounds"
(MIT DSpace, handle 1721.1/153311): exact in 2 (Thue), 3 (Hales) and 8 (Viazovska) dimensions, elsewhere the
three-point bounds of Cohn, de Laat and Salmon (2206.15373). 2512.04829 says that it goes below these in
dimensions 4 to 7 and 9 to 16; its numbers are not in this table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownBounds:
    """What is known of the density in one dimension.

    Attributes:
        best_packing: Density of the best known packing.
        linear_programming: The limit of two-point bounds of growing degree.
        upper: The best upper bound of the table; the density itself where that is known.
    """

    best_packing: float
    linear_programming: float
    upper: float


REFERENCE: dict[int, KnownBounds] = {
    2: KnownBounds(0.9068997, 0.906899683, 0.9068996821171089),
    3: KnownBounds(0.7404805, 0.779746762, 0.7404804896930610),
    4: KnownBounds(0.6168503, 0.647704966, 0.6361073321551329),
    5: KnownBounds(0.4652576, 0.524980022, 0.5126451306253027),
    6: KnownBounds(0.3729475, 0.417673416, 0.4103032818801865),
    7: KnownBounds(0.2952979, 0.327455611, 0.3211471056675559),
    8: KnownBounds(0.2536695, 0.253669508, 0.2536695079010480),
    9: KnownBounds(0.1457749, 0.194555339, 0.1911204152968963),
    10: KnownBounds(0.0996158, 0.147953479, 0.1434100871082547),
    11: KnownBounds(0.0662380, 0.111690766, 0.1067252934567631),
    12: KnownBounds(0.0494542, 0.083775831, 0.0797117710668987),
    13: KnownBounds(0.0320143, 0.0624817002, 0.0601644380983860),
    14: KnownBounds(0.0216241, 0.0463644893, 0.0450612211935181),
    15: KnownBounds(0.0168576, 0.0342482621, 0.0337564432797899),
    16: KnownBounds(0.0147082, 0.0251941308, 0.0249944093845237),
}
"""Dimension -> known bounds."""


def best_known_density(dimension: int) -> float | None:
    """Return the density of the best known packing, None where the table has none."""
    return REFERENCE[dimension].best_packing if dimension in REFERENCE else None


def linear_programming_bound(dimension: int) -> float | None:
    """Return the limit of two-point bounds, None where the table has none."""
    return REFERENCE[dimension].linear_programming if dimension in REFERENCE else None
