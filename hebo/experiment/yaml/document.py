"""YAML documents, read and written safely: plain data only, errors with a line.

Scalars follow the core schema of YAML 1.2: only `true` and `false` are booleans (`yes`, `no`, `on`,
`off` are texts), `1e-3` is a number, `010` is ten, `12:30` and `2024-01-01` are texts. Tags other
than those of plain data, merge keys, duplicate keys, cycles, and documents that are too large, too
deep or too much repeated through aliases are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

import yaml

from hebo.errors import ConfigError
from hebo.experiment.yaml.config_error import ConfigMistake, Path
from hebo.experiment.yaml.nodes import Builder, StrictDumper, StrictLoader

MAX_BYTES = 2**20


@dataclass
class Document:
    """A YAML file as plain data, which knows where each value came from.

    Attributes:
        file: As messages name it.
        data: The root mapping.
        places: Path -> `:line` in the file, or the override that set it.
        aliases: Start of a path in the data as they are built -> that of the same value in the file, where a
            short form was written out.
    """

    file: str
    data: dict[str, Any]
    places: dict[Path, str] = field(default_factory=dict)
    aliases: dict[Path, Path] = field(default_factory=dict)

    def explain(self, mistake: ConfigMistake) -> ConfigError:
        """Return the mistake with file and line in front, on one line."""
        for built, written in self.aliases.items():
            if mistake.path[: len(built)] == built:
                mistake = ConfigMistake((*written, *mistake.path[len(built) :]), mistake.text)
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
    builder = Builder(document.places)
    try:
        node = _compose(text, file)
        data = None if node is None else builder.build(node, ())
        if node is None or data is None:
            raise ConfigMistake((), "the file is empty; it needs tasks and budget.")
        if not isinstance(data, dict):
            raise ConfigMistake(
                (), f"the root is {kind_of(data)}, expected a mapping (`tasks: ...`, `budget: ...`)."
            )
    except ConfigMistake as mistake:
        raise document.explain(mistake) from None
    document.data = data
    return document


def parse_value(text: str) -> Any:
    """Read one value of a command-line override by the rules of the files."""
    node = _compose(text, "override")
    return None if node is None else Builder({}).build(node, ())


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


def write_flow(value: object) -> str:
    """Return a value as YAML on one line, such as `{type: warped_gp, warp: false}`."""
    text = yaml.dump(
        value, Dumper=StrictDumper, sort_keys=False, default_flow_style=True, allow_unicode=True, width=10**6
    )
    return text.removesuffix("\n").removesuffix("\n...")


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
