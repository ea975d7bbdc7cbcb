"""Text sanitizing: texts from outside, such as an error's message, made safe to keep and to show.

Stores, terminals and pages disagree on what a text may hold: PostgreSQL refuses a NUL, SQLite a lone
surrogate, and a terminal obeys control characters. So texts are cleaned once, where they come in.
"""

from __future__ import annotations

from unicodedata import category

MAX_MESSAGE = 500
MAX_TEXT = 10_000


def clean(text: str, *, length: int = MAX_TEXT) -> str:
    """Return `text` with control characters, surrogates and marks of direction written as escapes.

    Line breaks and tabs stay. Of a longer text than `length`, the head and the tail stay, with the number of
    characters left out between them.
    """
    # Written out, a character is up to ten; so much of a text that is far too long needs no look.
    short = _shorten(str.__str__(text), 2 * length)
    return _shorten("".join(one if _is_plain(one) else _written_out(one) for one in short), length)


def on_one_line(text: str) -> str:
    """Return a clean text without line breaks, as long as it is."""
    return " ".join("".join(one if _is_plain(one) else _written_out(one) for one in text).split())


def message(text: object) -> str:
    """Return a text as the message of a trial or a run: clean, on one line, at most `MAX_MESSAGE` long."""
    return _shorten(" ".join(clean(text_of(text), length=4 * MAX_MESSAGE).split()), MAX_MESSAGE)


def error_message(error: BaseException) -> str:
    """Return the class and the text of an error as a message, whatever its class does when asked for them."""
    return message(f"{clean(class_of(error), length=100)}: {text_of(error)}")


def text_of(value: object) -> str:
    """Return `str(value)`, or what went wrong with it; the class of a value may be anybody's."""
    try:
        return str.__str__(str(value))
    except BaseException as error:  # also of a KeyboardInterrupt: it comes from the text, not from a keyboard
        return f"(a {class_of(value)} whose text cannot be had: {class_of(error)})"


def class_of(value: object) -> str:
    """Return the name of the class of a value."""
    try:
        return str.__str__(type(value).__name__)
    except BaseException:  # a metaclass may make even that go wrong
        return "object"


def _shorten(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    kept = length - 40  # room for what stands between
    head, tail = text[: kept * 2 // 3], text[len(text) - kept // 3 :]
    return f"{head} ... ({len(text) - len(head) - len(tail)} characters left out) ... {tail}"


def _is_plain(character: str) -> bool:
    return character.isprintable() or character in "\n\t\r" or category(character) == "Zs"


def _written_out(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
