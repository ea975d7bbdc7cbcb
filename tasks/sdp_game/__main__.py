"""`python -m tasks.sdp_game`: check the proof of a bound."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hebo.errors import HeboError
from tasks.sdp_game.verify import verify_certificate


@click.group()
def main() -> None:
    """Proved upper bounds on the density of sphere packings."""


@main.command()
@click.argument("certificates", nargs=-1, required=True, type=click.Path(path_type=Path))
def verify(certificates: tuple[Path, ...]) -> None:
    """Prove the bounds in CERTIFICATES anew; the exit status is 1 if one of them fails."""
    n_failed = 0
    for path in certificates:
        try:
            found = verify_certificate(path)
        except HeboError as error:
            n_failed += 1
            click.echo(f"not proved: {error}", err=True)
            continue
        click.echo(
            f"proved: no packing in {found.dimension} dimensions has a density above {found.bound!r} "
            f"({found.n_points} points, {found.precision_bits} bits): {path}"
        )
    sys.exit(1 if n_failed else 0)


if __name__ == "__main__":
    main(prog_name="python -m tasks.sdp_game")
