"""Run tables as CSV files, small enough to be kept beside the code, and put together from several machines.

A file begins with one line per set of versions, `# v1: {"hebo": ...}`; the column `versions` names its line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from hebo.errors import DataError
from hebo.experiment.analysis.run_tables import COLUMNS, KEY, MEASURE, checkpoint, checkpoints
from hebo.experiment.files import write

_VERSIONS = re.compile(r"# (v\d+): (\{.*\})")
_TEXTS = ("suite", "part", "task", "optimizer", "type", "versions", "measure")


def write_run_table(table: pd.DataFrame, path: Path) -> None:
    """Write a run table: optimizers in their order, as the first is compared with, then by task."""
    places = {name: place for place, name in enumerate(dict.fromkeys(table["optimizer"]))}
    keys = ["optimizer", "suite", "part", "task", "seed"]
    ordered = table.sort_values(keys, key=lambda one: one.map(places) if one.name == "optimizer" else one)
    names = {text: f"v{place + 1}" for place, text in enumerate(sorted(set(ordered["versions"])))}
    # Curves are drawn and averaged; six digits are plenty, and half of the file.
    curves = {
        name: ordered[name].map(_six_digits, na_action="ignore") for name in checkpoints(ordered).values()
    }
    shown = ordered.assign(versions=ordered["versions"].map(names), **curves)
    header = "".join(f"# {name}: {text}\n" for text, name in names.items())
    text = shown.to_csv(index=False, lineterminator="\n", float_format="%.10g")
    write(path, header + text)


def _six_digits(value: float) -> float:
    return float(f"{value:.6g}")


def read_run_tables(paths: Sequence[Path]) -> pd.DataFrame:
    """Read run tables and put them together.

    Raises:
        DataError: If a file is no run table, or a run is in two of them.
    """
    return merge_run_tables([_read(path) for path in paths])


def merge_run_tables(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put run tables together.

    Raises:
        DataError: If a run is in two of them.
    """
    whole = pd.concat([one for one in tables if len(one)] or list(tables)[:1], ignore_index=True)
    twice = whole[whole.duplicated(KEY)]
    if len(twice):
        run = ", ".join(str(value) for value in twice[KEY].iloc[0] if value != "")
        raise DataError(f"{len(twice)} runs are in two tables, first ({run}); leave one of the tables out.")
    return whole[sorted(map(str, whole.columns), key=checkpoint)]


def _read(path: Path) -> pd.DataFrame:
    try:
        text = path.read_text(encoding="utf-8")
        table = pd.read_csv(io.StringIO(_VERSIONS.sub("", text)), dtype=dict.fromkeys(_TEXTS, str))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as a table of runs ({error}).") from error
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise DataError(
            f"{path}: no table of runs, it has no column '{missing[0]}'; `hebo scores` writes one."
        )
    for column in set(_TEXTS) & set(table.columns):
        if odd := [one for one in table[column].dropna() if not one.isprintable()]:
            raise DataError(f"{path}: no table of runs, the column '{column}' has {odd[0]!r:.60}.")
    versions = dict(_VERSIONS.findall(text))
    for name, value in MEASURE.items():
        if name not in table.columns:
            table[name] = value
    return table.assign(
        part=table["part"].fillna(""),
        versions=table["versions"].map(versions).fillna("{}"),
        measure=table["measure"].fillna(""),
        n_done=table["n_done"].fillna(table["n_trials"]),
    )
