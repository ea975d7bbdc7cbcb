# %% [markdown]
# # HEBO and its peers
#
# The numbers below come from the tables of runs in `docs/benchmarks/`, one row per optimiser, task and seed.
# Each table is what two commands leave behind, on one machine or on several:
#
# ```sh
# hebo run configs/benchmarks/hpo.yaml
# hebo scores runs/hpo-reporting --csv docs/benchmarks/hpo.csv
# ```
#
# - **Score**: 0 is the best known value of a task, 1 the mean of random search with the same budget; lower is
#   better. Noisy tasks are scored by the value without noise of the point with the best measured value.
# - **Intervals** are 95 % bootstrap intervals that resample tasks, and seeds within tasks.
# - **Difference** is that from HEBO on the tasks and seeds both have; positive: HEBO is better.
# - **Wins and losses** are HEBO's, by task: Wilcoxon's signed-rank test over seeds, Holm's correction over
#   tasks.
# - **CPU seconds** are those of one ask and the tell after it.

# %%
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd

from hebo.experiment.analysis import (
    cost_table,
    normalized_scores,
    read_run_tables,
    score_curves,
    score_table,
    task_table,
)
from hebo.experiment.report.score_figures import score_figure

REFERENCE = "hebo"
folder = next(one for one in (Path("docs/benchmarks"), Path("../docs/benchmarks")) if one.is_dir())
paths = [path for path in sorted(folder.glob("*.csv")) if path.read_text().startswith("# v1: ")]
table = read_run_tables(paths)
table.groupby(["suite", "part"], sort=False).agg(
    runs=("final", "size"),
    tasks=("task", "nunique"),
    optimizers=("optimizer", "nunique"),
    seeds=("seed", "nunique"),
    trials=("n_trials", "max"),
    batch=("batch_size", "max"),
)

# %% [markdown]
# Versions of the packages behind each table.

# %%
versions = {
    f"{suite} {part}".strip(): json.loads(text)
    for (suite, part, text), _ in table.groupby(["suite", "part", "versions"], sort=False)
}
pd.DataFrame(versions).fillna("")

# %% [markdown]
# ## Reporting tasks, by suite

# %%
reporting = table[table["part"] == "reporting"]
scores = {str(suite): normalized_scores(runs) for suite, runs in reporting.groupby("suite", sort=False)}
scores = {suite: one for suite, one in scores.items() if len(one.runs)}
left_out = {task: reason for one in scores.values() for task, reason in one.left_out.items()}
tables = {
    suite: score_table(one, reference=REFERENCE if REFERENCE in one.optimizers else None)
    for suite, one in scores.items()
}
pd.concat(tables, names=["suite"]).round(3)

# %% [markdown]
# Tasks without a score, and why.

# %%
pd.Series(left_out, name="reason", dtype=str).to_frame()

# %% [markdown]
# ## All reporting tasks, one point at a time and in batches

# %%
pooled = {}
shared = [suite for suite, one in scores.items() if REFERENCE in one.optimizers]
for batch, runs in reporting[reporting["suite"].isin(shared)].groupby("batch_size"):
    together = normalized_scores(runs)
    reference = REFERENCE if REFERENCE in together.optimizers else None
    pooled[f"batches of {batch}"] = score_table(together, reference=reference)
pd.concat(pooled, names=["batch"]).round(3)

# %% [markdown]
# ## Mean score against trials

# %%
[score_figure(score_curves(one), one.optimizers, name=suite) for suite, one in scores.items()]

# %% [markdown]
# ## Mean score by task

# %%
pd.concat([task_table(one) for one in scores.values()]).round(3)

# %% [markdown]
# ## One change of the default at a time
#
# Tuning tasks only, scores cut off at 1.5: a few runs that score up to 7.5 would decide every mean.

# %%
ablation = normalized_scores(table[table["suite"] == "ablation"])
cut = replace(ablation, runs=ablation.runs.assign(score=ablation.runs["score"].clip(upper=1.5)))
changes = score_table(cut, reference=REFERENCE)
changes.round(3)

# %% [markdown]
# ## What a suggestion costs
#
# `ratio` is that of the medians to the reference. Fallbacks are the share of asks in which some computation
# took its second-best way.

# %%
costs = cost_table(table, reference=REFERENCE)
costs.round(4)
