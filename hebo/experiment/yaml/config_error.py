"""Configuration mistakes, with the place where they are."""

from __future__ import annotations

from hebo.errors import ConfigError

Path = tuple[str | int, ...]


class ConfigMistake(ConfigError):
    """A mistake at a known place of the configuration.

    Args:
        path: Keys and list positions that lead to the mistake, `("optimizers", 0, "kappa")`.
        text: What is wrong and what to do, in one sentence or two.

    Attributes:
        path: As given.
        text: As given, on one line.
    """

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = " ".join(text.split())
        super().__init__(f"{dotted(path)}: {self.text}" if path else self.text)


def dotted(path: Path) -> str:
    """Return a path as people write it: `optimizers[0].surrogate.n_restarts`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else str(key)
    return text
