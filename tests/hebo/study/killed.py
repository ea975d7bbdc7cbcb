"""A study in four workers, to be killed by its test; each evaluation leaves a line in a file."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import hebo


def main(folder: Path, n_trials: int) -> None:
    """Run or go on."""
    seen = folder / "evaluations.txt"

    def slow(a: float, b: float) -> float:
        time.sleep(0.05)
        with open(seen, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {a!r} {b!r}\n")
        return (a - 0.3) ** 2 + b

    space = {"a": (0.0, 1.0), "b": (0.0, 1.0)}
    result = hebo.minimize(
        slow, space, n_trials, workers=4, storage=folder / "study.db", optimizer="random_search"
    )
    print(len(result.trials))


main(Path(sys.argv[1]), int(sys.argv[2]))
