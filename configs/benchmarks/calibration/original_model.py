"""The surrogates of the original HEBO (0.3.6), one fit and prediction per JSON line.

Runs in an environment of its own (see `../original_hebo/setup.sh`), never in that of this project, whose
package has the same import name; start it with `python -P` (or `-I`).

    .venv-hebo/bin/python -P configs/benchmarks/calibration/original_model.py
    .venv-hebo-warped/bin/python -P configs/benchmarks/calibration/original_model.py --model gpy

The first is the model as installed, the second the warped one of the paper.

A request has `numeric` and `test_numeric` (columns in [0, 1]), `codes` and `test_codes` (categories from 0),
`n_categories`, `y` (minimized) and `seed`. The answer has `mean` and `variance` of new observations, noise
included, and `cpu_seconds` of the fit; or `failed`, with what the fit or the prediction raised. Settings are
those with which HEBO's optimizer builds the model.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import warnings

SETTINGS = {
    "gp": {"lr": 0.01, "num_epochs": 100, "verbose": False, "noise_lb": 8e-4, "pred_likeli": False},
    "gpy": {"verbose": False, "warp": True},
}


def build(name, request):
    """Return an unfitted model for the columns of a request."""
    n_categories = request["n_categories"]
    n_numeric = len(request["numeric"][0])
    settings = dict(SETTINGS[name])
    if n_categories:
        settings["num_uniqs"] = n_categories
    if name == "gp":
        from hebo.models.gp.gp import GP

        return GP(n_numeric, len(n_categories), 1, **settings)
    from hebo.design_space.design_space import DesignSpace
    from hebo.models.gp.gpy_wgp import GPyGP

    numeric = [{"name": f"x{i}", "type": "num", "lb": 0, "ub": 1} for i in range(n_numeric)]
    codes = [
        {"name": f"c{i}", "type": "cat", "categories": [str(code) for code in range(n)]}
        for i, n in enumerate(n_categories)
    ]
    space = DesignSpace().parse(numeric + codes)
    return GPyGP(n_numeric, len(n_categories), 1, **settings, space=space)


def answer(name, request):
    """Fit to the observations and predict new ones at the test points."""
    import numpy as np
    import torch

    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(request["seed"])
    model = build(name, request)
    y = torch.tensor(request["y"]).float().view(-1, 1)
    began = time.process_time()
    model.fit(*columns(request["numeric"], request["codes"]), y)
    seconds = time.process_time() - began
    with torch.no_grad():
        mean, variance = model.predict(*columns(request["test_numeric"], request["test_codes"]))
    if name == "gp":  # `pred_likeli` is off: this one predicts without its noise
        variance = variance + model.noise
    return {"mean": mean.view(-1).tolist(), "variance": variance.view(-1).tolist(), "cpu_seconds": seconds}


def columns(numeric, codes):
    """Return what HEBO's models take: numbers and categories apart."""
    import torch

    return torch.tensor(numeric).float().view(len(numeric), -1), torch.tensor(codes).long().view(
        len(codes), -1
    )


def main():
    """Answer requests until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="gp", choices=sorted(SETTINGS), help="HEBO's name of the model")
    name = parser.parse_args().model
    warnings.filterwarnings("ignore")
    # HEBO prints while it works: standard output goes to standard error, the answers to a copy of it.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import torch

    torch.set_num_threads(1)
    for line in sys.stdin:
        try:
            result = answer(name, json.loads(line))
        except Exception as error:  # whatever the model raises is its answer
            result = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(result) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
