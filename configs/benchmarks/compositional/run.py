"""C-ADAM and its relatives against Adam with a plug-in estimate, at equal numbers of samples.

    script=configs/benchmarks/compositional/run.py
    python $script --csv docs/benchmarks/compositional.csv
    python $script --problem log_partition --method 'C-ADAM, K = 4' --n-samples 4000

Each method is tuned on its grid on other instances (seeds 100 to 102, mean final gap), then run once with the
best settings on the seeds 0 to 4. The gap is that of the last iterate: of the log-partition problem to the
exact optimum, of the portfolio the relative excess of its CVaR under 200,000 scenarios.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from methods import METHODS, Method, run
from problems import LogPartition, Portfolio, Problem

PROBLEMS: dict[str, type[Problem]] = {"portfolio": Portfolio, "log_partition": LogPartition}
TUNING_SEEDS, REPORTING_SEEDS = range(100, 103), range(5)
N_MARKS = 5
COLUMNS = ("problem", "method", "settings", "seed", "samples", "gap")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the final gaps, and write the curves."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--problem", choices=PROBLEMS, nargs="+", default=list(PROBLEMS))
    parser.add_argument("--method", nargs="+", help="some methods only, by name")
    parser.add_argument("--n-samples", type=int, default=40_000)
    parser.add_argument("--csv", type=Path)
    chosen = parser.parse_args(arguments)
    rows = []
    for problem in chosen.problem:
        for name, method in METHODS[problem].items():
            if not chosen.method or name in chosen.method:
                rows += list(_compared(problem, name, method, chosen.n_samples))
    if not rows:
        parser.error(
            f"no method of {chosen.problem} is called {chosen.method}; choose among {_names(chosen.problem)}"
        )
    if chosen.csv:
        write(rows, chosen.csv)


def tuned(kind: type[Problem], method: Method, n_samples: int) -> dict[str, float]:
    """Return the settings of the least mean final gap on the tuning seeds."""

    def score(settings: dict[str, float]) -> float:
        gaps = [run(method, kind(seed), settings, n_samples, 1)[-1][1] for seed in TUNING_SEEDS]
        return min(fmean(gaps), 1e9) if all(gap == gap for gap in gaps) else 1e9  # NaN: it left the numbers

    return min(method.settings(), key=score)


def write(rows: list[dict[str, Any]], path: Path) -> None:
    """Write curves as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _compared(problem: str, name: str, method: Method, n_samples: int) -> Iterator[dict[str, Any]]:
    kind = PROBLEMS[problem]
    settings = tuned(kind, method, n_samples)
    chosen = " ".join(f"{key}={value:g}" for key, value in settings.items())
    last = []
    for seed in REPORTING_SEEDS:
        marks = run(method, kind(seed), settings, n_samples, N_MARKS)
        last.append(marks[-1][1])
        for samples, gap in marks:
            values = (problem, name, chosen, seed, samples, f"{gap:.5g}")
            yield dict(zip(COLUMNS, values, strict=True))
    shown = " ".join(f"{gap:.4f}" for gap in last)
    sys.stdout.write(f"{problem}: {name} ({chosen}): mean gap {fmean(last):.4f} ({shown})\n")
    sys.stdout.flush()


def _names(problems: Sequence[str]) -> list[str]:
    return sorted({name for problem in problems for name in METHODS[problem]})


if __name__ == "__main__":
    main()
