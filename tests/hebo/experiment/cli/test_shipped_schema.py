"""The schema file that the package ships, for editors that cannot run `hebo schema`."""

from __future__ import annotations

import json
from pathlib import Path

import hebo
from hebo.experiment.cli.schema import experiment_schema


def test_the_schema_that_is_shipped_is_up_to_date() -> None:
    shipped = Path(hebo.__file__).parent / "experiment" / "experiment.schema.json"
    assert json.loads(shipped.read_text(encoding="utf-8")) == experiment_schema(), "run `make schema`"
