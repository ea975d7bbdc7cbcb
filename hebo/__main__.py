"""`python -m hebo` is the command `hebo`."""

from __future__ import annotations

import sys
from pathlib import Path


def leave_out_working_folder() -> None:
    """Take the working folder, which `python -m` puts first, off the import path, as the command has it.

    A `tasks.py` or `yaml.py` of somebody's own would hide the package of that name. In a checkout that is
    not installed the folder stays: this package comes from there.
    """
    home = Path(__file__).resolve().parents[1]
    if not sys.flags.safe_path and Path(sys.path[0]).resolve() == Path.cwd() != home:
        del sys.path[0]


if __name__ == "__main__":
    leave_out_working_folder()
    from hebo.experiment.cli import main

    main(prog_name="hebo")
