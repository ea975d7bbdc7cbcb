"""Benchmark figure: mean normalized score against evaluations, HEBO and `mcbo` beside their peers.

    python configs/benchmarks/peers_figure.py docs/peers.png

It is drawn from the tables in `docs/benchmarks/`; the band is a 95 % bootstrap interval over tasks and seeds.
TuRBO is left out, for it was run on 16 tasks of 45.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from hebo.experiment.analysis import normalized_scores, read_run_tables, score_curves

TABLES = Path(__file__).parents[2] / "docs/benchmarks"
NUMERIC = {
    "hebo": "HEBO",
    "optuna_gp": "Optuna GPSampler",
    "skopt_gp": "scikit-optimize",
    "original_hebo_warped": "original HEBO, warped model",
    "botorch": "BoTorch loop",
    "optuna_tpe": "Optuna TPE",
    "original_hebo": "original HEBO",
    "smac": "SMAC3",
    "random_search": "random search",
}
COMBINATORIAL = {
    "mcbo": "mcbo.build (default)",
    "casmopolitan": "Casmopolitan",
    "bodi": "BODi",
    "boils": "BOiLS",
    "simulated_annealing": "simulated annealing",
    "genetic_algorithm": "genetic algorithm",
    "random_search": "random search",
}


def draw(axes: Axes, suites: list[str], labels: dict[str, str], title: str, xlabel: str) -> None:
    """Draw one line per optimizer; the first of `labels` stands out and has a band."""
    scores = normalized_scores(read_run_tables([TABLES / f"{suite}.csv" for suite in suites]))
    curves = score_curves(scores)
    for index, (name, label) in enumerate(labels.items()):
        curve, is_first = curves[name].loc[5:], index == 0
        color, dash = ("0.2", ":") if name == "random_search" else (f"C{index}", "-")
        width = 2.6 if is_first else 1.4
        axes.plot(curve.index, curve["mean"], dash, color=color, linewidth=width, label=label)
        if is_first:
            axes.fill_between(
                curve.index, curve["lower"], curve["upper"], color=color, alpha=0.15, linewidth=0
            )
    axes.set(title=f"{title} ({scores.n_tasks} tasks)", xlabel=xlabel, ylim=(0, 2))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=7.5, loc="center left", bbox_to_anchor=(1, 0.6))


def main(path: str) -> None:
    """Write the figure."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
    draw(left, ["hpo", "synthetic", "noisy", "plateau"], NUMERIC, "Numeric and mixed", "evaluations")
    draw(right, ["combinatorial"], COMBINATORIAL, "Combinatorial", "evaluations after 20 initial points")
    left.set_ylabel("mean score (0 best known,\n1 final random search)")
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main(sys.argv[1])
