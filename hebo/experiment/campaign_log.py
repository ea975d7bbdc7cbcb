"""What was asked and told in the rounds of a campaign, kept in a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import torch

from hebo.design_space.design_space import DesignSpace
from hebo.design_space.table_space import TableSpace
from hebo.errors import ConfigError, DataError
from hebo.experiment.campaign import Campaign
from hebo.experiment.sheet import Row
from hebo.optimizers.base import Optimizer, OptimizerRecipe

FORMAT = 1


class Log:
    """A campaign with all that was asked and told; a file beside the YAML keeps it.

    Args:
        campaign: What is measured.
        space: Where.
        recipe: Of the optimiser.
        path: The file; it need not be there yet.

    Raises:
        ConfigError: If the file is none of ours.
        DataError: If it belongs to another design space.
    """

    def __init__(self, campaign: Campaign, space: DesignSpace, recipe: OptimizerRecipe, path: Path) -> None:
        self.campaign, self.path = campaign, path
        self.optimizer: Optimizer = recipe.build(space, seed=campaign.seed)
        self.asked: dict[int, list[float]] = {}
        self.told: set[int] = set()
        if path.exists():
            self._load()

    def ask(self, n: int) -> pd.DataFrame:
        """Return `n` points, with their numbers as index."""
        points = self.optimizer.ask(n)
        first = len(self.asked) + 1
        for number, x in enumerate(self.optimizer.space.encode(points).tolist(), first):
            self.asked[number] = x
        return points.set_index(pd.RangeIndex(first, first + n))

    def waiting(self) -> pd.DataFrame:
        """Return the points that were asked for and not told, with their numbers as index."""
        numbers = [number for number in self.asked if number not in self.told]
        x = torch.tensor([self.asked[number] for number in numbers], dtype=torch.float64)
        points = self.optimizer.space.decode(x.reshape(-1, self.optimizer.space.n_dims))
        return points.set_index(pd.Index(numbers, dtype=int))

    @property
    def label_names(self) -> list[str]:
        """The columns of a table of candidates that are no parameters."""
        space = self.optimizer.space
        return space.labels.columns.tolist() if isinstance(space, TableSpace) else []

    def labels(self, points: pd.DataFrame) -> pd.DataFrame:
        """Return the labels that a table of candidates has for points; no columns where there is no table."""
        space = self.optimizer.space
        if not isinstance(space, TableSpace):
            return pd.DataFrame(index=points.index)
        return space.labels_of(space.encode(points)).set_index(points.index)

    def tell(self, rows: list[Row], origin: str) -> int:
        """Record measured points, all or none, and return how many there were; those told before are skipped.

        Raises:
            DataError: If a row is unusable; names its line.
        """
        fresh = [row for row in rows if row.number not in self.told]
        if not fresh:
            return 0
        for row in fresh:
            self._check(row, origin)
        numbers = [row.number for row in fresh if row.number is not None]
        if len(set(numbers)) < len(numbers):
            twice = next(number for number in numbers if numbers.count(number) > 1)
            raise DataError(f"{origin}: the point {twice} is there twice; clear the number of a repetition.")
        n = len(self.campaign.objectives)
        limits = [row.values[n:] for row in fresh] if self.campaign.constraints else None
        self.optimizer.tell(_frame(fresh), [row.values[:n] for row in fresh], constraints=limits)
        self.told |= set(numbers)
        return len(fresh)

    def _check(self, row: Row, origin: str) -> None:
        """Refuse a row whose number is not that of its point."""
        try:
            x = self.optimizer.space.encode(_frame([row]))
        except DataError as error:
            raise DataError(f"{origin}, line {row.line}: {error}") from error
        if row.number is None:
            return
        if row.number not in self.asked:
            raise DataError(
                f"{origin}, line {row.line}: point {row.number} was never asked for; clear the number."
            )
        lower, upper = self.optimizer.space.bounds
        asked = torch.tensor(self.asked[row.number], dtype=torch.float64)
        apart = (x[0] - asked).abs() / (upper - lower).clamp_min(1e-12)
        if float(apart.max()) > 1e-6:
            raise DataError(
                f"{origin}, line {row.line}: the values are not those of point {row.number}; restore "
                "them, or clear the number if another point was measured."
            )

    def save(self) -> None:
        """Write the file, all of it or nothing."""
        document = {
            "format": FORMAT,
            "optimizer": self.optimizer.state_dict(),
            "asked": list(self.asked.values()),
            "told": sorted(self.told),
        }
        partial = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        partial.write_text(json.dumps(document) + "\n", encoding="utf-8")
        partial.replace(self.path)

    def _load(self) -> None:
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            if document["format"] != FORMAT:
                raise ValueError(f"format {document['format']!r}")
            asked, told = document["asked"], document["told"]
            state = document["optimizer"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"{self.path} is not the log of a campaign ({error!r}); move it away."
            ) from error
        try:
            self.optimizer.load_state_dict(state)
        except DataError as error:
            hint = ""
            if isinstance(self.optimizer.space, TableSpace):
                hint = (
                    ". What a declaration leaves to the table changes with the table: declare types, bounds, "
                    "categories and alphabets in full where rows come later"
                )
            raise DataError(f"{self.path}: {error}{hint}.") from error
        self.asked = dict(enumerate(asked, 1))
        self.told = set(told)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing a campaign at the same time.

    Raises:
        ConfigError: If one is at it.
    """
    lock = path.with_name(path.name + ".lock")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        raise ConfigError(
            f"another command is changing {path}; wait for it. If there is none, one was killed: delete "
            f"{lock}."
        ) from None
    try:
        yield
    finally:
        lock.unlink()


def _frame(rows: list[Row]) -> pd.DataFrame:
    names = list(rows[0].point)
    return pd.DataFrame({name: pd.Series([row.point[name] for row in rows], dtype=object) for name in names})
