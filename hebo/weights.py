"""Weights of trained networks: a safetensors file, and a JSON card with its hash.

`NAME.safetensors` holds numbers alone; `NAME.json` beside it says what they are: the network they belong to,
what it was trained on, for how long, and the SHA-256 of the numbers. Nothing in either is ever executed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from hebo.errors import DataError

FORMAT = 1
"""Version of the card."""

_NEEDED = {"format": int, "kind": str, "architecture": dict, "limits": dict, "sha256": str}
_MAX_CARD = 2**20


@dataclass(frozen=True)
class Weights:
    """Checked weights.

    Attributes:
        card: What they are; see `read_weights` for the keys that are always there.
        tensors: Name -> values, on the CPU.
    """

    card: Mapping[str, Any]
    tensors: Mapping[str, Tensor]


def shipped(name: str) -> Path:
    """Return the path of weights that come with this package."""
    return Path(str(files("hebo") / "shipped" / f"{name}.safetensors"))


def card_of(path: Path) -> Path:
    """Return where the card of weights lies: beside them, with the ending `.json`."""
    return path.with_suffix(".json")


def packed(tensors: Mapping[str, Tensor], card: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the contents of the two files, the card with format and hash added.

    Args:
        tensors: Name -> values, on any device.
        card: `kind`, `architecture`, `limits`, and whatever else is worth knowing, as plain data.
    """
    content = save({name: one.detach().cpu().contiguous() for name, one in tensors.items()})
    digest = hashlib.sha256(content).hexdigest()
    return content, json.dumps({"format": FORMAT, **card, "sha256": digest}, indent=2) + "\n"


def read_weights(path: str | Path, kind: str) -> Weights:
    """Read weights and their card; of a file that has not changed, from memory.

    Args:
        path: The safetensors file.
        kind: What the weights must be, for example `neural_process`.

    Returns:
        The weights. Their card has `format`, `kind`, `architecture`, `limits` (what they were trained for)
        and `sha256`.

    Raises:
        DataError: If a file is missing, cut or altered, the card lacks an entry or its hash, or the weights
            are of another kind or format, or not finite; with the remedy.
    """
    place = Path(path)
    stamps = [_stamp(one, place) for one in (place, card_of(place))]
    return _read(place.resolve(), kind, tuple(stamps))


def _stamp(path: Path, weights: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        what = "no weights" if path == weights else "no card of the weights"
        raise DataError(
            f"{path}: {what} ({error.strerror}); `hebo pretrain` writes NAME.safetensors and NAME.json, keep "
            "both in one folder"
        ) from error
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=8)
def _read(path: Path, kind: str, stamps: tuple[tuple[int, int], ...]) -> Weights:
    card = _card(card_of(path))
    if card["kind"] != kind:
        raise DataError(f"{path}: weights of a {card['kind']}, where those of a {kind} are wanted")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != card["sha256"]:
        raise DataError(
            f"{path}: cut or altered, its SHA-256 is not the one on its card; copy both files again, or "
            "train the weights anew with `hebo pretrain`"
        )
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise DataError(f"{path}: no safetensors file ({error}); train the weights anew") from error
    for name, one in tensors.items():
        if not bool(torch.isfinite(one).all()):
            raise DataError(
                f"{path}: '{name}' has values that are not finite; take the weights of an earlier "
                "checkpoint, or train anew with a smaller `learning_rate`"
            )
    return Weights(card, tensors)


def _card(path: Path) -> dict[str, Any]:
    remedy = "take the card that `hebo pretrain` wrote beside the weights"
    content = path.read_bytes()
    if len(content) > _MAX_CARD:
        raise DataError(f"{path}: {len(content)} bytes are no card of weights; {remedy}")
    try:
        card: dict[str, Any] = json.loads(content)
    except ValueError as error:
        raise DataError(f"{path}: no JSON ({error}); {remedy}") from error
    for key, kind in _NEEDED.items():
        if not isinstance(card, dict) or not isinstance(card.get(key), kind):
            raise DataError(f"{path}: the card has no usable '{key}'; {remedy}")
    if card["format"] != FORMAT:
        raise DataError(
            f"{path}: format {card['format']}, where {FORMAT} is wanted; train the weights anew with this "
            "version of the package"
        )
    return card
