"""Structures of proteins from the Protein Data Bank, to be named as antigens."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from hebo.errors import ConfigError, DataError
from tasks.download import Download, keep, read_url

_ORIGIN = "https://files.rcsb.org/download"
_ENTRY = re.compile(r"[0-9][A-Za-z0-9]{3}")


class ProteinDataBank(Download):
    """Entries of the Protein Data Bank as mmCIF files."""

    def fetch(self, names: Sequence[str], folder: Path | None, tell: Callable[[str], None]) -> Path:
        """Download entries, such as 1FBI, into a folder, by default this one; see `Download`."""
        if not names:
            raise ConfigError("name the entries to fetch: hebo tasks fetch pdb 1FBI")
        for name in names:
            if not _ENTRY.fullmatch(name):
                raise ConfigError(f"{name!r} is no entry of the Protein Data Bank; they look like 1FBI.")
        target = folder or Path()
        for entry in map(str.upper, names):
            path = target / f"{entry}.cif"
            if path.is_file():
                continue
            url = f"{_ORIGIN}/{entry}.cif"
            contents = read_url(url, "without access to the internet, get the file by other means.")
            if b"_atom_site." not in contents:
                raise DataError(f"{url} holds no atoms; is {entry} an entry of proteins?")
            keep(path, contents, tell)
        return target
