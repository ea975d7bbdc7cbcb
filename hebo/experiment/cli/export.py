"""`hebo export`: all trials as a table, for other programs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hebo.errors import ConfigError, MissingExtraError
from hebo.experiment.cli.campaigns import is_campaign
from hebo.experiment.cli.opening import bring_in

if TYPE_CHECKING:
    from pandas import DataFrame


@click.command()
@click.argument("source", metavar="RUN_DIR|STORE|CONFIG|CAMPAIGN")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write: .csv, .json or .parquet. Without it the CSV is printed.",
)
@click.option("--name", help="Name of the experiment or the study, where a store holds several.")
def export(source: str, output: Path | None, name: str | None) -> None:
    """Write all trials of an experiment, a study or a campaign as one table, a row for each.

    Parameters are in natural units, and values as they were measured. In CSV and Parquet a value that is a
    list, such as a sequence, is JSON text.
    """
    from hebo.experiment.analysis.trial_frame import trial_frame
    from hebo.experiment.files import check_writable, write
    from hebo.experiment.store.results import load_results

    if is_campaign(source):
        bring_in(Path(source))
    if output is not None:
        _check_format(output)
        check_writable(output, "--output")
    frame = trial_frame(load_results(source, name=name))
    if output is None:
        click.echo(as_csv(frame).decode(), nl=False)
        return
    write(output, FORMATS[output.suffix](frame))
    click.echo(f"Wrote {len(frame)} trials to {output}")


def _check_format(output: Path) -> None:
    if output.suffix not in FORMATS:
        raise ConfigError(
            f"--output: '{output.name}' ends in none of {', '.join(FORMATS)}; name such a file."
        )
    if output.suffix == ".parquet" and find_spec("pyarrow") is None:
        raise MissingExtraError("pyarrow", "parquet")


def as_csv(frame: DataFrame) -> bytes:
    """Return a table as CSV; a value that is missing is an empty cell."""
    text: str = _flat(frame).to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8", "backslashreplace")


def as_json(frame: DataFrame) -> bytes:
    """Return a table as a JSON list of rows; a value that is missing is null."""
    rows = [{str(key): _json(one) for key, one in row.items()} for row in frame.to_dict("records")]
    return (json.dumps(rows, indent=1, allow_nan=False) + "\n").encode()


def as_parquet(frame: DataFrame) -> bytes:
    """Return a table as Parquet."""
    buffer = io.BytesIO()
    _flat(frame).to_parquet(buffer, index=False, engine="pyarrow")
    return buffer.getvalue()


FORMATS: dict[str, Callable[[DataFrame], bytes]] = {
    ".csv": as_csv,
    ".json": as_json,
    ".parquet": as_parquet,
}


def _flat(frame: DataFrame) -> DataFrame:
    """Return a table whose cells are numbers and texts; a column of several kinds has texts."""
    from pandas.api.types import is_object_dtype

    found = frame.copy()
    for name in frame.columns:
        if not is_object_dtype(frame[name]):
            continue
        kinds = {type(one) for one in frame[name] if one is not None}
        if kinds & {list, dict} or len(kinds) > 1:
            found[name] = [_text(one) for one in frame[name]]
    return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(_json(value))


def _json(value: Any) -> Any:
    return None if isinstance(value, float) and value != value else value
