"""The key `store` of a YAML: the URL of the results store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hebo.experiment.yaml.config_error import ConfigMistake
from hebo.experiment.yaml.document import kind_of


def text_in(data: Mapping[str, Any], key: str) -> str | None:
    """Return the text that a YAML gives under a key; None if it has none.

    Raises:
        ConfigMistake: If it is no text, or no path could have it.
    """
    value = data.get(key)
    if value is not None and (not isinstance(value, str) or not value.strip()):
        raise ConfigMistake((key,), f"expected a text, got {kind_of(value)}; leave it out for the default.")
    if value is not None and not value.isprintable():
        raise ConfigMistake((key,), f"{value!r} has a character that no path can have; remove it.")
    return value


def check_store(url: str) -> None:
    """Refuse what is no URL of a store, or has a password in it.

    Raises:
        ConfigMistake: With the key `store`.
    """
    if "://" not in url:
        raise ConfigMistake(
            ("store",),
            f"'{url}' is not a URL; write sqlite:///path/results.db or postgresql+psycopg://host/db.",
        )
    if "@" in url and ":" in url.partition("://")[2].rpartition("@")[0]:
        raise ConfigMistake(
            ("store",),
            "contains a password, which would be copied into the results; use PGPASSWORD or ~/.pgpass.",
        )
