"""Reports: the page of an experiment, scores and ranks of optimisers, predictions of surrogates.

All of it needs matplotlib or pandas, so each function loads at its first use. Normalised scores of many
experiments come from small tables:

```python
table = read_run_tables([Path("docs/benchmarks/hpo.csv")])
scores = normalised_scores(table)
print(score_table(scores))
score_figure(score_curves(scores), scores.optimizers)

comparison = compare(run_blocks(table, ["hebo", "optuna_tpe", "random_search"]).values)
critical_difference_figure(comparison, ["hebo", "optuna_tpe", "random_search"])
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hebo.experiment.report.bayesmark_score import bayesmark_table
    from hebo.experiment.report.blocks import run_blocks
    from hebo.experiment.report.critical_difference_figure import critical_difference_figure
    from hebo.experiment.report.fit_quality import cut_histories, fit_cells, histories
    from hebo.experiment.report.normalised import normalised_scores, score_curves
    from hebo.experiment.report.page import write_report
    from hebo.experiment.report.ranks import compare
    from hebo.experiment.report.run_files import merge_run_tables, read_run_tables, write_run_table
    from hebo.experiment.report.run_tables import run_table
    from hebo.experiment.report.score_figures import score_figure
    from hebo.experiment.report.score_tables import cost_table, score_table, task_table

_HOMES = {
    "write_report": "hebo.experiment.report.page",
    "cost_table": "hebo.experiment.report.score_tables",
    "bayesmark_table": "hebo.experiment.report.bayesmark_score",
    "compare": "hebo.experiment.report.ranks",
    "critical_difference_figure": "hebo.experiment.report.critical_difference_figure",
    "cut_histories": "hebo.experiment.report.fit_quality",
    "fit_cells": "hebo.experiment.report.fit_quality",
    "histories": "hebo.experiment.report.fit_quality",
    "run_blocks": "hebo.experiment.report.blocks",
    "normalised_scores": "hebo.experiment.report.normalised",
    "score_curves": "hebo.experiment.report.normalised",
    "merge_run_tables": "hebo.experiment.report.run_files",
    "read_run_tables": "hebo.experiment.report.run_files",
    "write_run_table": "hebo.experiment.report.run_files",
    "run_table": "hebo.experiment.report.run_tables",
    "score_figure": "hebo.experiment.report.score_figures",
    "score_table": "hebo.experiment.report.score_tables",
    "task_table": "hebo.experiment.report.score_tables",
}

__all__ = [
    "bayesmark_table",
    "compare",
    "cost_table",
    "critical_difference_figure",
    "cut_histories",
    "fit_cells",
    "histories",
    "merge_run_tables",
    "normalised_scores",
    "read_run_tables",
    "run_blocks",
    "run_table",
    "score_curves",
    "score_figure",
    "score_table",
    "task_table",
    "write_report",
    "write_run_table",
]


def __getattr__(name: str) -> Any:
    """Load a public function at its first use."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'hebo.experiment.report' has no attribute '{name}'")
