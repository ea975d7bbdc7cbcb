"""Exit codes: where errors become one line and a code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from hebo.errors import ConfigError, HeboError, MissingExtraError, StoreError
from hebo.experiment.texts import on_one_line


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Print an error raised on purpose, or one of a file, on one line and leave with its exit code."""
    try:
        yield
    except click.MissingParameter:
        raise  # with the usage, which says more
    except click.BadParameter as error:
        _fail(error.format_message(), 2)
    except (ConfigError, MissingExtraError, StoreError) as error:
        _fail(str(error), 2)
    except HeboError as error:
        _fail(str(error), 1)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise  # the reader of a pipe has seen enough, which click takes as an end
        _fail(file_error(error), 2)


def file_error(error: OSError) -> str:
    """Return an error of a file as a sentence with the file, the reason and what would work."""
    reason = error.strerror or str(error) or type(error).__name__
    if error.filename is None:
        return f"{reason}; make room or mend what is named, then give the same command again."
    return f"'{error.filename}' cannot be used ({reason}); {_remedy(error)}."


def _remedy(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "make room there, and give the same command again"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "change its permissions, or name another file or folder"
    return "name another file or folder"


def _fail(text: str, code: int) -> None:
    click.echo(f"error: {on_one_line(text)}", err=True)
    sys.exit(code)
