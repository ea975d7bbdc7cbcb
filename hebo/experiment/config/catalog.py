"""Catalog of parts: what is installed, found without importing any of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec

from hebo.errors import ConfigError

GROUP = "hebo.catalog"
_REMEDY = "repair or uninstall that package, or rename the file that hides it"
_logger = logging.getLogger("hebo.catalog")


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


class Catalog(dict[str, dict[str, Entry]]):
    """Kind -> name -> entry, of all packages whose catalogues can be loaded.

    Attributes:
        broken: What is wrong with each catalogue that is left out.
        ambiguous: Kind and name -> what is wrong with a name that is left out, as several packages bring it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.broken: list[str] = []
        self.ambiguous: dict[tuple[str, str], str] = {}

    @property
    def problems(self) -> list[str]:
        """All that is wrong, a sentence each."""
        return [*self.broken, *self.ambiguous.values()]

    def add(self, entry: Entry) -> None:
        """Add an entry, unless another part has its name."""
        known = self.setdefault(entry.kind, {}).setdefault(entry.name, entry)
        if known.target != entry.target:
            self.ambiguous[entry.kind, entry.name] = (
                f"The {entry.kind} '{entry.name}' is registered twice: {known.target} by {known.origin} and "
                f"{entry.target} by {entry.origin}; uninstall one of the two packages."
            )

    def why_missing(self, kind: str, name: str | None = None) -> str:
        """Return what may be the reason why a kind or name is not here, to be added to a message."""
        if (kind, name) in self.ambiguous:
            return f" {self.ambiguous[kind, str(name)]}"
        return "".join(f" It may be in another package: {problem}" for problem in self.broken)


@cache
def catalog() -> Catalog:
    """Return all parts that are installed.

    A catalogue that cannot be loaded, for whatever reason, is left out and reported once, on one line; so is
    a name that two packages give to different parts. `Catalogue.why_missing` says so where one is asked for.
    """
    found = Catalog()
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        package = f" of package '{point.dist.name}'" if point.dist else ""
        origin = f"entry point '{point.name} = {point.value}'{package}"
        try:
            entries = [*_entries(point, origin)]
        except ConfigError as error:
            found.broken.append(str(error))
            continue
        for entry in entries:
            found.add(entry)
    for kind, name in found.ambiguous:
        del found[kind][name]
    for problem in found.problems:
        _logger.warning("left out: %s", problem)  # on standard error, unless logging is set up otherwise
    return found


def _entries(point: EntryPoint, origin: str) -> Iterator[Entry]:
    """Load one catalogue.

    Raises:
        ConfigError: If it cannot be imported or has another shape.
    """
    try:
        parts = point.load()
        is_well_formed = _is_well_formed(parts)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a broken module raises at import, `SystemExit` included
        raise ConfigError(
            f"The catalogue {origin} cannot be loaded ({reason_of(error)}{_where(point)}); {_REMEDY}."
        ) from error
    if not is_well_formed:
        raise ConfigError(
            f"The catalogue {origin} is not kind -> name -> ('module:Class', 'summary'); {_REMEDY}."
        )
    for kind, names in parts.items():
        for name, (target, summary) in names.items():
            yield Entry(kind, name, target, summary, origin)


def reason_of(error: BaseException) -> str:
    """Return an exception on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")


def _where(point: EntryPoint) -> str:
    """Say from where the package was imported: a file of its name in the working folder may hide it."""
    package = point.value.partition(":")[0].partition(".")[0]
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        return ""
    places = [] if spec is None else [spec.origin, *(spec.submodule_search_locations or ())]
    return next((f"; '{package}' is {place}" for place in places if place), "")


def _is_well_formed(parts: object) -> bool:
    if not isinstance(parts, Mapping) or not all(isinstance(names, Mapping) for names in parts.values()):
        return False
    keys = [*parts, *(name for names in parts.values() for name in names)]
    entries = [entry for names in parts.values() for entry in names.values()]
    return all(isinstance(key, str) for key in keys) and all(
        isinstance(entry, tuple) and [type(text) for text in entry] == [str, str] and ":" in entry[0]
        for entry in entries
    )
