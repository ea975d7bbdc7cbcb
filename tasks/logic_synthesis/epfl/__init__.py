"""The EPFL combinational benchmark suite (Amaru, Gaillardon, De Micheli, IWLS 2015; MIT licence).

Six of the twenty circuits are small enough to come along. The others are read from a folder with the suite,
laid out as its repository is, or all in one place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from hebo.errors import ConfigError, DataError, did_you_mean
from tasks.download import Download, keep, read_url

VARIABLE = "HEBO_EPFL"
"""Environment variable with the folder of the suite."""

_HERE = Path(__file__).parent
_ORIGIN = "https://raw.githubusercontent.com/lsils/benchmarks"
_OFFLINE = (
    f"without access to the internet, copy the suite here by other means and name its folder in {VARIABLE}."
)


@cache
def _suite() -> tuple[str, Mapping[str, Mapping[str, str]]]:
    document = json.loads((_HERE / "suite.json").read_text(encoding="utf-8"))
    return document["commit"], document["circuits"]


def names() -> list[str]:
    """Return the names of the twenty circuits."""
    return list(_suite()[1])


def fetched() -> Path:
    """Return the folder that the suite is fetched to by default."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hebo" / "epfl"


def read(name: str, folder: str | None = None) -> bytes:
    """Return the AIGER file of a circuit.

    Args:
        name: One of `names()`.
        folder: That of the suite; without it, what `HEBO_EPFL` names, or `fetched()`.

    Raises:
        ConfigError: If the circuit does not come along and is not in the folder.
        DataError: If the file is not that of the suite.
    """
    bundled = _HERE / f"{name}.aig"
    if bundled.exists():
        return bundled.read_bytes()
    place = Path(folder or os.environ.get(VARIABLE) or fetched())
    relative = Path(_suite()[1][name]["path"])
    for path in (place / relative, place / relative.name):
        if path.is_file():
            return _checked(name, path.read_bytes(), str(path))
    raise ConfigError(
        f"circuit {name!r} of the EPFL suite is not in {str(place)!r}; give its folder as `epfl` or in "
        f"{VARIABLE}, or run `hebo tasks fetch epfl`."
    )


class EPFLSuite(Download):
    """The twenty circuits, at the commit that our figures are from."""

    def fetch(self, names: Sequence[str], folder: Path | None, tell: Callable[[str], None]) -> Path:
        """Download what is missing; see `Download`."""
        commit, circuits = _suite()
        for name in names:
            if name not in circuits:
                raise ConfigError(f"the EPFL suite has no circuit {name!r}.{did_you_mean(name, circuits)}")
        target = folder or fetched()
        for name in names or circuits:
            path = target / circuits[name]["path"]
            if path.is_file():
                _checked(name, path.read_bytes(), str(path))
                continue
            url = f"{_ORIGIN}/{commit}/{circuits[name]['path']}"
            keep(path, _checked(name, read_url(url, _OFFLINE), url), tell)
        return target


def _checked(name: str, contents: bytes, origin: str) -> bytes:
    found = hashlib.sha256(contents).hexdigest()
    if found != _suite()[1][name]["sha256"]:
        raise DataError(
            f"{origin} is not the circuit {name!r} of the suite (SHA-256 {found}); delete it and fetch it "
            "again, or give it as a file of your own by its path."
        )
    return contents
