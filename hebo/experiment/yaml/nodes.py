"""YAML nodes: how text is parsed into them, how they become plain data, and how data is written.

Scalars follow the core schema of YAML 1.2, so that reading and writing agree on what is text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import yaml

from hebo.experiment.yaml.config_error import ConfigMistake, Path

MAX_DEPTH = 40
MAX_VALUES = 100_000

_TAG = "tag:yaml.org,2002:"
_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
)


class _Resolver:
    """The core schema of YAML 1.2, shared by reading and writing so that both agree on what is text."""

    @staticmethod
    def table() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
        found: dict[str, list[tuple[str, re.Pattern[str]]]] = {"<": [(f"{_TAG}merge", re.compile(r"^<<$"))]}
        for name, pattern, first in _SCALARS:
            for letter in first:
                key = "" if letter == "\0" else letter
                found.setdefault(key, []).append((_TAG + name, re.compile(f"^(?:{pattern})$")))
        return found


class StrictLoader(yaml.SafeLoader):
    """Parses into nodes; `Builder` turns them into data."""

    yaml_implicit_resolvers = _Resolver.table()
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse nesting that would exhaust the stack."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            mark = parent.start_mark if parent else None
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {MAX_DEPTH} levels", problem_mark=mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class StrictDumper(yaml.SafeDumper):
    """Quotes what `StrictLoader` would not read back as text, and writes no aliases."""

    yaml_implicit_resolvers = _Resolver.table()

    def ignore_aliases(self, data: Any) -> bool:
        """Repeat equal values instead of writing anchors."""
        return True

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Escape the line breaks of Unicode, which plain and single-quoted texts would fold into spaces."""
        style = '"' if any(mark in data for mark in "\x85\u2028\u2029") else None
        return self.represent_scalar(f"{_TAG}str", data, style=style)


StrictDumper.add_representer(str, StrictDumper.represent_str)


class Builder:
    """Turns nodes into plain data and notes the line of each."""

    def __init__(self, places: dict[Path, str]) -> None:
        self._places = places
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: yaml.Node, path: Path) -> Any:
        """Return the data of `node`, which stands at `path`."""
        self._places.setdefault(path, f":{node.start_mark.line + 1}")
        self._count += 1
        if self._count > MAX_VALUES:
            raise ConfigMistake(path, f"more than {MAX_VALUES} values once aliases are expanded; use fewer.")
        if id(node) in self._open:
            raise ConfigMistake(path, "an alias that contains itself; write the value out.")
        self._open.add(id(node))
        try:
            return self._dispatch(node, path)
        finally:
            self._open.discard(id(node))

    def _dispatch(self, node: yaml.Node, path: Path) -> Any:
        name = node.tag.removeprefix(_TAG)
        if isinstance(node, yaml.MappingNode) and name == "map":
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and name == "seq":
            return [self.build(one, (*path, place)) for place, one in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and name in _READERS:
            return _scalar(name, node.value, path)
        tag = f"!!{name}" if node.tag.startswith(_TAG) else node.tag
        raise ConfigMistake(path, f"the tag {tag} is refused; write plain values, lists and mappings.")

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self._key(key_node, path)
            if key in data:
                first = self._places[(*path, key)].lstrip(":")
                raise ConfigMistake((*path, key), f"given twice (lines {first} and {line}); keep one.")
            self._places[(*path, key)] = f":{line}"
            data[key] = self.build(value_node, (*path, key))
        return data

    def _key(self, node: yaml.Node, path: Path) -> str:
        self._places.setdefault(path, f":{node.start_mark.line + 1}")
        if node.tag == f"{_TAG}merge":
            raise ConfigMistake(path, "merge keys (<<) are not supported; write the keys out.")
        if not isinstance(node, yaml.ScalarNode) or node.tag != f"{_TAG}str":
            shown = node.value if isinstance(node, yaml.ScalarNode) else "a list or mapping"
            raise ConfigMistake(
                path, f"the key {shown!r} (line {node.start_mark.line + 1}) is not text; put it in quotes."
            )
        return str(node.value)


def _scalar(name: str, text: str, path: Path) -> Any:
    try:
        return _READERS[name](text)
    except (ValueError, KeyError):
        raise ConfigMistake(
            path, f"{text[:60]!r} is not a YAML {name}; put it in quotes or correct it."
        ) from None


def _read_int(text: str) -> int:
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)


def _read_float(text: str) -> float:
    return float(re.sub(r"\.(inf|nan)$", r"\1", text.lower()))


_READERS: Mapping[Hashable, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
    "int": _read_int,
    "float": _read_float,
    "str": str,
}
