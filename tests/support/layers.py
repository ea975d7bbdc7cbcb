"""The rules of who may import whom, as a table and a checker that reads source text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hebo", "mcbo", "tasks")

# Unit -> row. A module belongs to the longest unit that is a prefix of its name, may import its own unit and
# units of lower rows, never one of a higher row or a neighbor in its row.
ROWS: dict[str, float] = {
    "hebo.errors": 0,
    "hebo.recipe": 0,
    "hebo.catalog": 0,
    "mcbo.catalog": 0,
    "tasks.catalog": 0,
    "hebo.random": 0.5,
    "hebo.linalg": 0.5,
    "hebo.rows": 0.5,
    "hebo.weights": 0.5,
    "hebo.pareto": 0.5,
    "hebo.profile": 0.5,
    "hebo.fallbacks": 0,
    "hebo.outcomes": 0.5,
    "hebo.objective": 0.6,
    "hebo.design_space.values": 1,
    "hebo.design_space.parameters": 1.1,
    "hebo.design_space.rules": 1.2,
    "hebo.design_space.spreadsheets": 1.2,
    "hebo.design_space.domains": 1.3,
    "hebo.design_space.design_space": 1.4,
    "hebo.design_space.tables": 1.5,
    "hebo.design_space": 1.6,  # the front door, the original package's names, and what is said of whole spaces
    "hebo.abilities": 1.9,
    "hebo.information": 1.9,
    "hebo.dominance": 1.9,
    "hebo.data": 2,
    "hebo.explain": 2.1,
    "hebo.request": 2.2,
    "hebo.optimizer": 2.3,
    "hebo.base": 2.5,
    "hebo.transforms": 3,
    "hebo.kernels": 3,
    "mcbo.kernels": 3.5,
    "hebo.descent": 3,
    "hebo.latent": 3,
    "hebo.surrogates": 4,
    "hebo.acquisitions": 4,
    "hebo.acq_optimizers": 4,
    "hebo.regions": 4,
    "hebo.batches": 4.2,
    "hebo.failures": 4.2,
    "tasks": 4,
    "mcbo.surrogates": 4.5,
    "mcbo.acquisitions": 4.5,
    "mcbo.acq_optimizers": 4.5,
    "mcbo.regions": 4.5,
    "hebo.recommenders": 5,
    "mcbo.recommenders": 5.5,
    "hebo.diagnostics": 5.2,
    "hebo.presets": 6,
    "hebo.peers": 6,
    "hebo.optimizers": 6.2,  # names of the original package, as are those of the next row
    "hebo.models": 6.3,
    "mcbo.presets": 6.2,
    "mcbo.compose": 6.55,
    "hebo": 6.6,  # the front door: `hebo.HEBO`, `hebo.__version__`
    "mcbo": 6.6,
    "hebo.training": 6.7,  # the loop never imports it
    "hebo.testing": 6.8,  # checks for authors of parts
    "hebo.experiment": 7,
    "hebo.experiment.texts": 7,
    "hebo.experiment.files": 7,
    "hebo.experiment.yaml": 7.1,
    "hebo.experiment.executors": 7.1,
    "hebo.experiment.config": 7.2,  # an experiment names its executor
    "hebo.experiment.store": 7.3,
    "hebo.experiment.campaign": 7.32,  # is kept in a store
    "hebo.experiment.earlier": 7.35,  # reads stores and campaigns
    "hebo.experiment.running": 7.4,
    "hebo.experiment.analysis": 7.4,
    "hebo.experiment.report": 7.5,
    "hebo.experiment.cli": 7.6,
    "hebo.study": 7.6,
    "hebo.plugins": 7,
    "hebo.__main__": 8,
}
ROW_1 = (
    "hebo.errors",
    "hebo.recipe",
    "hebo.random",
    "hebo.linalg",
    "hebo.pareto",
    "hebo.outcomes",
    "hebo.objective",
    "hebo.objective",
    "hebo.design_space",
)


def sources() -> dict[str, str]:
    """Return dotted module name -> source text of everything this project ships."""
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return {_module_name(path): path.read_text(encoding="utf-8") for path in files}


def imports(module: str, source: str, *, is_package: bool = False) -> set[str]:
    """Return the dotted names that a module imports, wherever in the file the statement stands.

    Imports under `if TYPE_CHECKING` count: a type that a layer names is a type that it knows.
    """
    return {name for node in ast.walk(ast.parse(source)) for name in _names(node, module, is_package)}


def unit(name: str) -> str | None:
    """Return the unit of the table a dotted name belongs to, `None` for somebody else's package."""
    parts = name.split(".")
    candidates = (".".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((one for one in candidates if one in ROWS), None)


def is_within(name: str, package: str) -> bool:
    """Say whether a module is a package or one of its modules, at any depth."""
    return name == package or name.startswith(f"{package}.")


def violations(modules: Mapping[str, str]) -> list[str]:
    """Return one sentence for each import that the table forbids."""
    return [
        f"{module} imports {target}: {reason}"
        for module, source in sorted(modules.items())
        for target in sorted(imports(module, source, is_package=_is_package(module, modules)))
        if (reason := _refusal(module, target)) is not None
    ]


def package_graph(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """Return package -> packages it imports.

    Modules beside packages stand for themselves at the top, and together, as `package.*`, below it: what they
    import is not what the package's own file, its front door, imports.
    """
    packages = {name for name in modules if _is_package(name, modules)}
    graph: dict[str, set[str]] = {}
    for module, targets in module_graph(modules).items():
        home = _home(module, packages)
        graph.setdefault(home, set()).update({_home(one, packages) for one in targets} - {home})
    return graph


def module_graph(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """Return module -> modules of ours it imports; a package is its `__init__`."""
    graph = {}
    for module, source in modules.items():
        targets = imports(module, source, is_package=_is_package(module, modules))
        ours = {_nearest(one, modules) for one in targets if unit(one)}
        graph[module] = ours & modules.keys() - {module}
    return graph


def cycles(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """Return the groups of nodes from which each reaches all others of the group."""
    reach = {node: reachable(graph, node) for node in graph}
    groups = {frozenset(b for b in reach[a] if a in reach.get(b, ())) for a in graph if a in reach[a]}
    return [set(group) for group in groups]


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """Return the nodes that arrows lead to from `start`, itself only if in a circle."""
    seen: set[str] = set()
    queue = list(graph.get(start, ()))
    while queue:
        node = queue.pop()
        if node not in seen:
            seen.add(node)
            queue.extend(graph.get(node, ()))
    return seen


def _refusal(module: str, target: str) -> str | None:
    mine, other = unit(module), unit(target)
    if mine is None or other is None or mine == other:
        return None
    if mine == "tasks":
        return None if other.startswith(ROW_1) else "tasks may use row 1 only"
    if module.startswith("hebo.") and not target.startswith("hebo") and not other.endswith(".catalog"):
        return "hebo reaches other packages through the catalog"
    if ROWS[other] < ROWS[mine]:
        return None
    return f"row {ROWS[mine]:g} may not look at row {ROWS[other]:g}"


def _names(node: ast.AST, module: str, is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, module, is_package)
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".")[: None if is_package else -1]
    kept = package[: len(package) - (node.level - 1)]
    return ".".join([*kept, node.module] if node.module else kept)


def _module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _is_package(name: str, modules: Mapping[str, str]) -> bool:
    return any(other.startswith(f"{name}.") for other in modules)


def _nearest(name: str, modules: Mapping[str, str]) -> str:
    while name not in modules and "." in name:
        name = name.rpartition(".")[0]
    return name


def _home(module: str, packages: set[str]) -> str:
    parent = module.rpartition(".")[0]
    if module in packages or "." not in parent:
        return module
    has_packages = any(one.startswith(f"{parent}.") for one in packages)
    return f"{parent}.*" if has_packages else parent
