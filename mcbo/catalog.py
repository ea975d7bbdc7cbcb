"""What this package adds to the catalogue: kind -> name -> ("module:Class", summary)."""

from __future__ import annotations

PARTS: dict[str, dict[str, tuple[str, str]]] = {}
