"""Campaigns opened for one command: read, or held while the command changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from hebo.errors import ConfigError, DataError, IncompatibleError, SpaceError

if TYPE_CHECKING:
    from hebo.experiment.campaign.definition import Definition
    from hebo.experiment.campaign.log import Log
    from hebo.experiment.campaign.state import Found, Keeper
    from hebo.experiment.campaign.storage import CampaignStorage
    from hebo.experiment.yaml.document import Document

T = TypeVar("T")

_TRIES = 5
"""Beginnings of a campaign that are tried, where others are faster."""


@contextmanager
def opened(file: Path) -> Iterator[Log]:
    """Open a campaign to read it, and say what people should know of it at the end.

    Args:
        file: Its YAML.

    Raises:
        ConfigError: For every mistake of people.
    """
    from hebo.experiment.campaign.state import Found

    bring_in(file)
    with _mistakes_of_people(file):
        document, definition, storage = _described(file)
        log = _log(document, definition, Found(storage.read(), storage.where), None)
        yield log
    _say(log.notices)


def changing(file: Path, change: Callable[[Log], T]) -> tuple[Log, T]:
    """Hold a campaign while it is changed, and say what people should know of it at the end.

    Args:
        file: Its YAML.
        change: Changes and saves the campaign.

    Returns:
        The campaign, and what `change` returned.

    Raises:
        ConfigError: For every mistake of people; nothing is recorded then.
        StoreError: If another command holds it.
    """
    from hebo.experiment.campaign.storage import Overtaken

    for _ in range(_TRIES):
        try:
            return _changed(file, change)
        except Overtaken:  # it is there now, and can be held
            continue
    raise ConfigError(f"{file}: other commands begin the campaign all the time; try again.")


def bring_in(file: Path) -> None:
    """Take over what a campaign of an earlier version has in its file, if the store does not know it."""
    with _mistakes_of_people(file):
        if not _earlier_log(file).exists():
            return
        _, _, storage = _described(file)
        is_known = storage.read() is not None
    if not is_known:
        changing(file, lambda log: log.save())


def _changed(file: Path, change: Callable[[Log], T]) -> tuple[Log, T]:
    from hebo.experiment.campaign.document import read_document
    from hebo.experiment.campaign.state import Found

    notes = []
    with _mistakes_of_people(file):
        document, definition, storage = _described(file)
        with storage.held() as known:
            found, path = Found(known, storage.where), _earlier_log(file)
            if known is None and (old := read_document(path)) is not None:
                found = Found(old, str(path))
                notes.append(
                    f"{path} was taken over into {storage.where}; it stays where it is and is read no more."
                )
            log = _log(document, definition, found, storage)
            result = change(log)
    _say([*notes, *log.notices])
    return log, result


def _described(file: Path) -> tuple[Document, Definition, CampaignStorage]:
    from hebo.experiment.campaign.definition import build_campaign
    from hebo.experiment.campaign.storage import storage_of
    from hebo.experiment.yaml.document import read_yaml

    document = read_yaml(file)
    definition = build_campaign(document)
    return document, definition, storage_of(file, definition.label)


def _log(document: Document, definition: Definition, found: Found, keeper: Keeper | None) -> Log:
    from hebo.experiment.campaign.log import Log
    from hebo.experiment.campaign.pairs import PairLog
    from hebo.experiment.config.earlier import read_earlier
    from hebo.experiment.earlier.lessons import Lessons

    campaign, folder = definition.campaign, Path(document.file).parent
    lessons = Lessons(read_earlier(document.data), folder, definition.space, campaign.outcomes)
    kind = PairLog if campaign.compares else Log
    return kind(definition, found, teacher=lessons, keeper=keeper)


def _earlier_log(file: Path) -> Path:
    return file.with_name(f"{file.stem}.log.json")


@contextmanager
def _mistakes_of_people(file: Path) -> Iterator[None]:
    try:
        yield
    except (DataError, IncompatibleError, SpaceError) as error:
        raise ConfigError(str(error)) from error
    except OSError as error:
        raise ConfigError(
            f"{error.filename or file}: {error.strerror}; correct that and try again."
        ) from error


def _say(notes: list[str]) -> None:
    for text in notes:
        click.echo("note: " + " ".join(text.split()), err=True)
