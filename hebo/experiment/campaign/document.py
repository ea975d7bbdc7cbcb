"""Campaign file: what was asked, told, corrected and given up, as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hebo.errors import ConfigError
from hebo.experiment.files import replacing
from hebo.outcomes import Outcomes


class Told(BaseModel):
    """Where the values of one told point come from.

    Attributes:
        point: Its number, None if it was never asked for.
        own: Whether its row had no number.
        sheet: The name of the file.
    """

    model_config = ConfigDict(extra="forbid")

    point: int | None
    own: bool = False
    sheet: str = ""


class Answer(BaseModel):
    """The answer to one pair.

    Attributes:
        pair: Its number.
        better: The option that was preferred.
        sheet: The name of the file.
    """

    model_config = ConfigDict(extra="forbid")

    pair: int
    better: Literal["A", "B"]
    sheet: str = ""


class CampaignDocument(BaseModel):
    """All that is known of a campaign.

    Attributes:
        format: Of the file.
        objectives: The names of the columns of values.
        constraints: The names of the columns of measured constraints.
        outcomes: Goals, units and limits of both; None in a file from before there were any, whose values
            are minimized, and kept where they are 0 or less.
        settings: Of the optimizer, as a YAML has them.
        seed: Of the optimizer.
        initial_trials_from: Where the related tasks in the state of the optimizer were read, as a YAML says.
        optimizer: Its state.
        asked: The encoded points asked for, the first with the number 1.
        told: One for each told point of the state, in its order.
        answers: One for each comparison of the state, in its order.
        forgotten: Numbers that were given up.
        history: What happened, each with its time; what was replaced stays here.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal[2] = 2
    objectives: list[str]
    constraints: list[str]
    outcomes: Outcomes | None = None
    settings: dict[str, Any]
    seed: int
    optimizer: dict[str, Any]
    asked: list[list[float]]
    told: list[Told]
    answers: list[Answer] = Field(default_factory=list)
    forgotten: list[int] = Field(default_factory=list)
    initial_trials_from: list[dict[str, Any]] = Field(default_factory=list)
    history: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def points(self) -> dict[int, list[float]]:
        """Number -> encoded point."""
        return dict(enumerate(self.asked, 1))

    @property
    def numbers_told(self) -> set[int]:
        """The numbers of the points whose values are known, or that were compared."""
        compared = {number for one in self.answers for number in (2 * one.pair - 1, 2 * one.pair)}
        return compared | {one.point for one in self.told if one.point is not None}

    @property
    def numbers_waiting(self) -> list[int]:
        """The numbers of the points that were neither told nor given up."""
        done = self.numbers_told | set(self.forgotten)
        return [number for number in self.points if number not in done]

    def happened(self, what: str, **details: Any) -> None:
        """Add an event to the history."""
        time = datetime.now(UTC).isoformat(timespec="seconds")
        self.history.append({"event": what, "time": time, **details})

    def write(self, path: Path) -> None:
        """Write the file, all of it or nothing.

        Raises:
            ConfigError: If it cannot be written.
        """
        with replacing(path) as partial:
            partial.write_text(
                json.dumps(self.model_dump(mode="json"), allow_nan=False) + "\n", encoding="utf-8"
            )


class OldDocument(BaseModel):
    """The file of a campaign before it had names, `format: 1`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1]
    optimizer: dict[str, Any]
    asked: list[list[float]]
    told: list[int]


def read_document(path: Path) -> CampaignDocument | OldDocument | None:
    """Return what a file holds, None if there is none.

    Raises:
        ConfigError: If it cannot be read, or is none of ours.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _strange(path, str(getattr(error, "strerror", None) or "it is no text")) from error
    try:
        found = json.loads(text)
        is_old = isinstance(found, dict) and found.get("format") == 1
        return (OldDocument if is_old else CampaignDocument).model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise _strange(path, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _strange(path, str(error)) from error


def _strange(path: Path, why: str) -> ConfigError:
    return ConfigError(f"{path} is not the log of a campaign ({why}); move it away, or restore it.")
