"""Package versions when an experiment was recorded: results are worth little without."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from hebo import __version__

PACKAGES = (
    "torch",
    "gpytorch",
    "botorch",
    "pymoo",
    "numpy",
    "scipy",
    "scikit-learn",
    "optuna",
    "smac",
    "scikit-optimize",
    "cma",
    "nevergrad",
)


def installed_versions() -> dict[str, str]:
    """Return name -> version of Python, of hebo and of those of `PACKAGES` that are installed."""
    found = {"python": platform.python_version(), "hebo": __version__}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
