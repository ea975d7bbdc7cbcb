"""The command `hebo`, started from outside the package of that name.

An older distribution, HEBO on the package index, installs a package of the same import name. Where both are
installed the wrong one may be found first, and a command that lived inside could not even say so.
"""

from __future__ import annotations

import sys
from importlib.metadata import distributions

RIVAL = "hebo"


def rival_versions() -> list[str]:
    """Return the older distributions of the import name in this environment, as `HEBO 0.3.6`."""
    names = {(one.metadata["Name"] or "", one.version) for one in distributions()}
    return sorted(f"{name} {version}" for name, version in names if name.lower() == RIVAL)


def main() -> None:
    """Run the command line; if it cannot be imported because of the older distribution, say that."""
    try:
        from hebo.experiment.cli import main as command
    except ImportError:
        if not (rivals := rival_versions()):
            raise
        sys.exit(
            f"problem {', '.join(rivals)} is installed in this environment and hides this package; "
            "`pip uninstall HEBO`, then `pip install .` in a checkout of this project."
        )
    command(prog_name="hebo")


if __name__ == "__main__":
    main()
