"""Shorthand of an experiment's YAML: what may be left out or said of a single part, written out in full."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hebo.experiment.config.labeled import NAME
from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import Document

SINGULAR = {"optimizer": "optimizers", "task": "tasks"}
"""Key of a single part -> key of the list that it stands for."""

DEFAULT_OPTIMIZERS = ("hebo",)


def written_out(document: Document) -> dict[str, Any]:
    """Return the root of a YAML with lists in place of single parts, and with the defaults of the top level.

    Mistakes in a list that stands for a single part are then explained at the key of the file.

    Raises:
        ConfigMistake: If a single part and its list are both given, or the file's name is no name.
    """
    data = dict(document.data)
    for one, several in SINGULAR.items():
        if one not in data:
            continue
        if several in data:
            raise ConfigMistake((one,), f"`{one}` and `{several}` are both given; keep one of them.")
        data[several] = [data.pop(one)]
        document.aliases[several, 0] = (one,)
    return {"name": _name(data, document.file), "optimizers": [*DEFAULT_OPTIMIZERS], **data}


def _name(data: Mapping[str, Any], file: str) -> str:
    """Return the name of the file without its ending, where there is no `name`."""
    stem = Path(file).stem
    if "name" not in data and not re.fullmatch(NAME, stem):
        raise ConfigMistake(
            (), f"`name` is missing, and the file's own name {stem!r} cannot be used as one; add `name:`."
        )
    return stem
