"""Speed regression check: CPU seconds per `ask` of two checkouts, interleaved on the same processor.

    python tests/tools/ask_speed.py BASE HEAD [--blocks N] [NAME|PATH ...]

A block runs a setting four times, each in a process of its own: base, head, head, base. Both compute the same asks, so
the ratio is taken ask by ask, of the least CPU seconds over all repetitions: what disturbs a processor only adds.
Prints the geometric mean of head / base per optimizer, with a 95 % bootstrap interval over the asks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import yaml

sys.path.append(str(Path(__file__).parents[1] / "support"))

from checkouts import broken_runs, run_experiment, stored_trials

SETTINGS = {
    "speed_50": "configs/benchmarks/speed_50.yaml",
    "speed_100_batch8": "configs/benchmarks/speed_100_batch8.yaml",
    "speed_1000": "configs/benchmarks/speed_1000.yaml",
}
OURS = ("hebo", "mcbo")
WARM_UP = 1_000_000  # seed of a run that is not counted: the first ask of a process imports what it needs
ORDER = ("base", "head", "head", "base")

Ask = tuple[str, str, int, int]
"""Label of the optimizer, label of the task, seed, round."""


def cpu_seconds(store: Path) -> dict[Ask, float]:
    """Return the CPU seconds of each ask, without the starting points and the run that warms up."""
    if broken := broken_runs(store):
        sys.exit(broken[0])
    spent: dict[Ask, float] = defaultdict(float)
    for (optimizer, task, seed), trials in stored_trials(store).items():
        for trial in trials:
            if seed != WARM_UP and trial["round"] >= 0:
                spent[optimizer, task, seed, trial["round"]] += trial["ask_cpu_seconds"]
    return dict(spent)


def ratio(
    base: Sequence[float], head: Sequence[float], *, n_samples: int = 10_000
) -> tuple[float, float, float]:
    """Return the geometric mean of head / base over pairs of asks, with a 95 % percentile-bootstrap interval."""
    logs = np.log(np.asarray(head) / np.asarray(base))
    samples = np.random.default_rng(0).choice(logs, size=(n_samples, len(logs))).mean(axis=1)
    low, high = np.exp(np.quantile(samples, [0.025, 0.975]))
    return float(np.exp(logs.mean())), float(low), float(high)


def measure(
    checkouts: Mapping[str, Path], config: str, folder: Path, *, n_blocks: int
) -> dict[str, dict[Ask, float]]:
    """Return side -> ask -> least CPU seconds over the repetitions of one setting."""
    least: dict[str, dict[Ask, float]] = {side: {} for side in checkouts}
    for place, side in enumerate(ORDER * n_blocks):
        checkout = checkouts[side]
        store = run_experiment(checkout, config, folder / str(place), *_overrides(checkout / config))
        for ask, seconds in cpu_seconds(store).items():
            least[side][ask] = min(seconds, least[side].get(ask, np.inf))
    return least


def _overrides(config: Path) -> list[str]:
    """Keep our own optimizers; begin with the run that warms up, and take the seeds of the whole setting."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    ours = [one for one in content["optimizers"] if one["type"] in OURS]
    seeds = content["seeds"]
    listed = list(range(seeds)) if isinstance(seeds, int) else seeds
    return [
        f"optimizers={yaml.safe_dump(ours, default_flow_style=True).strip()}",
        f"seeds={[WARM_UP, *listed]}",
    ]


def lines(least: Mapping[str, Mapping[Ask, float]]) -> list[str]:
    """Return a line per optimizer."""
    base, head = least["base"], least["head"]
    found = []
    for optimizer in sorted({ask[0] for ask in base}):
        asks = [ask for ask in base if ask[0] == optimizer and ask in head]
        pairs = [base[ask] for ask in asks], [head[ask] for ask in asks]
        middle, low, high = ratio(*pairs)
        means = f"{np.mean(pairs[0]):.4f} s -> {np.mean(pairs[1]):.4f} s"
        found.append(
            f"{optimizer:8s} {len(asks):3d} asks  {means}  ratio {middle:.3f} [{low:.3f}, {high:.3f}]"
        )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all settings that were asked for, and print their ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path)
    parser.add_argument("head", type=Path)
    parser.add_argument("names", nargs="*", metavar="NAME|PATH", help=f"names: {', '.join(SETTINGS)}")
    parser.add_argument("--blocks", type=int, default=2, help="repetitions of base, head, head, base")
    given = parser.parse_intermixed_args(arguments)
    checkouts = {"base": given.base, "head": given.head}
    with tempfile.TemporaryDirectory() as folder:
        for name in given.names or SETTINGS:
            where = Path(folder) / name.replace("/", "_")
            least = measure(checkouts, SETTINGS.get(name, name), where, n_blocks=given.blocks)
            for line in lines(least):
                print(f"{name:17s} {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
