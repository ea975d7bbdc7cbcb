"""Evaluations that take time."""

from __future__ import annotations

import time

import pandas as pd
from numpy.random import Generator
from pydantic import Field

from tasks.base import Columns
from tasks.wrappers.base import Wrapper


class Timed(Wrapper):
    """A task of which each evaluation takes at least `seconds` of wall time; for trying out schedulers.

    Args:
        seconds: Wall time per point.
        busy: Keep the processor busy meanwhile, as a simulation does, instead of sleeping.
    """

    seconds: float = Field(ge=0)
    busy: bool = False

    def _evaluate(self, frame: pd.DataFrame, rng: Generator) -> Columns:
        end = time.monotonic() + self.seconds * len(frame)
        columns = self.task._columns(frame, rng)
        while (left := end - time.monotonic()) > 0:
            if not self.busy:
                time.sleep(left)
        return columns
