"""Regression check of suggested points: two checkouts run the same experiments, trial by trial to the last digit.

    python tests/tools/same_points.py BASE HEAD [--keep FOLDER] [NAME|PATH|KEY=VALUE ...]

`NAME` is one of the configs below, `PATH` any other config that both checkouts have; none means all of the list.
Each is run by `hebo run`, in its quick form if it has one. `KEY=VALUE` changes it in both checkouts. With `--keep` the
results of BASE are kept under its commit, and are there for the next comparison.
Prints a line per config, and ends with 1 if any trial differs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "support"))

from checkouts import RunKey, broken_runs, commit_of, name_of, run_experiment, stored_trials

CONFIGS = {
    "quickstart": "configs/quickstart.yaml",
    "hpo": "configs/benchmarks/hpo.yaml",
    "hpo_batch": "configs/benchmarks/hpo_batch.yaml",
    "combinatorial": "configs/benchmarks/combinatorial.yaml",
    "antibody": "configs/antibody/quick.yaml",
    "router": "configs/logic_synthesis/router.yaml",
    "two_point": "configs/sdp_game/two_point.yaml",
}
COLUMNS = ("number", "round", "status", "params", "values")
_NESTED = ("params", "values")  # JSON mappings, in the order of the space

Trials = Mapping[RunKey, Sequence[Mapping[str, Any]]]


def differences(base: Trials, head: Trials) -> list[str]:
    """Return the first difference of each run that is not the same in both stores."""
    found = []
    for key in sorted(base.keys() | head.keys()):
        if key not in base or key not in head:
            found.append(f"{name_of(key)} is in {'head' if key in head else 'base'} only")
        elif (first := next(_unequal(base[key], head[key]), None)) is not None:
            found.append(f"{name_of(key)}, {first}")
    return found


def _unequal(base: Sequence[Mapping[str, Any]], head: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for place, (before, after) in enumerate(zip_longest(base, head)):
        if before is None or after is None:
            yield f"trial {place}: {len(base)} trials in base, {len(head)} in head"
            return
        old, new = _flat(before), _flat(after)
        for column in [*old, *(one for one in new if one not in old)]:
            values = old.get(column, "nothing"), new.get(column, "nothing")
            if values[0] != values[1]:
                yield f"trial {before['number']}, {column}: {values[0]} in base, {values[1]} in head"


def _flat(trial: Mapping[str, Any]) -> dict[str, str]:
    """Return column -> text, a column per parameter and objective; JSON writes all digits of a number."""
    flat = {}
    for column in COLUMNS:
        nested = json.loads(trial[column] or "{}") if column in _NESTED else None
        cells = {column: trial[column]} if nested is None else nested
        flat |= {
            name if name == column else f"{column}.{name}": json.dumps(one) for name, one in cells.items()
        }
    return flat


def compare(
    sides: Sequence[tuple[Path, Path]], config: str, overrides: Sequence[str] = ()
) -> tuple[str, bool]:
    """Run one config in two checkouts.

    Args:
        sides: Checkout and working folder, first of base, then of head.
        config: Path below both checkouts.
        overrides: `key=value`, as for `hebo run`.

    Returns:
        The line about it, and whether all trials are the same.
    """
    start = time.monotonic()
    stores = [run_experiment(checkout, config, folder, *overrides) for checkout, folder in sides]
    broken = [sentence for store in stores for sentence in broken_runs(store)]
    before, after = map(stored_trials, stores)
    found = broken or differences(before, after)
    what = "unfinished runs" if broken else "runs differ"
    verdict = f"{len(found)} {what}, the first: {found[0]}" if found else "identical"
    n_trials = sum(map(len, before.values()))
    counts = f"{len(before):3d} runs {n_trials:5d} trials {time.monotonic() - start:5.0f} s"
    return f"{counts}  {verdict}", not found


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare all configs that were asked for, also after one that differs or fails; return 1 if any does."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path)
    parser.add_argument("head", type=Path)
    parser.add_argument("rest", nargs="*", metavar="NAME|PATH|KEY=VALUE", help=f"names: {', '.join(CONFIGS)}")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the results of BASE here")
    given = parser.parse_intermixed_args(arguments)
    overrides = [one for one in given.rest if "=" in one]
    names = [one for one in given.rest if "=" not in one] or list(CONFIGS)
    with tempfile.TemporaryDirectory() as scratch:
        kept = given.keep.resolve() / commit_of(given.base) if given.keep else Path(scratch) / "base"
        same = [
            _report(name, [(given.base, kept / slug), (given.head, Path(scratch) / "head" / slug)], overrides)
            for name in names
            for slug in [re.sub(r"\W+", "_", " ".join([name, *overrides]))]
        ]
    return 0 if all(same) else 1


def _report(name: str, sides: Sequence[tuple[Path, Path]], overrides: Sequence[str]) -> bool:
    try:
        line, is_same = compare(sides, CONFIGS.get(name, name), overrides)
    except SystemExit as failure:  # the other configs are still worth comparing
        line, is_same = f"not run: {failure}", False
    print(f"{name:14s} {line}", flush=True)
    return is_same


if __name__ == "__main__":
    sys.exit(main())
