"""Thread safety: one re-entrant lock for each optimizer, so that nobody sees half a change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, Protocol, TypeVar


class Lock:
    """A re-entrant lock that does not keep its owner from being copied or pickled: a copy has its own."""

    def __init__(self) -> None:
        self._lock = RLock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[type[Lock], tuple[()]]:
        return Lock, ()


class Lockable(Protocol):
    """What has a lock."""

    _lock: Lock


Owner = TypeVar("Owner", bound=Lockable)
Params = ParamSpec("Params")
Result = TypeVar("Result")


def locked(
    method: Callable[Concatenate[Owner, Params], Result],
) -> Callable[Concatenate[Owner, Params], Result]:
    """Let a method hold the lock of its object; methods that call one another hold it together."""

    @wraps(method)
    def wrapper(self: Owner, /, *args: Params.args, **kwargs: Params.kwargs) -> Result:
        with self._lock:
            return method(self, *args, **kwargs)

    return wrapper
