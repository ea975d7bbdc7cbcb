"""Reading and writing YAML safely: plain data only, no surprises, errors with a line.

Scalars follow the core schema of YAML 1.2: only `true` and `false` are booleans (`yes`, `no`, `on`,
`off` are texts), `1e-3` is a number, `010` is ten, `12:30` and `2024-01-01` are texts. Tags other
than those of plain data, merge keys, duplicate keys, cycles, and documents that are too large, too
deep or too much repeated through aliases are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

import yaml

from hebo.errors import ConfigError
from hebo.experiment.problem import ConfigMistake, Path, dotted

MAX_BYTES = 2**20
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
    """Parses into nodes; `_Builder` turns them into data."""

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


@dataclass
class Document:
    """A YAML file as plain data, which knows where each value came from.

    Attributes:
        file: As messages name it.
        data: The root mapping.
        places: Path -> `:line` in the file, or the override that set it.
    """

    file: str
    data: dict[str, Any]
    places: dict[Path, str] = field(default_factory=dict)

    def explain(self, mistake: ConfigMistake) -> ConfigError:
        """Return the mistake with file and line in front, on one line."""
        path = mistake.path
        place = self.places.get(path, "")
        while path and not place:
            path = path[:-1]
            place = self.places.get(path, "")
        return ConfigError(f"{self.file}{place}: {mistake}")


def read_yaml(file: str | File) -> Document:
    """Read a YAML file whose root is a mapping.

    Raises:
        ConfigError: One line with file, line, path and remedy.
    """
    try:
        with open(file, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read ({error.strerror}); give the path of a YAML file."
        ) from error
    if len(raw) > MAX_BYTES:
        raise ConfigError(f"{file}: larger than {MAX_BYTES} bytes; a configuration has no need of data.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    return parse_yaml(text, file=str(file))


def parse_yaml(text: str, *, file: str) -> Document:
    """Read YAML text whose root is a mapping; `file` is the name in messages."""
    document = Document(file, {})
    builder = _Builder(document.places)
    try:
        node = _compose(text, file)
        data = None if node is None else builder.build(node, ())
        if node is None or data is None:
            raise ConfigMistake((), "the file is empty; it needs name, optimizers, tasks and budget.")
        if not isinstance(data, dict):
            raise ConfigMistake(
                (), f"the root is {kind_of(data)}, expected a mapping (`name: ...`, `tasks: ...`)."
            )
    except ConfigMistake as mistake:
        raise document.explain(mistake) from None
    document.data = data
    return document


def parse_value(text: str) -> Any:
    """Read one value of a command-line override by the rules of the files."""
    node = _compose(text, "override")
    return None if node is None else _Builder({}).build(node, ())


def write_yaml(data: Mapping[str, Any]) -> str:
    """Return `data` as YAML that `read_yaml` reads back unchanged."""
    return yaml.dump(
        dict(data),
        Dumper=StrictDumper,
        sort_keys=False,
        default_flow_style=None,
        allow_unicode=True,
        width=100,
    )


def kind_of(value: object) -> str:
    """Return what a value is in the words of YAML: `a mapping`, `the text 'x'`, `the number 3`."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    return f"the text {str(value)[:60]!r}"


def _compose(text: str, file: str) -> yaml.Node | None:
    try:
        loader = StrictLoader(text)
        try:
            node: yaml.Node | None = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}" if mark else ""
        raise ConfigError(f"{file}{place}: {_syntax(error)}") from None
    except yaml.YAMLError as error:
        text = " ".join(str(error).split())
        raise ConfigError(f"{file}: not YAML: {text}; remove control characters.") from None
    return node


def _syntax(error: yaml.MarkedYAMLError) -> str:
    problem = " ".join(str(error.problem or error.context or "cannot be parsed").split())
    if "\\t" in problem or "'\t'" in problem:
        return "not YAML: a tab; indent with spaces."
    if "expected a single document" in str(error.context):
        return "not one YAML document but several; remove the `---` between them."
    column = f" (column {error.problem_mark.column + 1})" if error.problem_mark else ""
    return f"not YAML: {problem}{column}; check indentation, colons, brackets and quotes near this line."


class _Builder:
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

__all__ = ["Document", "dotted", "kind_of", "parse_value", "parse_yaml", "read_yaml", "write_yaml"]
