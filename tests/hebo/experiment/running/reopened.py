"""A finished run put back to where it was before its last trials."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text


def reopen(out: Path, *, from_number: int) -> None:
    """Forget the outcome of the trials from a number on, as a kill would, and let all runs wait."""
    engine = create_engine(f"sqlite:///{out / 'results.db'}")
    with engine.begin() as connection:
        forgotten = "status = 'pending', \"values\" = NULL, extras = NULL, cost = NULL, finished_at = NULL"
        connection.execute(
            text(f"UPDATE hebo_trials SET {forgotten} WHERE number = :number"), {"number": from_number}
        )
        connection.execute(text("DELETE FROM hebo_trials WHERE number > :number"), {"number": from_number})
        connection.execute(
            text("UPDATE hebo_runs SET status = 'waiting', n_done = :number"), {"number": from_number}
        )
    engine.dispose()
