"""Structure metrics of this checkout: sizes, import edges and circles per wing, and what adding a part costs.

    python tests/tools/structure.py

Everything is counted in source text; imports under `TYPE_CHECKING` and inside functions count.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "support"))

import layers
import measures

TESTS = layers.ROOT / "tests"
NEW_PARTS = TESTS / "hebo" / "experiment" / "new_parts"
SCHEMA = layers.ROOT / "hebo" / "experiment" / "experiment.schema.json"


def report() -> Iterator[str]:
    """Return the report, line by line."""
    modules = layers.sources()
    fields = measures.fields(modules, "BayesOptRecipe")
    yield f"BayesOptRecipe: {len(fields)} fields: {', '.join(fields)}"
    yield ""
    yield f"{'wing':24s} {'files':>6s} {'lines':>6s} {'edges':>6s} {'circles':>8s}"
    for wing, (files, lines, edges, circles) in measures.wings(modules).items():
        yield f"{wing:24s} {files:6d} {lines:6d} {edges:6d} {circles:8d}"
    yield from _whole_tree(modules)
    yield ""
    yield f"To add a part, as in {NEW_PARTS.relative_to(layers.ROOT)}:"
    for kind, (files, lines, catalog_lines) in measures.edits(NEW_PARTS).items():
        yield f"  {kind}: {files} file ({lines} lines), {catalog_lines} catalog line, its test"
    if SCHEMA.exists():
        yield f"  and `make schema` for parts of this repository, as {SCHEMA.name} is committed"


def _whole_tree(modules: dict[str, str]) -> Iterator[str]:
    graph = layers.module_graph(modules)
    circles = layers.cycles(graph)
    n_lines = sum(len(source.splitlines()) for source in modules.values())
    yield f"{'all sources':24s} {len(modules):6d} {n_lines:6d} {sum(map(len, graph.values())):6d} {len(circles):8d}"
    yield from (f"  circle: {', '.join(sorted(circle))}" for circle in circles)
    yield ""
    yield f"{measures.count_tests(TESTS)} test functions"


if __name__ == "__main__":
    print("\n".join(report()))
