"""Landscapes whose maximum is known by enumeration."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from nk import NK


@pytest.fixture
def nk() -> Callable[[int, int, int, int], NK]:
    return NK
