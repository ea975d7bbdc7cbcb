# %% [markdown]
# # Pretrained models
#
# A Gaussian process is fitted anew at each ask. *Amortization* does that work once: a network sees very many
# generated functions, each with some observed points and others to be predicted, and learns to answer for
# functions that it has never seen in one pass. This notebook looks at three of them:
#
# * `amortised_gp`: the network sets the hyperparameters of a Gaussian process, the rest is exact;
# * `neural_process`: a transformer gives the whole prediction, as a histogram of 512 bars;
# * the same transformer, trained on one's own earlier runs.

# %%
import os
from pathlib import Path
from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch

from hebo import DesignSpace
from hebo.acquisitions.marginals import marginals
from hebo.data import Data
from hebo.experiment.cli.pretrain import train_plan
from hebo.experiment.config.pretraining import build_pretraining
from hebo.experiment.yaml.document import parse_yaml
from hebo.random import make_generator
from hebo.surrogates.amortized.amortized_gp import AmortizedGP
from hebo.surrogates.neural_process.neural_process import NeuralProcess
from hebo.surrogates.warped_gp import WarpedGP
from hebo.training.processes import Processes

SMALL = bool(os.environ.get("SMOKE_TEST"))

# %% [markdown]
# ## Predictions beside those of a fitted process
#
# Two functions of one column: a smooth one, and one with a step. Eight points of each are observed.

# %%
space = DesignSpace().parse([{"name": "x", "type": "num", "lb": 0.0, "ub": 1.0}])
functions = {
    "smooth": lambda x: np.sin(7 * x) * (1.5 - x),
    "with a step": lambda x: np.where(x < 0.55, -1.0, 1.0) + 0.1 * np.sin(20 * x),
}
surrogates = {"warped_gp": WarpedGP(), "amortised_gp": AmortizedGP(), "neural_process": NeuralProcess()}
observed = np.array([0.03, 0.12, 0.3, 0.42, 0.5, 0.62, 0.8, 0.95])
grid = np.linspace(0, 1, 60 if SMALL else 300)


def data_of(function):
    """Return observations in units of their spread, as a loop tells a surrogate."""
    y = torch.from_numpy(function(observed)).unsqueeze(-1)
    return Data(torch.from_numpy(observed).unsqueeze(-1), (y - y.mean()) / y.std(correction=0))


models = {
    (name, surrogate): recipe.fit(data_of(function), space, generator=make_generator(0))
    for name, function in functions.items()
    for surrogate, recipe in surrogates.items()
}

# %%
figure, axes = plt.subplots(2, 3, figsize=(11, 5), sharex=True, sharey="row")
points = torch.from_numpy(grid).reshape(-1, 1, 1)
for row, name in zip(axes, functions, strict=True):
    data = data_of(functions[name])
    for axis, surrogate in zip(row, surrogates, strict=True):
        with torch.no_grad():
            found = marginals(models[name, surrogate], points)
        axis.fill_between(grid, found.mean - 2 * found.sd, found.mean + 2 * found.sd, alpha=0.25)
        axis.plot(grid, found.mean)
        axis.plot(data.x, data.y, "k.")
        axis.set_title(f"{surrogate}, {name}")
figure.tight_layout()
figure

# %% [markdown]
# The band is two standard deviations wide on each side. That of a Gaussian process is all there is to know of
# its prediction. The transformer gives a histogram, which may be skewed or have two peaks: beside a step the
# value is one or the other, and seldom the mean.

# %%
at = torch.tensor([[0.56]], dtype=torch.float64)
process = models["with a step", "neural_process"]
values = torch.linspace(-3, 3, 400, dtype=torch.float64)
with torch.no_grad():
    bars = process.own_marginals(at.expand(len(values), -1)).log_density(values).exp()
    normal = marginals(models["with a step", "warped_gp"], at.unsqueeze(0))
figure, axis = plt.subplots(figsize=(6, 3))
axis.plot(values, bars, label="neural_process")
densities = torch.distributions.Normal(normal.mean, normal.sd).log_prob(values).exp()
axis.plot(values, densities, label="warped_gp")
axis.set(title="Predicted values at x = 0.56", xlabel="value", ylabel="density")
axis.legend()
figure.tight_layout()
figure

# %% [markdown]
# ## When to use which
#
# The guide, `docs/guide/pretrained.md`, has a table. None of them is the default.

# %% [markdown]
# ## Training on one's own runs
#
# Three earlier runs of the same tuning problem, as tables. A small transformer is trained on functions like
# those; `hebo pretrain FILE.yaml` does the same from the command line. Here it runs only briefly.

# %%
folder = Path(mkdtemp())
rng = np.random.default_rng(0)
for number, best in enumerate((0.3, 0.4, 0.35)):
    lr, depth = rng.uniform(0, 1, 40), rng.integers(1, 7, 40)
    loss = (lr - best) ** 2 + 0.02 * (depth - 4) ** 2
    pd.DataFrame({"lr": lr, "depth": depth, "loss": loss}).to_csv(folder / f"run{number}.csv", index=False)

yaml = f"""
name: own
learner: {{type: neural_process, sizes: {{width: 32, n_layers: 2, mlp: 64, column_hidden: 32, n_bars: 128}}}}
prior:
  type: noisy
  sd: [0.01, 0.1]
  of:
    type: earlier_tasks
    space:
      - {{name: lr, type: num, lb: 0, ub: 1}}
      - {{name: depth, type: int, lb: 1, ub: 6}}
    files: ["{folder}/run*.csv"]
    value: loss
shapes: {{n_context: [2, 20], n_queries: 24}}
batch_size: 32
n_steps: {20 if SMALL else 600}
learning_rate: 0.003
checkpoint_every: 200
output: "{folder}/trained"
"""
plan = build_pretraining(parse_yaml(yaml, file="own.yaml"))
train_plan(plan, Processes(0, 1, torch.device("cpu")))

# %% [markdown]
# After three evaluations of a fourth problem of that sort:

# %%
own = DesignSpace().parse(
    [{"name": "lr", "type": "num", "lb": 0, "ub": 1}, {"name": "depth", "type": "int", "lb": 1, "ub": 6}]
)
told = own.encode(pd.DataFrame({"lr": [0.1, 0.6, 0.9], "depth": [2, 4, 5]}))
loss = (told[:, :1] - 0.33) ** 2 + 0.02 * (told[:, 1:] - 4) ** 2
few = Data(told, -(loss - loss.mean()) / loss.std())
trained = NeuralProcess(weights=str(folder / "trained" / "own.safetensors"))
line = own.encode(pd.DataFrame({"lr": grid, "depth": [4] * len(grid)})).unsqueeze(1)
figure, axis = plt.subplots(figsize=(6, 3))
for name, recipe in {"trained on earlier runs": trained, "warped_gp": WarpedGP()}.items():
    model = recipe.fit(few, own, generator=make_generator(0))
    with torch.no_grad():
        found = marginals(model, line)
    axis.plot(grid, found.mean, label=name)
    axis.fill_between(grid, found.mean - 2 * found.sd, found.mean + 2 * found.sd, alpha=0.2)
axis.axvline(0.33, color="k", linestyle=":", label="optimum")
axis.set(title="depth 4, larger is better", xlabel="lr")
axis.legend()
figure.tight_layout()
figure
