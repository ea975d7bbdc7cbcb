"""Number formats: texts and numbers as a figure or a table should show them."""

from __future__ import annotations

import re


def plain(text: object, *, length: int = 48) -> str:
    """Return `text` as matplotlib should draw it: one line, no mathematics, at most `length` characters."""
    line = "".join(one if one.isprintable() else " " for one in str(text))
    short = line if len(line) <= length else f"{line[: length - 1]}…"
    return short.replace("$", r"\$")


def number(value: float, *, n_digits: int = 4, is_padded: bool = False) -> str:
    """Return a number in few digits, with trailing zeros if padded: `0.1235`, `-12`, `1.2e-5`."""
    text = f"{value:#.{n_digits}g}".removesuffix(".") if is_padded else f"{value:.{n_digits}g}"
    return re.sub(r"e([+-])0*(\d)", lambda found: f"e{found[1].replace('+', '')}{found[2]}", text)


def tick(value: float, *, n_digits: int = 4) -> str:
    """Return a number for an axis as short as it goes: `0.01`, `1e-4`, `2e6`, `0.8125`."""
    text = number(value, n_digits=n_digits)
    mantissa, _, exponent = f"{value:.0e}".partition("e")
    is_far = value != 0 and not 1e-2 <= abs(value) < 1e5
    return f"{mantissa}e{int(exponent)}" if is_far and float(f"{value:.0e}") == float(text) else text


def wrap_name(name: str, *, width: int = 15) -> str:
    """Break a name after underscores, dots, hyphens or spaces into at most two lines of about `width`."""
    lines = [""]
    for piece in re.findall(r"[^_.\s-]*[_.\s-]?", plain(name, length=2 * width + 2)):
        if lines[-1] and len(lines[-1] + piece) > width and len(lines) < 2:
            lines.append("")
        lines[-1] += piece
    return "\n".join(plain(line, length=width + 2) for line in lines)
