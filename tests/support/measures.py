"""Structure metrics of the source tree, computed from its text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import layers

Parts = dict[str, tuple[str, str]]
"""Name -> (`module:Class`, summary)."""

# Folders whose modules belong together; every subpackage of `tasks` is one more.
_HEBO = "design_space experiment recommenders optimizers peers surrogates kernels acquisitions acq_optimizers regions"
WINGS = (*(f"hebo.{name}" for name in _HEBO.split()), "mcbo")


class Wing(NamedTuple):
    """Size of a wing.

    Attributes:
        files: Modules.
        lines: Lines of source, blank ones and comments included.
        edges: Imports of one module of the wing by another.
        circles: Groups of modules of the wing that import one another.
    """

    files: int
    lines: int
    edges: int
    circles: int


class Edits(NamedTuple):
    """What a new part costs: source files, their lines, and lines of a catalog."""

    files: int
    lines: int
    catalog_lines: int


def wings(modules: Mapping[str, str]) -> dict[str, Wing]:
    """Return wing -> size, of those that are there."""
    graph = layers.module_graph(modules)
    tasks = sorted({".".join(name.split(".")[:2]) for name in modules if name.startswith("tasks.")})
    folders = [one for one in (*WINGS, *tasks) if any(name.startswith(f"{one}.") for name in modules)]
    return {wing: _wing(wing, modules, graph) for wing in folders}


def _wing(wing: str, modules: Mapping[str, str], graph: Mapping[str, set[str]]) -> Wing:
    inside = {name for name in modules if name == wing or name.startswith(f"{wing}.")}
    arrows = {name: graph[name] & inside for name in inside}
    lines = sum(len(modules[name].splitlines()) for name in inside)
    return Wing(len(inside), lines, sum(map(len, arrows.values())), len(layers.cycles(arrows)))


def fields(modules: Mapping[str, str], name: str) -> list[str]:
    """Return the settings of a recipe class and of its bases in the tree: annotated names, but no class variables.

    Raises:
        LookupError: If not exactly one class of the tree has that name.
    """
    classes = {
        (module, node.name): node
        for module, source in modules.items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ClassDef)
    }
    found = [key for key in classes if key[1] == name]
    if len(found) != 1:
        raise LookupError(f"{len(found)} classes are called {name}")
    return list(dict.fromkeys(_fields(found[0], classes, modules)))


def _fields(
    key: tuple[str, str], classes: Mapping[tuple[str, str], ast.ClassDef], modules: Mapping[str, str]
) -> Iterator[str]:
    module, _ = key
    imported = {
        name.rpartition(".")[2]: name.rpartition(".")[0] for name in layers.imports(module, modules[module])
    }
    for base in (ast.unparse(one) for one in classes[key].bases):
        inherited = (module, base) if (module, base) in classes else (imported.get(base, ""), base)
        if inherited in classes:
            yield from _fields(inherited, classes, modules)
    for node in classes[key].body:
        if isinstance(node, ast.AnnAssign) and not ast.unparse(node.annotation).startswith("ClassVar"):
            yield ast.unparse(node.target)


def count_tests(folder: Path) -> int:
    """Return the number of test functions below a folder."""
    trees = (ast.walk(ast.parse(file.read_text(encoding="utf-8"))) for file in folder.rglob("test_*.py"))
    return sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_") for tree in trees for node in tree
    )


def edits(folder: Path) -> dict[str, Edits]:
    """Return kind -> what its parts cost in a package of parts, modules that they import there included.

    Args:
        folder: Holds `catalog.py` with the literal `PARTS`, and the modules of the parts.
    """
    sources = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.py")}
    graph = {name: layers.imports(name, text) & sources.keys() for name, text in sources.items()}
    return {kind: _edits(names, sources, graph) for kind, names in catalog(folder).items()}


def _edits(names: Parts, sources: Mapping[str, str], graph: Mapping[str, set[str]]) -> Edits:
    starts = {target.partition(":")[0] for target, _ in names.values()}
    files = starts.union(*(layers.reachable(graph, start) for start in starts))
    return Edits(len(files), sum(len(sources[file].splitlines()) for file in files), len(names))


def catalog(folder: Path) -> dict[str, Parts]:
    """Return the literal `PARTS` of `catalog.py` in a folder: kind -> name -> (target, summary)."""
    body = ast.parse((folder / "catalog.py").read_text(encoding="utf-8")).body
    return next(ast.literal_eval(node.value) for node in body if isinstance(node, ast.Assign))
