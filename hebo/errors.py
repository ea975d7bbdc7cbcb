"""The error tree: everything this project raises on purpose.

```
HeboError
├── SpaceError          a design space that cannot be built            (also ValueError)
├── DataError           a table of points or values that is not usable (also ValueError)
├── ConfigError         a YAML file or recipe with a mistake in it     (also ValueError)
├── IncompatibleError   two parts that cannot work together            (also TypeError)
├── MissingExtraError   an optional package that is not installed      (also ImportError)
├── EvaluationError     an objective that failed                       (also RuntimeError)
│   ├── EvaluationTimeout        one that was ended at its time limit
│   └── EvaluationOutOfMemory    one that was ended at its memory limit, or had none left
├── NumericalError      a computation that left the real numbers       (also ArithmeticError)
└── StoreError          a results store that cannot be read or written (also RuntimeError)
```

Each message names what was expected, what came, and what would work instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HeboError(Exception):
    """Base of all errors raised on purpose."""


class SpaceError(HeboError, ValueError):
    """A design space that cannot be built."""


class DataError(HeboError, ValueError):
    """A table of points or objective values that is not usable."""


class ConfigError(HeboError, ValueError):
    """A YAML file or recipe with a mistake in it."""


class IncompatibleError(HeboError, TypeError):
    """Two parts that cannot work together."""


class MissingExtraError(HeboError, ImportError):
    """An optional package that is not installed.

    Args:
        package: The import name that was not found.
        extra: The extra of this project that installs it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"'{package}' is not installed; {install_hint(extra)} adds it.")


class EvaluationError(HeboError, RuntimeError):
    """An objective that failed."""


class EvaluationTimeout(EvaluationError):
    """An objective that was ended at a time limit of its own; its trial counts as timed out."""


class EvaluationOutOfMemory(EvaluationError):
    """An objective that was ended at a memory limit of its own, or had no memory left."""


class NumericalError(HeboError, ArithmeticError):
    """A computation that left the real numbers."""


class StoreError(HeboError, RuntimeError):
    """A results store that cannot be read or written."""


class SuitabilityWarning(UserWarning):
    """Parts that work together, but are unlikely to do well; says what fits. The command `hebo` prints it."""


def install_hint(extra: str) -> str:
    """Return how an extra of this project is installed: the one place that says so.

    No package index has this project, so a hint by its name would install whatever somebody else registers.

    Args:
        extra: A key of `[project.optional-dependencies]` in `pyproject.toml`.
    """
    return f"`pip install '.[{extra}]'` in a checkout of this project"


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return `" Did you mean 'x'?"` for the nearest known spelling, or the list of known ones."""
    names = [str(one) for one in known]
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
    if close:
        return f" Did you mean '{close[0]}'?"
    return f" Known: {', '.join(names)}." if names else ""
