# %% [markdown]
# # Designing the loop of an antibody
#
# An antibody holds on to its antigen with a loop, CDRH3, of some eleven amino acids. Which of the 20^11
# loops binds best? Here the answer is computed: antigen and loop lie on a cubic lattice, every way in which
# the loop can lie on the antigen is looked at, and the best one counts (`tasks/antibody/`). That takes
# milliseconds, but a search is only told what a laboratory would be: one number for each loop it asks for.
#
# Loops must be developable: a net charge from -2 to 2, no glycosylation motif, no letter six times in a row.

# %%
import os
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from hebo.experiment.analysis import normalized_scores, read_run_tables, score_curves, score_table
from hebo.experiment.report.score_figures import score_figure
from hebo.random import make_generator
from mcbo.presets import AntBO
from tasks.antibody.antibody_design import AntibodyDesign

N_LOOPS = 25 if os.environ.get("SMOKE_TEST") else 100
task = AntibodyDesign(antigen="S85")
optimizer = AntBO().build(task.space, seed=1)

# %% [markdown]
# ## One loop after the other
#
# `ask` gives a table of loops, one column per residue, `tell` takes their energies. In a laboratory there are
# days between the two, and `hebo ask` and `hebo tell` do the same with spreadsheets.

# %%
for _ in range(N_LOOPS):
    loops = optimizer.ask()
    measured = task.evaluate(loops)
    optimizer.tell(loops, measured[["energy"]].to_numpy())
history = optimizer.X.assign(energy=optimizer.y[:, 0]).sort_values("energy", kind="stable")
history["loop"] = history[task.space.names].agg("".join, axis=1)
history[["loop", "energy"]].head(8)

# %% [markdown]
# ## The best loop where it lies, and what the best ones have in common
#
# Named residues of the antigen touch the loop. The logo shows how much each place matters: a tall letter is
# in nearly all of the best loops.

# %%
best = history.drop_duplicates("loop").head(20)
list(task.pictures(best[task.space.names]).values())

# %% [markdown]
# ## Against random loops and a genetic algorithm
#
# Energies after each number of loops, for this one run beside as many random loops.

# %%
random_loops = task.space.decode(task.space.sample(N_LOOPS, generator=make_generator("random loops")))
trajectories = {
    "AntBO": pd.Series(optimizer.y[:, 0]).cummin(),
    "random": task.evaluate(random_loops)["energy"].cummin().reset_index(drop=True),
}
figure = Figure(figsize=(6, 3.2), layout="constrained")
axes = figure.subplots()
for name, energies in trajectories.items():
    axes.step(range(1, N_LOOPS + 1), energies, where="post", label=name)
axes.set_xlabel("loops")
axes.set_ylabel("best energy, RT")
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)
figure

# %% [markdown]
# And over three antigens with many seeds, from the table of runs that `hebo run
# configs/antibody/three_antigens.yaml` and `hebo scores --csv` leave behind: 1 is the mean of random search,
# 0 the best energy that any run has found.

# %%
places = (Path("docs/benchmarks/domains"), Path("../docs/benchmarks/domains"))
table = read_run_tables([next(one for one in places if one.is_dir()) / "antibody.csv"])
scores = normalized_scores(table)
score_table(scores, reference="antbo").round(2)

# %%
score_figure(score_curves(scores), scores.optimizers)

# %%
table.pivot_table(index="optimizer", columns="task", values="final", aggfunc="median").round(2)
