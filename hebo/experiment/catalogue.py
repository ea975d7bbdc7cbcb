"""The catalogue of parts: what is installed, found without importing any of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from hebo.errors import ConfigError

GROUP = "hebo.catalog"


@dataclass(frozen=True)
class Entry:
    """One part.

    Attributes:
        kind: `optimizer`, `task`, `surrogate`, ...
        name: What `type:` names in YAML.
        target: `module:Class` of the recipe.
        summary: One line for people.
        origin: The entry point that brought it, for messages.
    """

    kind: str
    name: str
    target: str
    summary: str
    origin: str


Catalogue = Mapping[str, Mapping[str, Entry]]


@cache
def catalogue() -> Catalogue:
    """Return kind -> name -> entry, of all installed packages.

    Raises:
        ConfigError: If an entry point is broken, or two packages bring different parts of one name.
    """
    found: dict[str, dict[str, Entry]] = {}
    for entry in _entries(entry_points(group=GROUP)):
        known = found.setdefault(entry.kind, {}).setdefault(entry.name, entry)
        if known.target != entry.target:
            raise ConfigError(
                f"The {entry.kind} '{entry.name}' is registered twice: {known.target} by {known.origin} and "
                f"{entry.target} by {entry.origin}; uninstall one of the two packages."
            )
    return found


def _entries(points: Iterable[EntryPoint]) -> Iterator[Entry]:
    for point in sorted(points, key=lambda point: (point.name, point.value)):
        package = f" of package '{point.dist.name}'" if point.dist else ""
        origin = f"entry point '{point.name} = {point.value}'{package}"
        for kind, names in _load(point, origin).items():
            for name, (target, summary) in names.items():
                yield Entry(kind, name, target, summary, origin)


def _load(point: EntryPoint, origin: str) -> Mapping[str, Mapping[str, tuple[str, str]]]:
    remedy = "repair or uninstall that package"
    try:
        parts: Mapping[str, Mapping[str, tuple[str, str]]] = point.load()
    except Exception as error:  # whatever a broken package raises at import
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise ConfigError(f"The catalogue {origin} cannot be loaded ({reason}); {remedy}.") from error
    if not _is_well_formed(parts):
        raise ConfigError(
            f"The catalogue {origin} is not kind -> name -> ('module:Class', 'summary'); {remedy}."
        )
    return parts


def _is_well_formed(parts: object) -> bool:
    if not isinstance(parts, Mapping):
        return False
    entries = [entry for names in parts.values() if isinstance(names, Mapping) for entry in names.values()]
    return all(isinstance(names, Mapping) for names in parts.values()) and all(
        isinstance(entry, tuple) and [type(text) for text in entry] == [str, str] and ":" in entry[0]
        for entry in entries
    )
