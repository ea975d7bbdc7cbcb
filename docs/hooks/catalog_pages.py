"""MkDocs hook: API pages of the parts that have a name in YAML, one page per kind, from the catalogs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hebo.catalog import PARTS as HEBO
from mcbo.catalog import PARTS as MCBO
from tasks.catalog import PARTS as TASKS

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

TITLES = {
    "optimizer": "Optimizers",
    "surrogate": "Surrogates",
    "risk_measure": "Risk measures",
    "kernel": "Kernels",
    "acquisition": "Acquisitions",
    "acq_optimizer": "Acquisition optimizers",
    "region": "Regions",
    "batch_rule": "Batch rules",
    "failure_rule": "Failure rules",
    "output_transform": "Output transforms",
    "executor": "Executors",
    "task": "Tasks",
    "task_prior": "Task priors",
    "learner": "Learners",
}


def parts_of(kind: str) -> dict[str, tuple[str, str]]:
    """Return name -> ("module:Class", summary) of the parts of a kind, of all three packages."""
    return {name: part for catalog in (HEBO, MCBO, TASKS) for name, part in catalog.get(kind, {}).items()}


def page(title: str, parts: Mapping[str, tuple[str, str]]) -> str:
    """Return the Markdown of a page: a table of the names, then the reference of each part."""
    rows = [f"| [`{name}`](#{name}) | {summary} |" for name, (_, summary) in parts.items()]
    table = "\n".join(["| `type` | |", "|---|---|", *rows])
    entries = [_entry(name, path) for name, (path, _) in parts.items()]
    return "\n\n".join([f"# {title}", table, *entries]) + "\n"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each kind of part."""
    from mkdocs.structure.files import File

    for kind, title in TITLES.items():
        files.append(File.generated(config, f"api/{kind}.md", content=page(title, parts_of(kind))))
    return files


def _entry(name: str, path: str) -> str:
    """Return a heading that the table links to, and the directive for mkdocstrings."""
    options = "{heading_level: 3, show_if_no_docstring: true}"  # settings have no docstrings of their own
    return f"## {name} {{ #{name} }}\n\n::: {path.replace(':', '.')}\n    options: {options}"
