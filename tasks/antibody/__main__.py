"""`python -m tasks.antibody`: from a PDB or mmCIF file to an antigen on the lattice."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import get_args

import click

from hebo.errors import HeboError
from tasks.antibody.discretize import Point, discretize


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--chain", "chains", multiple=True, help="A chain of the antigen; may be given again.")
@click.option(
    "--point", type=click.Choice(get_args(Point)), default="residue", help="What to put on the lattice."
)
@click.option("--keep", type=click.IntRange(1), default=25, help="How many partial chains to keep.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="JSON file to write.")
def main(source: Path, chains: tuple[str, ...], point: Point, keep: int, output: Path | None) -> None:
    """Lay the protein in SOURCE out on the lattice, and say how well that went."""
    try:
        found = discretize(source, [*chains] or None, point=point, n_kept=keep)
    except HeboError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    for note in found.notes:
        click.echo(f"note: {note}")
    antigen = found.antigen
    click.echo(
        f"{antigen.name}: {len(antigen.sequence)} residues, {len(antigen.blocked)} blocked sites, "
        f"dRMSD {found.drmsd:.2f} A, RMSD {found.rmsd:.2f} A"
    )
    if output is not None:
        _write(output, json.dumps(antigen.to_json()) + "\n")
        click.echo(f"Wrote {output}; name it as the `antigen` of a task.")


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        click.echo(f"error: --output: '{output}' cannot be written ({error.strerror}).", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main(prog_name="python -m tasks.antibody")
