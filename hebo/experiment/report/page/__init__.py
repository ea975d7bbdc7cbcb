"""Pages of reports: which one an experiment has, and its files."""

from hebo.experiment.report.page.writing import write_report

__all__ = ["write_report"]
