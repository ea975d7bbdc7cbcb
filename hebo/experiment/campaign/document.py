"""Campaign document: what was asked, told, corrected and given up, as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hebo.errors import ConfigError
from hebo.experiment.campaign.points import Stored
from hebo.outcomes import Outcomes

Former = dict[str, Any]
"""Parameter that the space has no longer -> natural value."""


class Aside(BaseModel):
    """What was measured at a point outside the space: it is kept, and no optimizer is told of it.

    Attributes:
        point: Its natural values.
        y: Its objectives, as the state of an optimizer has them.
        constraints: Its constraints.
        y_var: The known variances of the objectives.
    """

    model_config = ConfigDict(extra="forbid")

    point: dict[str, Any]
    y: list[float | None]
    constraints: list[float | None]
    y_var: list[float | None] | None = None


class Told(BaseModel):
    """Where the values of one told point come from.

    Attributes:
        point: Its number, None if it was never asked for.
        own: Whether its row had no number.
        sheet: The name of the file.
        aside: What was measured, where that lies outside the space; else the state of the optimizer has it.
        former: Its values of parameters that the space has no longer.
    """

    model_config = ConfigDict(extra="forbid")

    point: int | None
    own: bool = False
    sheet: str = ""
    aside: Aside | None = None
    former: Former = Field(default_factory=dict)


class Answer(BaseModel):
    """The answer to one pair.

    Attributes:
        pair: Its number.
        better: The option that was preferred.
        sheet: The name of the file.
        aside: The natural values of the better and the worse point, where one lies outside the space.
        former: Their values of parameters that the space has no longer.
    """

    model_config = ConfigDict(extra="forbid")

    pair: int
    better: Literal["A", "B"]
    sheet: str = ""
    aside: tuple[dict[str, Any], dict[str, Any]] | None = None
    former: tuple[Former, Former] = Field(default=({}, {}))


class CampaignDocument(BaseModel):
    """All that is known of a campaign.

    Attributes:
        format: Of the document.
        objectives: The names of the columns of values.
        constraints: The names of the columns of measured constraints.
        outcomes: Goals, units and limits of both; None in one from before there were any, whose values
            are minimized, and kept where they are 0 or less.
        settings: Of the optimizer, as a YAML has them.
        seed: Of the optimizer.
        initial_trials_from: Where the related tasks in the state of the optimizer were read, as a YAML says.
        optimizer: Its state.
        asked: The points asked for, the first with the number 1: encoded, or natural values of one outside
            the space.
        former: Number of a point asked for -> its values of parameters that the space has no longer.
        told: One for each told point; those inside the space in the order of the state.
        answers: One for each comparison; those inside the space in the order of the state.
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
    asked: list[Stored]
    former: dict[int, Former] = Field(default_factory=dict)
    told: list[Told]
    answers: list[Answer] = Field(default_factory=list)
    forgotten: list[int] = Field(default_factory=list)
    initial_trials_from: list[dict[str, Any]] = Field(default_factory=list)
    history: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def points(self) -> dict[int, Stored]:
        """Number -> point."""
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

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(self.model_dump(mode="json"), allow_nan=False, separators=(",", ":"))


class OldDocument(BaseModel):
    """The file of a campaign before it had names, `format: 1`."""

    model_config = ConfigDict(extra="forbid")

    format: Literal[1]
    optimizer: dict[str, Any]
    asked: list[list[float]]
    told: list[int]


def read_document(path: Path) -> CampaignDocument | OldDocument | None:
    """Return what the file of a campaign of an earlier version holds, None if there is none.

    Raises:
        ConfigError: If it cannot be read, or is none of ours.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _strange(str(path), str(getattr(error, "strerror", None) or "it is no text")) from error
    return parse_document(text, str(path))


def parse_document(text: str, where: str) -> CampaignDocument | OldDocument:
    """Return the document that a text is.

    Args:
        text: JSON.
        where: Names it in messages.

    Raises:
        ConfigError: If it is none.
    """
    try:
        found = json.loads(text)
        is_old = isinstance(found, dict) and found.get("format") == 1
        return (OldDocument if is_old else CampaignDocument).model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise _strange(where, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _strange(where, str(error)) from error


def _strange(where: str, why: str) -> ConfigError:
    return ConfigError(f"{where} is not the log of a campaign ({why}); move it away, or restore it.")
