"""The antigens that come along, and how a setting names one.

They are proteins that never were: compact chains from `tasks.antibody.grow`, of 85 to 230 residues, kept as
files so that they stay the same.
"""

from __future__ import annotations

from pathlib import Path

from hebo.errors import ConfigError, DataError, did_you_mean
from tasks.antibody.antigen import Antigen, read_antigen
from tasks.antibody.discretize import Point, discretize
from tasks.antibody.lattice_text import read_lattice_text
from tasks.antibody.structure_file import SUFFIXES, is_structure

_HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the names of the antigens that come along, small ones first."""
    return sorted((path.stem for path in _HERE.glob("*.json")), key=lambda name: int(name[1:]))


def load_antigen(source: str, chains: list[str] | None = None, point: Point = "residue") -> Antigen:
    """Return an antigen that comes along, or that of a file.

    Args:
        source: A name, or the path of a JSON, PDB or mmCIF file, or of a text; see
            `tasks.antibody.lattice_text`.
        chains: Of a PDB or mmCIF file; see `tasks.antibody.discretize`.
        point: The same.

    Raises:
        ConfigError: If `source` is neither a name nor the path of a file, or `chains` or `point` are given
            for one that is on the lattice already.
        DataError: If the file holds no antigen.
    """
    if not is_structure(Path(source)):
        _check_idle(source, chains, point)
    if source in names():
        return read_antigen(_HERE / f"{source}.json")
    path = Path(source)
    if not path.is_file():
        raise ConfigError(
            f"antigen {source!r} does not come along (there are {', '.join(names())}) and is no file seen "
            f"from {str(Path.cwd())!r}.{did_you_mean(source, names())}"
        )
    if is_structure(path):
        return discretize(path, chains, point=point).antigen
    if path.suffix.lower() == ".txt":
        return read_lattice_text(path)
    if path.suffix.lower() != ".json":
        known = ", ".join((".json", ".txt", *SUFFIXES))
        raise DataError(f"antigen {source!r}: a file is known by its suffix; expected one of {known}.")
    return read_antigen(path)


def _check_idle(source: str, chains: list[str] | None, point: Point) -> None:
    """Refuse settings that say how a structure is laid out where there is none."""
    for name, given, usual in (("chains", chains, None), ("point", point, "residue")):
        if given != usual:
            raise ConfigError(
                f"{name} = {given!r} is for structures ({', '.join(SUFFIXES)}); antigen {source!r} is none: "
                f"drop `{name}`."
            )
