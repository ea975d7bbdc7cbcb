"""Tables of tuning tasks: 192 settings of a model on 28 training, 12 held-out and all real data sets.

    python configs/meta/tables.py runs/meta --model svm_wide

One CSV file for each data set, such as `runs/meta/svm_wide/classification000.csv`. Interrupted, the same
command goes on.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import get_args

from tasks.hpo.meta_table import meta_tasks, write_tables
from tasks.hpo.spaces import ModelName, Problem


def main() -> None:
    """Read the command line and write the tables that are missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", choices=get_args(ModelName), required=True)
    parser.add_argument("--problem", choices=get_args(Problem), default="classification")
    parser.add_argument("--settings", type=int, default=192, help="of each table")
    given = parser.parse_args()
    tasks = meta_tasks(given.model, given.problem)
    for path in write_tables(tasks, given.folder / given.model, given.settings):
        print(f"{path}: {time.process_time():.0f} s of CPU time so far", flush=True)


if __name__ == "__main__":
    main()
