"""Candidate table (pool-based search): a design space of which only the rows of a table can be chosen."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, ClassVar, NoReturn, Self

import pandas as pd
from torch import Generator, Tensor

from hebo.design_space.design_space import Definition, DesignSpace
from hebo.design_space.domains.blur import Blur
from hebo.design_space.domains.domain import Method
from hebo.design_space.domains.fixed import FixedSpace
from hebo.design_space.tables.row_index import RowIndex
from hebo.design_space.tables.rows import Rows
from hebo.design_space.values.json_values import from_json_value, to_json_value
from hebo.errors import DataError, SpaceError


class TableSpace(DesignSpace):
    """The parameters of a space, and a table of the candidates that there are.

    ```python
    space = DesignSpace().parse([{"name": "cdr3", "type": "sequence", "alphabet": "ACDY", "length": 4}])
    library = pd.DataFrame({"id": ["A-1", "A-2"], "cdr3": ["CADY", "CYDY"], "price": [90, 120]})
    optimizer = HEBORecipe().build(TableSpace(space, library), seed=0)
    ```

    Whatever is asked of it as a domain, it answers with rows; those that break an input constraint count as
    absent. Points off the table can still be encoded, and told to an optimizer: what was measured before
    teaches a model, too.

    Args:
        space: The parameters and input constraints.
        candidates: One row per candidate, with a column of natural values for each parameter. Other columns
            are labels: they are kept for people, and no model sees them.
        repeats: Whether an optimizer suggests rows again once it has suggested all; it refuses otherwise.

    Attributes:
        rows: The candidates as a domain.
        labels: The other columns, one row per row of the table.
        repeats: As given.

    Raises:
        DataError: If the table is empty, lacks a column, has an unusable value, or has a candidate twice.
        SpaceError: If no candidate keeps the input constraints.
    """

    is_listed: ClassVar[bool] = True

    def __init__(self, space: DesignSpace, candidates: pd.DataFrame, *, repeats: bool = False) -> None:
        _check_table(space, candidates)
        names = [name for name in space.names if name in candidates.columns]
        x = space.encode(candidates[names])
        self._fill(space, x, candidates.drop(columns=names), repeats=repeats)
        twice = self._index.first_repeat()
        if twice is not None:
            first, second = (_place(candidates, row) for row in twice)
            values = space.decode(x[twice[:1],]).iloc[0].to_dict()
            raise DataError(
                f"The table has the candidate {values} twice, in {first} and {second}; drop one of them, or "
                "declare the column that tells them apart."
            )

    def _fill(self, space: DesignSpace, x: Tensor, labels: pd.DataFrame, *, repeats: bool) -> None:
        """Set up everything from encoded candidates, `k x d`."""
        rules = [one.definition() for one in space.constraints.all]
        self._declare(space._declarations, rules)
        self._space, self.repeats = space, repeats
        self.labels = labels.reset_index(drop=True)
        self._index = RowIndex(x, space.layout)
        self.rows = Rows(self._index, space.constraints.satisfied(x), space.layout)
        if not len(self.rows):
            rule = " and ".join(str(one) for one in space.constraints.all)
            raise SpaceError(f"None of {len(x)} candidates keeps the constraint {rule}; loosen it.")

    def parse(self, definitions: Sequence[Definition], *, constraints: Sequence[Definition] = ()) -> NoReturn:
        """Refuse: the table was read with the parameters as they are."""
        raise SpaceError(
            "The parameters of a TableSpace cannot be replaced; make another one: "
            "TableSpace(DesignSpace().parse([...]), candidates)."
        )

    @property
    def parameter_space(self) -> DesignSpace:
        """The space of the parameters, without the table."""
        return self._space

    @property
    def cardinality(self) -> int:
        """Number of candidates that keep the input constraints."""
        return len(self.rows)

    @property
    def max_points(self) -> int | None:
        """Number of candidates, `None` where these are suggested again."""
        return None if self.repeats else len(self.rows)

    @property
    def label_names(self) -> list[str]:
        """The names of the labels."""
        return self.labels.columns.tolist()

    def sample(self, n: int, *, generator: Generator, method: Method = "sobol") -> Tensor:
        """Draw rows; see `Rows.sample`."""
        return self.rows.sample(n, generator=generator, method=method)

    def project(self, x: Tensor) -> Tensor:
        """Return the nearest rows; see `Rows.project`."""
        return self.rows.project(x)

    def contains(self, x: Tensor) -> Tensor:
        """Say which points are rows; see `Rows.contains`."""
        return self.rows.contains(x)

    def keys(self, x: Tensor) -> Tensor:
        """Return what rows are told apart by; see `Rows.keys`."""
        return self.rows.keys(x)

    def neighbors(self, x: Tensor, *, generator: Generator) -> Tensor:
        """Return the rows nearest to a point; see `Rows.neighbors`."""
        return self.rows.neighbors(x, generator=generator)

    def points(self, limit: int) -> Tensor | None:
        """Return all rows; see `Rows.points`."""
        return self.rows.points(limit)

    def fix(self, values: Mapping[str, Any]) -> Rows:
        """Return the rows that have the given natural values.

        Raises:
            DataError: For an unknown name, a bad value, or values that no candidate has.
        """
        fixed = FixedSpace(self._space, values)
        pinned = fixed.pinned.nonzero()[:, 0]
        rows = self.rows.where(self._index.having(fixed.bounds[0], pinned), bounds=fixed.bounds)
        if not len(rows):
            raise DataError(f"No candidate has {dict(values)}; fix other values, or add rows to the table.")
        return rows

    def domain_for(self, n: int, seen: Tensor, fixed: Mapping[str, Any]) -> Rows:
        """Return the rows that are not in `seen`; all rows where these are too few and `repeats` is on.

        Raises:
            DataError: If too few are left, and rows are not repeated.
        """
        rows = self.fix(fixed) if fixed else self.rows
        left = rows.without(seen)
        if len(left) >= n:
            return left
        if self.repeats:
            return rows
        such = f" with {dict(fixed)}" if fixed else ""
        remedy = f"ask for {len(left)} at most" if len(left) else "the search is at its end, or add rows"
        raise DataError(
            f"{len(left)} of {len(rows)} candidates{such} are left, {n} were asked for; {remedy}, or repeat "
            "measurements (`repeats`)."
        )

    def as_listed(self, x: Tensor, blur: Blur, known: Tensor) -> tuple[Tensor, Tensor]:
        """See `DesignSpace`: a candidate is taken as it stands among known points, if it does.

        Rows stay apart however close they are. A point that equals a row is that one, unless it came in
        single precision; another one is the only row within its tolerance, or the only known one of them.
        """
        places = {number: place for place, number in enumerate(self._index.find(known).tolist())}
        numbers = self._identify(x, blur, places)
        result = x.clone()
        for row, number in enumerate(numbers.tolist()):
            if number >= 0:
                result[row] = known[places[number]] if number in places else self._index.x[number]
        return result, numbers >= 0

    def _identify(self, x: Tensor, blur: Blur, waiting: Container[int]) -> Tensor:
        """Return the number of the row that each told point is, -1 for a point off the table."""
        numbers = self._index.find_exact(x)
        for row in (blur.is_single | (numbers < 0)).nonzero()[:, 0].tolist():
            close = self._index.within(x[row], blur.tolerance[row]).tolist()
            chosen = [one for one in close if one in waiting] if len(close) > 1 else close
            if len(close) > 1 and len(chosen) != 1:
                self._refuse_close(row, close)
            numbers[row] = chosen[0] if chosen else -1
        return numbers

    def _refuse_close(self, row: int, close: Sequence[int]) -> NoReturn:
        """Raise the error about a point that could be several candidates."""
        rows = self.decode(self._index.x[close[:2],]).to_dict("records")
        first, second = (f"candidate {number} {one}" for number, one in zip(close, rows, strict=False))
        raise DataError(
            f"Row {row} could be {first} or {second}: its values are rounded, and these are closer than "
            "that; give them in full, as `ask` returned them."
        )

    def labels_of(self, x: Tensor) -> pd.DataFrame:
        """Return the labels of points (`n x d`), None for those that are no rows."""
        numbers = self._index.find(x)
        labels = self.labels.reindex(numbers.tolist()).astype(object)
        return labels.where(labels.notna(), None).reset_index(drop=True)

    def to_json(self) -> dict[str, Any]:
        """Return the definition and the table in JSON types; `from_json` undoes it.

        Raises:
            SpaceError: If a category or a label has no JSON form.
        """
        table = pd.concat([self.labels, self.decode(self._index.x)], axis=1)
        columns = {str(name): [to_json_value(one) for one in table[name].tolist()] for name in table.columns}
        return {**self.parameter_space.to_json(), "candidates": columns, "repeats": self.repeats}

    @classmethod
    def from_json(cls, definition: Mapping[str, Any]) -> Self:
        """Build a space from the result of `to_json`.

        Raises:
            SpaceError: If it is not such a result.
        """
        if not isinstance(definition, Mapping) or "candidates" not in definition:
            raise SpaceError("Expected the JSON of a table space, a mapping with 'candidates'.")
        rest = {key: one for key, one in definition.items() if key not in ("candidates", "repeats")}
        columns = {
            name: pd.Series([from_json_value(one) for one in values], dtype=object)
            for name, values in definition["candidates"].items()
        }
        space = DesignSpace.from_json(rest)
        return cls(space, pd.DataFrame(columns), repeats=bool(definition.get("repeats", False)))

    def _key(self) -> object:
        """Add the candidates to what is compared; their order decides which ones are drawn."""
        return self.parameter_space._key(), self.rows.x.numpy().tobytes(), self.repeats

    def __repr__(self) -> str:
        """Return the number of candidates, and the names and types."""
        return f"TableSpace({len(self.rows)} candidates, {self.parameter_space!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by the space and the encoded table."""
        return _rebuild, (self.parameter_space, self._index.x, self.labels, self.repeats)


def _rebuild(space: DesignSpace, x: Tensor, labels: pd.DataFrame, repeats: bool) -> TableSpace:
    """Build an unpickled space."""
    table = TableSpace.__new__(TableSpace)
    table._fill(space, x, labels, repeats=repeats)
    return table


def _check_table(space: DesignSpace, candidates: object) -> None:
    """Refuse what is no table of candidates; missing columns are left to `encode`."""
    if not isinstance(candidates, pd.DataFrame):
        raise DataError(f"Expected a pandas DataFrame of candidates, got {type(candidates).__name__}.")
    if not len(candidates):
        raise DataError("The table of candidates has no rows; add some.")
    if not candidates.columns.is_unique:
        twice = candidates.columns[candidates.columns.duplicated()][0]
        raise DataError(f"The table of candidates has the column '{twice}' twice; keep one of them.")
    if not space.names:
        raise SpaceError("A table needs parameters; declare some with `DesignSpace().parse([...])`.")


def _place(candidates: pd.DataFrame, row: int) -> str:
    """Return where a row stands, in the words of the table's index."""
    return f"{candidates.index.name or 'row'} {candidates.index[row]}"
