"""Reports: the page of an experiment, and figures of scores and ranks.

```python
score_figure(score_curves(scores), scores.optimizers)
critical_difference_figure(compare(run_blocks(table, optimizers).values), optimizers)
```

All of it needs matplotlib, so each function loads at its first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hebo.experiment.report.critical_difference_figure import (
        critical_difference_figure as critical_difference_figure,
    )
    from hebo.experiment.report.page import write_report as write_report
    from hebo.experiment.report.score_figures import score_figure as score_figure

_HOMES = {
    "critical_difference_figure": "critical_difference_figure",
    "write_report": "page",
    "score_figure": "score_figures",
}


def __getattr__(name: str) -> Any:
    """Load a public function at its first use."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
