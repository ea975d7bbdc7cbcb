"""An objective as users write one: a function for keyword arguments, and a program that prints JSON."""

from __future__ import annotations

import json
import sys


def bowl(x: float, n: int) -> float:
    """Return a value that is least at 0.5 and 1."""
    return (x - 0.5) ** 2 + n


if __name__ == "__main__":
    print(json.dumps({"value": bowl(float(sys.argv[1]), int(sys.argv[2]))}))
