"""One of several people at a campaign: asks and tells in rounds; each that is done leaves a line in a file."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

from click.testing import CliRunner

from hebo.experiment.cli import main


def hebo(*arguments: str) -> None:
    done = CliRunner().invoke(main, list(arguments))
    if done.exit_code:
        sys.exit(f"{arguments}: {done.output}")


def a_round(sheet: Path) -> list[str]:
    """Ask for two points and tell the first, its number as its value; return that number."""
    hebo("ask", "paint.yaml", "-n", "2", "-o", str(sheet))
    with sheet.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0]["gloss"] = rows[0]["point"]
    with sheet.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    hebo("tell", "paint.yaml", str(sheet))
    return [one["point"] for one in rows]


who, n_rounds = sys.argv[1], int(sys.argv[2])
for number in range(n_rounds):
    sheet = Path(f"{who}{number}.csv")
    if not sheet.exists():
        line = " ".join(a_round(sheet))
        with open(f"{who}.done", "a") as stream:
            stream.write(f"{line}\n")
