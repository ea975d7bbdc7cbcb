"""Reports: one HTML page with the figures of an experiment, and Bayesmark's score.

`write_report` needs matplotlib and `bayesmark_table` pandas, so both load at their first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hebo.experiment.report.bayesmark_score import bayesmark_table
    from hebo.experiment.report.page import write_report

_HOMES = {
    "write_report": "hebo.experiment.report.page",
    "bayesmark_table": "hebo.experiment.report.bayesmark_score",
}

__all__ = ["bayesmark_table", "write_report"]


def __getattr__(name: str) -> Any:
    """Load a public function at its first use."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'hebo.experiment.report' has no attribute '{name}'")
