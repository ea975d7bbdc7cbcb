"""The original HEBO (0.3.6) as an external optimizer: JSON lines in, JSON lines out.

Runs in an environment of its own (see `setup.sh`), never in that of this project, whose package has the same
import name; start it with `python -P` (or `-I`). The protocol is that of `hebo.peers.external`.

    .venv-hebo/bin/python -P configs/benchmarks/original_hebo/serve.py                    # as installed
    .venv-hebo-warped/bin/python -P configs/benchmarks/original_hebo/serve.py --model gpy # the paper's model

`--model gpy` registers `hebo/models/gp/gpy_wgp.py`, which the package ships without registering it. Its
settings are those that the package keeps for that name. Nothing else of the package is changed, except that
pymoo is handed a seed drawn from NumPy's seeded stream where it would draw one from the operating system.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
import warnings


class Column:
    """A parameter of ours as one of HEBO's: its definition, and the way there and back.

    HEBO lacks a real step, an ordinal, log-odds and a constant. Steps and levels become integers, a
    probability a plain number, a constant is left out; category values become their position as text.
    """

    def __init__(self, definition):
        self.name, self.kind = definition["name"], definition["type"]
        self.definition, self.values = definition, definition.get("categories", definition.get("levels"))
        self.step, self.lb = definition.get("step"), definition.get("lb")
        self.constant = self.kind not in ("bool", "cat", "ordinal") and self.lb == definition["ub"]
        self.is_grid = self.kind == "num" and self.step is not None

    def hebo_definition(self):
        """Return the definition for HEBO's `DesignSpace.parse`."""
        one = {"name": self.name, "type": self.kind}
        ends = {key: self.definition[key] for key in ("lb", "ub", "base", "step") if key in self.definition}
        if self.kind == "cat":
            return {**one, "categories": [str(code) for code in range(len(self.values))]}
        if self.kind == "ordinal":
            return {**one, "type": "int", "lb": 0, "ub": len(self.values) - 1}
        if self.is_grid:
            last = math.floor((ends["ub"] - self.lb) / self.step + 1e-9)
            return {**one, "type": "int", "lb": 0, "ub": last}
        if self.kind == "sigmoid":
            return {**one, **ends, "type": "num"}
        if self.definition.get("log"):
            return {**one, **ends, "type": "pow_int" if self.kind == "int" else "pow", "base": 10}
        if self.kind in ("pow", "pow_int"):
            return {**one, "base": 10, **ends}
        return {**one, **ends}

    def to_hebo(self, value):
        """Return one of our values as HEBO has it."""
        if self.values is not None:
            code = self.values.index(value)
            return str(code) if self.kind == "cat" else code
        return round((value - self.lb) / self.step) if self.is_grid else value

    def from_hebo(self, value):
        """Return one of HEBO's values as ours."""
        value = value.item() if hasattr(value, "item") else value
        if self.values is not None:
            return self.values[int(value)]
        if self.kind == "bool":
            return bool(value)
        if self.is_grid:
            return self.lb + int(value) * self.step
        if self.kind in ("num", "pow", "sigmoid"):
            return min(max(float(value), float(self.lb)), float(self.definition["ub"]))
        return min(max(round(value), self.lb), self.definition["ub"])


class Served:
    """One optimizer."""

    def __init__(self, request, model):
        import numpy as np
        import torch

        from hebo.design_space.design_space import DesignSpace
        from hebo.optimizers.hebo import HEBO

        torch.set_num_threads(1)
        seed_pymoo()
        if model == "gpy":
            register_warped_model()
        for seed in (random.seed, np.random.seed, torch.manual_seed):
            seed(request["seed"])
        self.columns = [Column(one) for one in request["space"]]
        self.free = [one for one in self.columns if not one.constant]
        space = DesignSpace().parse([one.hebo_definition() for one in self.free])
        settings = {"model_name": model, **request.get("settings", {})}
        self.optimizer = HEBO(space, scramble_seed=request["seed"], **settings)

    def ask(self, request):
        """Suggest points."""
        rows = self.optimizer.suggest(request["n"]).to_dict("records")
        constants = {one.name: one.lb for one in self.columns if one.constant}
        found = [{one.name: one.from_hebo(row[one.name]) for one in self.free} for row in rows]
        return {"x": [{**constants, **point} for point in found]}

    def tell(self, request):
        """Observe values; HEBO itself leaves out those that are not finite."""
        import numpy as np
        import pandas as pd

        rows = [{one.name: one.to_hebo(row[one.name]) for one in self.free} for row in request["x"]]
        values = [math.nan if value is None else value for value in request["y"]]
        self.optimizer.observe(pd.DataFrame(rows), np.array(values).reshape(-1, 1))
        return {}


def seed_pymoo():
    """Hand pymoo's search a seed where that release would not use NumPy's global stream by itself."""
    import numpy as np

    import hebo.acq_optimizers.evolution_optimizer as module

    search = module.minimize

    def minimize(problem, algorithm, termination, **options):
        seed = np.random.randint(2**31 - 1)  # noqa: NPY002  (the stream that HEBO itself draws from)
        return search(problem, algorithm, termination, seed=seed, **options)

    if hasattr(module.NSGA2(), "random_state"):
        module.minimize = minimize


def register_warped_model():
    """Make the warped GPy model available as `model_name="gpy"`."""
    from hebo.models import model_factory
    from hebo.models.gp.gpy_wgp import GPyGP

    model_factory.model_dict["gpy"] = GPyGP
    model_factory.model_names.append("gpy")


def main():
    """Answer requests until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="gp", help="HEBO's model_name; 'gpy' is registered first")
    model = parser.parse_args().model
    warnings.filterwarnings("ignore")
    # HEBO prints while it works: standard output goes to standard error, the answers to a copy of it.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    served = None
    for line in sys.stdin:
        request, began = json.loads(line), time.process_time()
        if request["op"] == "stop":
            break
        if request["op"] == "start":
            served, answer = Served(request, model), {}
        else:
            answer = getattr(served, {"ask": "ask", "tell": "tell"}[request["op"]])(request)
        answer["cpu_seconds"] = time.process_time() - began
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
