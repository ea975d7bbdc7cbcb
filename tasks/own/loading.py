"""Import of a Python file by its path, under a private name, once per process.

While the file is imported, and while its functions run, its folder is the first place where modules are
looked for. Helper modules from there are kept apart between the calls: two files in two folders may each have
a `helpers.py` of its own.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from hebo.errors import ConfigError

_helpers: dict[Path, dict[str, ModuleType]] = {}


def load(path: Path) -> ModuleType:
    """Return the module in a file, imported once per process.

    Raises:
        ConfigError: If there is no such file, or the import fails, with the line where it did.
    """
    return _import(path.resolve())


@cache
def _import(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConfigError(
            f"there is no file '{path}'; correct `file`, which starts from the folder of the YAML."
        )
    name = f"_hebo_own_{sha256(str(path).encode()).hexdigest()[:16]}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"'{path}' is no Python file; name one whose name ends in .py.")
    module = module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and pickles look for it
    try:
        with importable(path.parent):
            spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, Exception | SystemExit):
            raise ConfigError(_why(path, error)) from error
        raise
    return module


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let modules of a folder be imported within a block, and keep them out of sight outside of it.

    Modules of the same names from elsewhere are out of sight inside of it.
    """
    place = str(folder)
    if place in sys.path:
        yield
        return
    names = _names_in(folder)
    aside = {name: one for name, one in sys.modules.items() if name.partition(".")[0] in names}
    _remove(aside)
    before = set(sys.modules)
    sys.modules.update(_helpers.get(folder, {}))
    sys.path.insert(0, place)
    importlib.invalidate_caches()
    try:
        yield
    finally:
        if place in sys.path:
            sys.path.remove(place)
        new = [name for name in sys.modules if name not in before and _is_from(name, folder)]
        _helpers[folder] = {name: sys.modules[name] for name in new}
        _remove(_helpers[folder])
        sys.modules.update(aside)


def _names_in(folder: Path) -> set[str]:
    """Return the names of the modules and packages right in a folder, less those of the standard library."""
    files, packages = folder.glob("*.py"), folder.glob("*/__init__.py")
    found = {one.stem for one in files} | {one.parent.name for one in packages}
    return found - sys.stdlib_module_names - {"__main__", "__init__"}


def _remove(modules: Iterable[str]) -> None:
    for name in list(modules):
        sys.modules.pop(name, None)


def _is_from(name: str, folder: Path) -> bool:
    """Say whether a module, or the package that it is in, lies right in a folder.

    Packages of an environment inside the folder, such as `.venv`, do not.
    """
    spec = getattr(sys.modules.get(name.partition(".")[0]), "__spec__", None)
    places = [spec.origin] if spec is not None and spec.submodule_search_locations is None else []
    places = places or [*(getattr(spec, "submodule_search_locations", None) or ())]
    return any(place is not None and Path(place).parent == folder for place in places)


def _why(path: Path, error: BaseException) -> str:
    """Return why an import failed, with the last line of the file that was reached, and a remedy."""
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, SyntaxError):
        return f"{error.filename or path}:{error.lineno}: {reason}; correct it."
    lines = [one.lineno for one in traceback.extract_tb(error.__traceback__) if one.filename == str(path)]
    remedy = "make it a file that only defines things, and put what it does under `if __name__ == ...`"
    if isinstance(error, ImportError):
        remedy = "install what is missing, or put helper modules beside the file"
    return f"{path}{f':{lines[-1]}' if lines else ''} cannot be imported ({reason}); {remedy}."
