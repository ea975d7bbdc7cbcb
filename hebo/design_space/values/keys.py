"""Hashable keys of values: equality that sees, or forgets, their types."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from hebo.design_space.values.plain_values import plain


def exact_key(value: Any) -> Hashable:
    """Return a hashable key that tells `1`, `1.0`, `True` and `"1"` apart, also within lists.

    Raises:
        TypeError: If the value, or one inside it, is neither hashable nor a list, tuple or dict.
    """
    return _key(plain(value), lambda one: (type(one), one), ordered=(list, tuple))


def loose_key(value: Any) -> Hashable:
    """Return a hashable key that forgets the type of numbers and of sequences, as storage formats do."""
    return _key(plain(value), lambda one: one, ordered=None)


def _key(value: Any, leaf: Callable[[Any], Hashable], *, ordered: tuple[type, ...] | None) -> Hashable:
    """Build a key of nested containers; `ordered` says whether the kind of sequence matters."""
    value = plain(value)
    if isinstance(value, (list, tuple)):
        kind = type(value).__name__ if ordered else "sequence"
        return (kind, *(_key(one, leaf, ordered=ordered) for one in value))
    if isinstance(value, dict):
        pairs = ((_key(k, leaf, ordered=ordered), _key(v, leaf, ordered=ordered)) for k, v in value.items())
        return ("dict", frozenset(pairs))
    hash(value)
    return leaf(value)


def definition_key(value: Any) -> Hashable:
    """Return a key that compares definitions by content and type, with objects of any kind as values."""
    try:
        return exact_key(value)
    except TypeError:
        return repr(value)
