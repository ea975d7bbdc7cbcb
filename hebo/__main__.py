"""`python -m hebo` is the command `hebo`."""

from __future__ import annotations

from hebo.experiment.cli import main

if __name__ == "__main__":
    main(prog_name="hebo")
