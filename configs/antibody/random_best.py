"""Print the best energy of many random developable loops, for comparison with what a search finds.

    python configs/antibody/random_best.py S85 S130 S192 --loops 100000

About 15 minutes of one core for 100,000 loops on an antigen of 130 residues, with the extra `antibody`.
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from hebo.random import make_generator
from tasks.antibody.antibody_design import AntibodyDesign

_BLOCK = 1000


def main() -> None:
    """Read the command line, draw and evaluate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("antigens", nargs="+")
    parser.add_argument("--loops", type=int, default=100_000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for antigen in arguments.antigens:
        task = AntibodyDesign(antigen=antigen)
        energies = sampled(task, arguments.loops)
        rare, good = np.quantile(energies, [0.0001, 0.01])
        print(
            f"{antigen}: best of {len(energies)} random loops {energies.min():.2f}, the best ten thousandth"
        )
        print(f"  the best ten thousandth {rare:.2f}, the best hundredth {good:.2f}", flush=True)


def sampled(task: AntibodyDesign, n: int) -> np.ndarray:
    """Return the energies of `n` random developable loops; the same ones for the same antigen."""
    generator = make_generator("random loops")
    found = []
    for start in range(0, n, _BLOCK):
        x = task.space.sample(min(_BLOCK, n - start), generator=generator)
        found.append(task.evaluate(task.space.decode(x))["energy"].to_numpy())
    return np.concatenate(found)


if __name__ == "__main__":
    main()
