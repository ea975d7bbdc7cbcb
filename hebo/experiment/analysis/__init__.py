"""Analysis of experiments: scores and ranks of optimisers, predictions of surrogates; numbers, no drawing.

Normalised scores of many experiments come from small tables:

```python
table = read_run_tables([Path("docs/benchmarks/hpo.csv")])
scores = normalized_scores(table)
print(score_table(scores))

optimizers = ["hebo", "optuna_tpe", "random_search"]
print(compare(run_blocks(table, optimizers).values).verdict)
```

All of it needs pandas, so each function loads at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hebo.experiment.analysis.bayesmark_score import bayesmark_table as bayesmark_table
    from hebo.experiment.analysis.blocks import run_blocks as run_blocks
    from hebo.experiment.analysis.fit_quality import cut_histories as cut_histories
    from hebo.experiment.analysis.fit_quality import fit_cells as fit_cells
    from hebo.experiment.analysis.fit_quality import histories as histories
    from hebo.experiment.analysis.normalized import normalized_scores as normalized_scores
    from hebo.experiment.analysis.normalized import score_curves as score_curves
    from hebo.experiment.analysis.ranks import compare as compare
    from hebo.experiment.analysis.run_files import merge_run_tables as merge_run_tables
    from hebo.experiment.analysis.run_files import read_run_tables as read_run_tables
    from hebo.experiment.analysis.run_files import write_run_table as write_run_table
    from hebo.experiment.analysis.run_tables import run_table as run_table
    from hebo.experiment.analysis.score_tables import cost_table as cost_table
    from hebo.experiment.analysis.score_tables import score_table as score_table
    from hebo.experiment.analysis.score_tables import task_table as task_table

_NAMES = {
    "bayesmark_score": ["bayesmark_table"],
    "blocks": ["run_blocks"],
    "fit_quality": ["cut_histories", "fit_cells", "histories"],
    "normalized": ["normalized_scores", "score_curves"],
    "ranks": ["compare"],
    "run_files": ["merge_run_tables", "read_run_tables", "write_run_table"],
    "run_tables": ["run_table"],
    "score_tables": ["cost_table", "score_table", "task_table"],
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Load a public function at its first use."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
