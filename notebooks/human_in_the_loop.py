# %% [markdown]
# # A person in the loop
#
# Somebody wants the best coffee. Nobody can measure how good a cup is, but of two cups everybody can say
# which one is better. Later there are measurements, settings that could not be kept, and an expert with a
# belief. Each of these is told to an optimizer here.
#
# So that the story runs by itself, the person is a function. The optimizer sees answers only.

# %%
import os

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from hebo import HEBO, DesignSpace
from hebo.acquisitions.mace import MACE
from hebo.acquisitions.prior_guided import Belief, PriorGuided
from hebo.presets import HEBORecipe
from hebo.recommenders.preferential import Preferential
from tasks.synthetic.branin import Branin

SMALL = bool(os.environ.get("SMOKE_TEST"))
space = DesignSpace().parse(
    [
        {"name": "temperature", "type": "num", "lb": 85, "ub": 96},
        {"name": "grams", "type": "num", "lb": 14, "ub": 22},
        {"name": "roast", "type": "cat", "categories": ["light", "medium", "dark"]},
    ]
)


def pleasure(cups):
    """Return how good cups are: what only the person knows."""
    roast = cups["roast"].map({"light": 0.0, "medium": 0.6, "dark": -0.4}).astype(float)
    return roast - ((cups["temperature"] - 92.5) / 4) ** 2 - ((cups["grams"] - 17.0) / 3) ** 2


# %% [markdown]
# ## Which of two cups is better?
#
# `ask(2)` brews two cups. The answer is told by `prefer(better, worse)`.

# %%
optimizer = Preferential().build(space, seed=1)
best = []
for _ in range(4 if SMALL else 16):
    pair = optimizer.ask(2)
    order = pleasure(pair).argsort()[::-1].tolist()
    optimizer.prefer(pair.iloc[order[:1]], pair.iloc[order[1:]])
    best.append(pleasure(optimizer.best_x).item())
optimizer.comparisons.tail(4)

# %% [markdown]
# The best cup so far, as the model sees it, and how good it really was after each answer. The best possible
# cup has 0.6.

# %%
optimizer.best_x.round(2)

# %%
figure = Figure(figsize=(6, 2.8), layout="constrained")
axes = figure.subplots()
axes.step(range(1, len(best) + 1), best, where="post")
axes.axhline(0.6, color="0.5", lw=1, ls="--")
axes.set(xlabel="comparisons", ylabel="pleasure of the best cup")
axes.spines[["top", "right"]].set_visible(False)
figure

# %% [markdown]
# ## A ranking, and a mistake
#
# Four cups are ranked at once: that is three comparisons of neighbors. Then the person finds that the last
# two were in the wrong order. The answer is taken back, and given the other way round.

# %%
cups = optimizer.ask(4)
ranked = cups.iloc[pleasure(cups).argsort()[::-1].tolist()]
mistaken = ranked.iloc[[0, 1, 3, 2]]
optimizer.prefer(mistaken[:-1], mistaken[1:])
optimizer.retract(mistaken[2:3], mistaken[3:])
optimizer.prefer(ranked[2:3], ranked[3:])
optimizer.comparisons.tail(3)

# %% [markdown]
# A cup that was spilled is forgotten; nothing waits for it any more.

# %%
spilled = optimizer.ask()
optimizer.forget(spilled)
len(optimizer.pending)

# %% [markdown]
# ## Settings that could not be kept
#
# A new optimizer is told measurements: how far the extraction is from what it should be. The machine cannot
# hold the temperature, so cups come out a little colder than asked for. They are told `evaluated_at` what
# they were brewed with.

# %%
measured = HEBO(space, scramble_seed=2)
for _ in range(2 if SMALL else 6):
    asked = measured.ask(3)
    brewed = asked.assign(temperature=(asked["temperature"] - 0.7).clip(lower=85))
    measured.tell(asked, -pleasure(brewed), evaluated_at=brewed)
measured.history.tail(3).round(2)

# %% [markdown]
# ## A belief about the optimum
#
# An expert believes in a place. The belief multiplies the acquisition by a prior, whose power falls with the
# number of observations. If it is right, fewer evaluations are needed; if it is wrong, it is forgotten.
# Branin's function has a minimum at (-3.14, 12.3). The wrong belief is at (10, 15), far from all minima.

# %%
task = Branin()
BELIEFS = {
    "no belief": None,
    "right": {"x1": Belief(center=-3.0, spread=0.1), "x2": Belief(center=12.0, spread=0.1)},
    "wrong": {"x1": Belief(center=10.0, spread=0.1), "x2": Belief(center=15.0, spread=0.1)},
}
N_SEEDS, N_TRIALS = (1, 6) if SMALL else (10, 30)


def regrets(prior, seed):
    """Return the simple regret after each evaluation."""
    acquisition = MACE() if prior is None else PriorGuided(of=MACE(), prior=prior)
    one = HEBORecipe(acquisition=acquisition).build(task.space, seed=seed)
    for _ in range(N_TRIALS):
        point = one.ask()
        one.tell(point, task.evaluate(point)["y"])
    return np.minimum.accumulate(one.y[:, 0]) - task.optimum


curves = {
    name: np.median([regrets(prior, seed) for seed in range(N_SEEDS)], axis=0)
    for name, prior in BELIEFS.items()
}
pd.DataFrame(curves, index=range(1, N_TRIALS + 1)).iloc[[3, *range(5, N_TRIALS, 6)]].round(4)

# %%
figure = Figure(figsize=(6, 3), layout="constrained")
axes = figure.subplots()
for name, values in curves.items():
    axes.plot(range(1, N_TRIALS + 1), values, label=name)
axes.set(xlabel="evaluations", ylabel="median simple regret", yscale="log")
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)
figure
