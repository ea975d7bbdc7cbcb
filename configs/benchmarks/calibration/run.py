"""Calibration of surrogates on the tuning problems of the `hpo` suite, beside the original HEBO's.

    script=configs/benchmarks/calibration/run.py
    python $script --part reporting --csv docs/benchmarks/calibration/calibration.csv
    python $script --part tuning --quick --surrogate '{type: warped_gp, smoothness: 1.5}'

Each task is evaluated at random configurations, once; models are fitted to the first 10, 30 or 100 of several
shuffles and tested on the rest. All see the same values: the output transform of HEBO's default, fitted to
the training values. Measures are on that scale. Printed are means over tasks and shuffles, and differences to
the original HEBO's models with paired 95 % intervals. Run it from the root of the repository; the original
models need the environments that `configs/benchmarks/original_hebo/setup.sh` makes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from configurations import Measured, measured_tasks
from models import ORIGINALS, FitFailed, Model, Original, Ours

from hebo.base import Surrogate
from hebo.experiment.analysis.fit_measures import differences, measure, summary
from hebo.experiment.analysis.fit_quality import Problem
from hebo.experiment.config.parts import build
from hebo.experiment.yaml.document import parse_yaml
from hebo.optimizers.hebo import HEBORecipe
from hebo.random import derive_seed, make_generator

SUITE = Path(__file__).parents[1] / "hpo.yaml"
N_CONFIGURATIONS = 150
N_TRAIN = (10, 30, 100)
N_SPLITS = {"quick": 2, "full": 5}


def main() -> None:
    """Read the command line, measure, print, and write the table."""
    arguments = _parser().parse_args()
    torch.set_num_threads(1)
    tasks = measured_tasks(SUITE, arguments.part, N_CONFIGURATIONS, arguments.data)
    n_splits = N_SPLITS["quick" if arguments.quick else "full"]
    cells = pd.DataFrame(rows(models(arguments), tasks, n_splits))
    table = summary(cells)
    print(table.to_string(index=False, float_format="%.3f"))
    references = [name for name in ORIGINALS if name in set(cells["model"])]
    compared = [differences(cells, to, name) for to in references for name in ("nll", "nll_clipped")]
    if compared:
        print(pd.concat(compared).to_string(index=False, float_format="%.3f"))
    if arguments.csv:
        arguments.csv.parent.mkdir(parents=True, exist_ok=True)
        table.round(4).to_csv(arguments.csv, index=False)
        stem = arguments.csv.with_suffix("")
        cells.round(5).to_csv(f"{stem}_cells.csv", index=False)
        if compared:
            pd.concat(compared).round(4).to_csv(f"{stem}_differences.csv", index=False)


def models(arguments: argparse.Namespace) -> dict[str, Model]:
    """Return name -> model: the default, the variants by their YAML, the original ones."""
    named: dict[str, Model] = {"default": Ours(HEBORecipe().surrogate)}
    for text in arguments.surrogate:
        surrogate = build("surrogate", parse_yaml(text, file="--surrogate").data)
        assert isinstance(surrogate, Surrogate)
        named[text.strip("{} ").removeprefix("type: ")] = Ours(surrogate)
    for name in arguments.originals:
        named[name] = Original(ORIGINALS[name], arguments.answers)
    return named


def rows(models: dict[str, Model], tasks: list[Measured], n_splits: int) -> Iterator[dict[str, Any]]:
    """Yield the measures of every model, task, shuffle and size; failures are reported as they happen."""
    transform_recipe = HEBORecipe().output_transform
    for task in tasks:
        print(f"{task.label}: {len(task.y)} configurations", file=sys.stderr, flush=True)
        for split in range(n_splits):
            generator = make_generator("calibration", task.label, split)
            order = torch.randperm(len(task.y), generator=generator)
            for n in N_TRAIN:
                train, test = order[:n], order[n:]
                if bool((task.y[train] == task.y[train[0]]).all()):
                    print(f"{task.label}: the {n} values of shuffle {split} are equal", file=sys.stderr)
                    continue
                transform = transform_recipe.fit(task.y[train])
                y, test_y = transform(task.y[train])[0], transform(task.y[test])[0][:, 0]
                problem = Problem(
                    task.space, task.x[train], y, task.x[test], derive_seed(task.label, split, n) % 2**31
                )
                for name, model in models.items():
                    row = {"model": name, "task": task.label, "split": split, "n": n}
                    yield {**row, **_measured(model, problem, test_y, row)}


def _measured(model: Model, problem: Problem, test_y: torch.Tensor, row: dict[str, Any]) -> dict[str, Any]:
    usable = torch.isfinite(test_y)
    try:
        prediction = model.predict(problem)
    except FitFailed as error:
        print(f"{row}: {error}", file=sys.stderr)
        return {}
    return measure(prediction.at(usable), test_y[usable])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--part", choices=["tuning", "reporting"], default="reporting")
    parser.add_argument("--quick", action="store_true", help="fewer shuffles")
    parser.add_argument(
        "--surrogate", action="append", default=[], metavar="YAML", help="a variant beside the default"
    )
    parser.add_argument(
        "--originals",
        nargs="*",
        choices=list(ORIGINALS),
        default=list(ORIGINALS),
        help="none to leave them out",
    )
    parser.add_argument("--csv", type=Path, help="where to write; two more beside it")
    parser.add_argument("--data", type=Path, default=Path("runs/calibration.json"), help="configurations")
    parser.add_argument(
        "--answers", type=Path, default=Path("runs/calibration_original.jsonl"), help="of the original models"
    )
    return parser


if __name__ == "__main__":
    main()
