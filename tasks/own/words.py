"""Words of a command: texts with placeholders for values, and lists that are left out as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hebo.errors import ConfigError, did_you_mean

Word = str | tuple[str, ...]
"""A text, or several that are left out together where a parameter in them has no value."""

_TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number"]}
WORDS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "items": {"anyOf": [_TEXT_SCHEMA, {"type": "array", "minItems": 1, "items": _TEXT_SCHEMA}]},
}

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_QUOTE = 'put placeholders in quotes, "{%s}": without them YAML reads a mapping'


def read_words(given: object) -> object:
    """Return the words of a YAML as texts; numbers become what YAML shows of them.

    Raises:
        ValueError: If a word is none, such as a placeholder without quotes.
    """
    if isinstance(given, str):
        raise ValueError(
            f"is one text; write a list of words, [python, train.py, ...]: no shell reads {given!r}"
        )
    if not isinstance(given, Sequence):
        return given
    return tuple(tuple(map(_text, one)) if isinstance(one, list | tuple) else _text(one) for one in given)


def _text(word: object) -> str:
    if isinstance(word, Mapping) and len(word) == 1:
        raise ValueError(_QUOTE % next(iter(word)))
    if isinstance(word, bool) or not isinstance(word, str | int | float):
        raise ValueError(f"{word!r} is no word of a command; put it in quotes")
    if "\0" in str(word):
        raise ValueError(f"{word!r} has a NUL, which no argument of a program can have")
    return str(word)


def placeholders(text: str) -> list[str]:
    """Return the names in the braces of a text; `{{` and `}}` are braces.

    Raises:
        ConfigError: If a brace stands alone.
    """
    found = []
    for token in _TOKEN.finditer(text):
        if token.group() in ("{", "}"):
            raise ConfigError(f"argv: {text!r} has a single brace; write {{{{ and }}}} for braces.")
        if token.group(1) is not None:
            found.append(token.group(1))
    return found


def check_words(
    argv: Iterable[Word],
    *,
    parameters: Sequence[str],
    special: Sequence[str],
    conditional: Iterable[str],
    is_complete: bool,
) -> None:
    """Refuse placeholders that stand for nothing, and parameters that the program would not be told.

    Args:
        argv: The words.
        parameters: Names of the parameters.
        special: Other names that may be used.
        conditional: Parameters that do not always have a value.
        is_complete: Whether each parameter has to be used.

    Raises:
        ConfigError: With the word, and what would work.
    """
    known, used = [*parameters, *special], set[str]()
    for word in argv:
        for text in [word] if isinstance(word, str) else word:
            for name in placeholders(text):
                if name not in known:
                    raise ConfigError(
                        f"argv: '{{{name}}}' in {text!r} is no parameter.{did_you_mean(name, known)} "
                        "Braces themselves are written {{ and }}."
                    )
                if name in conditional and isinstance(word, str):
                    raise ConfigError(
                        f"argv: '{name}' has no value where its condition does not hold; put {text!r} and "
                        f'the word before it in a list of their own, ["--{name}", "{{{name}}}"], which is '
                        "then left out."
                    )
                used.add(name)
    missing = [name for name in parameters if name not in used]
    if is_complete and missing:
        raise ConfigError(
            f"argv: the parameter '{missing[0]}' appears nowhere; add \"{{{missing[0]}}}\" to `argv`, or "
            "write `stdin: json`, which gives the program all parameters."
        )


def filled(argv: Iterable[Word], values: Mapping[str, Any]) -> list[str]:
    """Return the words with values in place of placeholders, less lists in which one has no value."""
    words: list[str] = []
    for word in argv:
        texts = [word] if isinstance(word, str) else word
        if all(values[name] is not None for text in texts for name in placeholders(text)):
            words += [_TOKEN.sub(lambda token: _replacement(token, values), text) for text in texts]
    return words


def _replacement(token: re.Match[str], values: Mapping[str, Any]) -> str:
    name = token.group(1)
    return token.group()[0] if name is None else as_text(values[name])


def as_text(value: Any) -> str:
    """Return a value as a program reads it: texts and numbers as they are, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)
