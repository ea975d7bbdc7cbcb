import json
from pathlib import Path

import pytest
import torch

from hebo.errors import DataError
from hebo.weights import card_of, packed, read_weights

CARD = {"kind": "toy", "architecture": {"width": 2}, "limits": {}}


def written(folder: Path, **changes: object) -> Path:
    content, card = packed({"a": torch.arange(6.0).reshape(2, 3)}, {**CARD, **changes})
    path = folder / "toy.safetensors"
    path.write_bytes(content)
    card_of(path).write_text(card)
    return path


def change_card(path: Path, **changes: object) -> None:
    card = json.loads(card_of(path).read_text())
    card_of(path).write_text(json.dumps({**card, **changes}))


def test_weights_come_back_as_they_were_written(tmp_path):
    found = read_weights(written(tmp_path), "toy")
    assert torch.equal(found.tensors["a"], torch.arange(6.0).reshape(2, 3))
    assert found.card["architecture"] == {"width": 2}
    assert found.card["format"] == 1


def test_weights_that_changed_on_disk_are_read_again(tmp_path):
    path = written(tmp_path)
    read_weights(path, "toy")
    content, card = packed({"a": torch.zeros(3), "b": torch.ones(2)}, CARD)
    path.write_bytes(content)
    card_of(path).write_text(card)
    assert set(read_weights(path, "toy").tensors) == {"a", "b"}


@pytest.mark.parametrize("damage", ["cut", "altered", "longer"])
def test_damaged_weights_are_refused(tmp_path, damage):
    path = written(tmp_path)
    content = bytearray(path.read_bytes())
    if damage == "altered":
        content[-1] ^= 1
    path.write_bytes({"cut": content[:-4], "altered": content, "longer": content + b"0"}[damage])
    with pytest.raises(DataError, match=r"cut or altered.*copy both files again"):
        read_weights(path, "toy")


def test_a_file_of_another_format_is_refused_even_with_its_hash(tmp_path):
    import hashlib

    path = written(tmp_path)
    path.write_bytes(b"\x80\x04no safetensors")
    change_card(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(DataError, match="no safetensors file"):
        read_weights(path, "toy")


@pytest.mark.parametrize("key", ["sha256", "kind", "architecture", "limits", "format"])
def test_a_card_without_an_entry_is_refused(tmp_path, key):
    path = written(tmp_path)
    card = json.loads(card_of(path).read_text())
    del card[key]
    card_of(path).write_text(json.dumps(card))
    with pytest.raises(DataError, match=f"no usable '{key}'.*hebo pretrain"):
        read_weights(path, "toy")


def test_a_card_of_a_later_format_is_refused(tmp_path):
    path = written(tmp_path)
    change_card(path, format=2)
    with pytest.raises(DataError, match="format 2, where 1 is wanted"):
        read_weights(path, "toy")


@pytest.mark.parametrize("text", ["", "[1]", "{", "null"])
def test_a_card_that_is_none_is_refused(tmp_path, text):
    path = written(tmp_path)
    card_of(path).write_text(text)
    with pytest.raises(DataError, match=r"toy\.json"):
        read_weights(path, "toy")


def test_weights_of_another_kind_are_refused(tmp_path):
    with pytest.raises(DataError, match="weights of a toy, where those of a neural_process are wanted"):
        read_weights(written(tmp_path), "neural_process")


@pytest.mark.parametrize("missing", ["weights", "card"])
def test_a_missing_file_is_named(tmp_path, missing):
    path = written(tmp_path)
    gone = path if missing == "weights" else card_of(path)
    gone.unlink()
    with pytest.raises(DataError, match=f"{gone.name}: no .*keep both in one folder"):
        read_weights(path, "toy")


def test_weights_that_are_not_finite_are_refused(tmp_path):
    content, card = packed({"a": torch.tensor([1.0, torch.nan])}, CARD)
    path = tmp_path / "toy.safetensors"
    path.write_bytes(content)
    card_of(path).write_text(card)
    with pytest.raises(DataError, match=r"'a' has values that are not finite.*earlier checkpoint"):
        read_weights(path, "toy")
