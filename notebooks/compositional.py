# %% [markdown]
# # Objectives that are functions of an expectation
#
# Some objectives are a function of an expectation, `J(x) = f(E_w[g_w(x)])`: risk measures, log likelihoods of
# models without a closed normalization, acquisitions of batches. The *plug-in* estimate puts the mean of
# a few samples in the place of the expectation; its gradient is biased, unless `f` is linear. Compositional
# methods (SCGD, ASCGD, NASA, C-ADAM) keep a running mean of the inner values in place of it.
#
# First an example in a few lines, then a comparison with Adam at equal numbers of samples. Its numbers come
# from `docs/benchmarks/compositional.csv`, which one command writes:
#
# ```sh
# python configs/benchmarks/compositional/run.py --csv docs/benchmarks/compositional.csv
# ```

# %%
import os
from pathlib import Path

import pandas as pd
import torch
from matplotlib.figure import Figure

from hebo.descent.cadam import CADAM
from hebo.descent.nested import Nested, descend, descend_plug_in
from hebo.descent.projections import Box
from hebo.random import make_generator

SMALL = bool(os.environ.get("SMOKE_TEST"))

# %% [markdown]
# ## A log likelihood
#
# `J(x) = log E_w[exp(x w)] - c x` with `w` exponentially distributed. It is `-log(1 - x) - c x`, which is
# smallest at `x = 1 - 1 / c`. With `c = 1.5` that is 1/3.

# %%
c = 1.5


def draw(n, generator):
    """Return `n` exponential samples."""
    return -torch.log1p(-torch.rand(n, 1, dtype=torch.float64, generator=generator))


def inner(x, w):
    """Return `exp(x w)` and `c x`, `r x n x 2`."""
    return torch.stack([torch.exp(x @ w.T), (c * x).expand(-1, len(w))], dim=2)


problem = Nested(draw, inner, outer=lambda y: y[:, 0].log() - y[:, 1])

# %% [markdown]
# The mean of the plug-in gradient at the optimum, where the exact one is 0, by the number of samples:

# %%
bias = {}
for n in (1, 2, 4, 16, 64):
    generator, total = make_generator("bias", n), 0.0
    n_repeats = 50 if SMALL else 20_000
    for _ in range(n_repeats):
        x = torch.full((1, 1), 1 / 3, dtype=torch.float64, requires_grad=True)
        problem.outer(problem.sample(n, generator)(x)).sum().backward()
        total += x.grad.item()
    bias[n] = total / n_repeats
pd.Series(bias, name="mean gradient").rename_axis("samples").to_frame().round(3)

# %% [markdown]
# So Adam with a few samples a step stops elsewhere, and C-ADAM does not. Each row of the tensor is a restart.

# %%
n_steps = 50 if SMALL else 4000
starts = torch.linspace(-1, 0.4, 8, dtype=torch.float64).unsqueeze(1)
plug_in = starts.clone().requires_grad_()
adam = torch.optim.Adam([plug_in], lr=0.003)
box = Box(-1.0, 0.45)
descend_plug_in(
    adam,
    plug_in,
    problem,
    2 * n_steps,
    generator=make_generator(1),
    sample_sizes=lambda t: 4,
    projection=box,
)

tracked = starts.clone()
stepper = CADAM([tracked], lr=0.1, beta=0.1, projection=box)
descend(stepper, problem, n_steps, generator=make_generator(1), sample_sizes=lambda t: 4)
ends = {"optimum": 1 / 3, "Adam, plug-in": plug_in.detach(), "C-ADAM": tracked}
rows = {name: [float(torch.as_tensor(x).min()), float(torch.as_tensor(x).max())] for name, x in ends.items()}
pd.DataFrame.from_dict(rows, orient="index", columns=["least x", "largest x"]).round(3)

# %% [markdown]
# ## Comparison at equal numbers of samples
#
# - **`log_partition`**: the same in ten variables. The plug-in gradient is biased.
# - **`portfolio`**: the weights of ten assets with least CVaR (the mean of the worst tenth of losses), with
#   heavy-tailed returns, in the form of Rockafellar and Uryasev. Its outer function is linear, so the plug-in
#   gradient is *not* biased. `batch CVaR` replaces CVaR by that of the batch, which is.
#
# All methods have 40,000 samples. Settings were tuned on other instances. The gap is the distance to the
# optimal value, of the portfolio relative to it. Below are the mean, least and largest of five seeds.

# %%
folder = next(one for one in (Path("docs/benchmarks"), Path("../docs/benchmarks")) if one.is_dir())
runs = pd.read_csv(folder / "compositional.csv")
last = runs.groupby(["problem", "method", "settings", "seed"], sort=False)["gap"].last()
table = last.groupby(["problem", "method", "settings"], sort=False).agg(["mean", "min", "max"])
table.loc["log_partition"].sort_values("mean").round(4)

# %%
table.loc["portfolio"].sort_values("mean").round(4)

# %% [markdown]
# Mean gap against samples.

# %%
SHOWN = {
    "log_partition": ["Adam, K = 4", "Adam, cosine, K = 32", "SCGD, K = 4", "C-ADAM, K = 4"],
    "portfolio": [
        "Adam, cosine, K = 16",
        "Adam, cosine, Euclidean, K = 16",
        "SCGD, K = 16",
        "C-ADAM, K = 16",
    ],
}
figure = Figure(figsize=(9, 3.2), layout="constrained")
for axes, (name, methods) in zip(figure.subplots(1, 2), SHOWN.items(), strict=True):
    for method in methods:
        curve = runs[(runs["problem"] == name) & (runs["method"] == method)]
        mean = curve.groupby(curve.groupby("seed").cumcount())[["samples", "gap"]].mean()
        axes.plot(mean["samples"], mean["gap"], label=method)
    axes.set(title=name, xlabel="samples", ylabel="mean gap", yscale="log")
    axes.legend(frameon=False, fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
figure

# %% [markdown]
# ## Searches of acquisitions
#
# qEI of a batch is such an objective. `configs/benchmarks/maximizers/run.py` lets searches of every order
# look for batches of 1, 4 and 16 points on models of six problems of 4 to 60 variables, ten seeds each. A
# batch counts by its qEI under 8,192 samples that all share, relative to what L-BFGS-B finds on qLogEI;
# CPU time is relative to it, too. The table has medians, and the shares of instances that are more than 2
# % worse or better.

# %%
found = pd.read_csv(folder / "maximizers.csv")
REFERENCE = "lbfgs, q_log_ei"
keys = ["problem", "q", "seed"]
values, cpu = (found.pivot_table(index=keys, columns="search", values=one) for one in ("value", "cpu"))
ratios, times = (one.div(one[REFERENCE], axis=0) for one in (values, cpu))
searches = ratios.groupby("q").median().T.rename(columns="q = {}".format)
searches["worse"], searches["better"] = (ratios < 0.98).mean(), (ratios > 1.02).mean()
searches["CPU"] = times.median()
searches.sort_values("q = 16", ascending=False).round(2)

# %% [markdown]
# What a search finds at 16 points against its CPU time. Memory-efficient steps find less; see
# `hebo.acquisitions.sampled_forms.MemoryEfficient`.

# %%
figure = Figure(figsize=(7, 4), layout="constrained")
axes = figure.subplots()
at_16 = times.xs(16, level="q").median()
CROWDED = ("scgd, compositional", "scgd, memory_efficient", "Adam, q_log_ei", "AdamOnSchedules, expectation")
for name, value in searches["q = 16"].items():
    is_nested = name.endswith(("compositional", "memory_efficient"))
    axes.scatter(at_16[name], value, color="tab:orange" if is_nested else "tab:blue", s=18)
    if name not in CROWDED and not name.startswith(("ascgd", "Adam, exp")):
        axes.annotate(name, (at_16[name], value), fontsize=7, xytext=(4, -8), textcoords="offset points")
axes.set(
    xlim=(0.15, 4),
    xscale="log",
    xlabel="CPU time relative to L-BFGS-B",
    ylabel="qEI relative to L-BFGS-B, q = 16",
)
axes.set_xticks([0.2, 0.5, 1, 2], ["0.2", "0.5", "1", "2"])
axes.minorticks_off()
axes.spines[["top", "right"]].set_visible(False)
figure

# %% [markdown]
# Whole runs: `hebo run configs/compositional/loop.yaml`, batches of eight, five seeds. Mean regret after 72
# evaluations, in shares of that of random search.

# %%
loop = pd.read_csv(folder / "maximizers_loop.csv", comment="#")
regret = (loop["final"] - loop["optimum"]).groupby([loop["optimizer"], loop["task"]]).mean().unstack()
regret.div(regret.loc["random_search"], axis=1).round(3)
