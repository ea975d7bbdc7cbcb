"""Antigens as lattice docking programs print them: a line for each residue, and the sites that are forbidden.

A residue is a number, a letter and a site, `12  A  133152 (32, 32, 32)`, in any spacing; the line `Forbidden
positions:` lists sites. Where it is empty or absent, such programs forbid a flat patch instead.
"""

from __future__ import annotations

import re
from pathlib import Path

from hebo.errors import DataError
from tasks.antibody.antigen import Antigen
from tasks.antibody.lattice import SIDE

_RESIDUE = re.compile(r"^\s*\d+\s+([A-Za-z])\s+(\d{1,9})\b")
_FORBIDDEN = re.compile(r"^\s*Forbidden positions:(.*)$", re.IGNORECASE)


def flat_patch() -> tuple[int, ...]:
    """Return the 192 sites at z = 32 with x from 25 to 40 and y from 26 to 37."""
    return tuple(x + SIDE * y + SIDE * SIDE * 32 for y in range(26, 38) for x in range(25, 41))


def read_lattice_text(path: Path) -> Antigen:
    """Return the antigen in a text file.

    Raises:
        DataError: If no line is a residue, or the residues are no antigen.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({error}); give a text file.") from error
    residues = [match for match in map(_RESIDUE.match, lines) if match is not None]
    if not residues:
        raise DataError(f"{path}: no line is a residue (number, letter, site); name another file.")
    forbidden = [match[1] for match in map(_FORBIDDEN.match, lines) if match is not None]
    # Coordinates in brackets follow some sites; they say the same again.
    blocked = [
        int(word) for text in forbidden for word in re.findall(r"\d{1,18}", re.sub(r"\([^)]*\)", " ", text))
    ]
    sites = tuple(int(match[2]) for match in residues)
    kept = tuple(site for site in (blocked or flat_patch()) if site not in set(sites))
    return Antigen(path.stem, sites, "".join(match[1].upper() for match in residues), kept)
