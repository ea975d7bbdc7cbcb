"""State of a campaign: its document and its optimizer, taken up where the last command left them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hebo.design_space.design_space import DesignSpace
from hebo.errors import ConfigError, DataError, HeboError
from hebo.experiment.campaign.carrying import carried
from hebo.experiment.campaign.cells import SheetCells
from hebo.experiment.campaign.checks import check_goals, check_names, check_takes, check_whole
from hebo.experiment.campaign.definition import Definition
from hebo.experiment.campaign.differences import setting_difference
from hebo.experiment.campaign.document import CampaignDocument, OldDocument
from hebo.experiment.campaign.noise import told_deviations
from hebo.experiment.campaign.points import At, points_of
from hebo.experiment.campaign.rows import History
from hebo.experiment.campaign.told_rows import joined, values_of
from hebo.experiment.campaign.upgrade import upgraded
from hebo.experiment.config.former import current
from hebo.experiment.config.parts import describe
from hebo.optimizer.optimizer import Optimizer


class Teacher(Protocol):
    """What tells an optimizer of related tasks."""

    @property
    def described(self) -> list[dict[str, Any]]:
        """Where they are read, as a YAML says."""

    def teach(self, optimizer: Optimizer) -> list[str]:
        """Tell of them, and return what people should know, a line each."""


class Keeper(Protocol):
    """Where a campaign is kept."""

    def record(self, document: CampaignDocument, space: DesignSpace) -> None:
        """Write all that is known, all of it or nothing."""


@dataclass(frozen=True)
class Found:
    """What is known of a campaign.

    Attributes:
        document: It; None if nothing is known.
        where: Names it in messages.
    """

    document: CampaignDocument | OldDocument | None
    where: str


class CampaignState:
    """A campaign with all that was asked and told.

    Whatever `tell` would refuse of the campaign is refused here, before anything is asked for. What is known
    of other parameters is carried over to those that there are now.

    Args:
        definition: Of the campaign.
        found: What is known.
        teacher: Tells the optimizer of related tasks, once: they are kept from then on.
        keeper: Where it is kept.

    Attributes:
        where: The place of what is known, in messages.
        notices: What people should know, a line each.

    Raises:
        ConfigError: If what is known is damaged, or of other quantities, or the optimizer does not take what
            is measured.
        DataError: If it cannot be carried over to the design space.
    """

    def __init__(
        self,
        definition: Definition,
        found: Found,
        *,
        teacher: Teacher | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self._definition, self._teacher, self._keeper = definition, teacher, keeper
        self.campaign, self._space, self._recipe, *_ = definition
        self.where = found.where
        self.cells = SheetCells(self._space, definition.defaults)
        self.notices: list[str] = []
        self.optimizer: Optimizer = self._recipe.build(self._space, seed=self.campaign.seed)
        check_takes(self.optimizer, self.campaign)
        if self.campaign.objectives:
            self.optimizer.set_outcomes(self.campaign.outcomes)
        self.optimizer.set_reference_point(self.campaign.reference)
        self._document = self._new_document()
        if found.document is not None:
            self._take_up(found.document)
        elif teacher is not None:
            self.notices += teacher.teach(self.optimizer)

    def save(self) -> None:
        """Record all that is known."""
        self._document.optimizer = self.optimizer.state_dict()
        if self._keeper is None:
            raise AssertionError("a campaign that is only read is not recorded")
        self._keeper.record(self._document, self._space.parameter_space)

    @property
    def n_outside(self) -> int:
        """How many told points, or comparisons, lie outside the space."""
        told, answers = self._document.told, self._document.answers
        return sum(one.aside is not None for one in told) + sum(one.aside is not None for one in answers)

    @property
    def n_failed_outside(self) -> int:
        """How many of the told points outside the space have failed."""
        found = [one.aside for one in self._document.told if one.aside is not None]
        return sum(None in (*one.y, *one.constraints) for one in found)

    # ------------------------------------------------------------------ what is known

    def _points(self, numbers: Sequence[int]) -> list[At]:
        """Return the points with some numbers."""
        points = self._document.points
        return points_of(self._space, [points[number] for number in numbers])

    def points_asked(self) -> dict[int, At]:
        """Return number -> point, of all that were asked for."""
        numbers = list(self._document.points)
        return dict(zip(numbers, self._points(numbers), strict=True))

    def told_before(self) -> History:
        """Return what was told so far."""
        told = self._document.told
        rows = joined(self.optimizer.state_dict(), told)
        points = points_of(self._space, [row["x"] if "x" in row else row["point"] for row in rows])
        deviations = [told_deviations(self.campaign, row.get("y_var")) for row in rows]
        return History(told, points, [values_of(row) for row in rows], deviations)

    # ------------------------------------------------------------------ taking up

    def _new_document(self) -> CampaignDocument:
        campaign = self.campaign
        return CampaignDocument(
            objectives=list(campaign.objective_names),
            constraints=list(campaign.constraint_names),
            outcomes=campaign.outcomes if campaign.objectives else None,
            settings=describe(self._recipe),
            seed=campaign.seed,
            optimizer={},
            asked=[],
            told=[],
            initial_trials_from=self._teacher.described if self._teacher else [],
        )

    def _take_up(self, found: CampaignDocument | OldDocument) -> None:
        if isinstance(found, OldDocument):
            self.notices.append(
                f"{self.where} was written before names were kept: its values are taken for "
                f"{', '.join(self.campaign.measured)}."
            )
            found = upgraded(found, self._document, self._space, self.where)
        check_names(found, self.campaign, self.where)
        check_goals(found, self.campaign, self.where)
        found = self._in_this_space(found)
        check_whole(found, self.campaign, self._space, self.where)
        found.settings = dict(current("optimizer", found.settings, self._document.settings))
        if found.outcomes is None:
            found.outcomes = self._document.outcomes
        changed = [one for one in _SETTINGS if getattr(found, one) != getattr(self._document, one)]
        now = {one: getattr(self._document, one) for one in _SETTINGS}
        self._document = found.model_copy(update=now)
        for one in changed:
            self._note_change(one, getattr(found, one), now[one])
        if (was := found.optimizer.get("reference_point")) != self.campaign.reference and found.asked:
            self._note_change("reference_point", was, self.campaign.reference)
        state = {**found.optimizer, "seed": self.campaign.seed}
        is_taught = bool(state.get("related")) and "initial_trials_from" not in changed
        self._restart(state if is_taught else {key: state[key] for key in state if key != "related"})
        if self._teacher is not None and not is_taught:
            self.notices += self._teacher.teach(self.optimizer)

    def _in_this_space(self, found: CampaignDocument) -> CampaignDocument:
        try:
            moved = carried(found, self._space, self._definition.defaults, self.where)
        except HeboError:
            raise
        except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            raise self._damaged(error) from error
        if moved is None:
            return found
        self.notices.append(moved.text)
        moved.document.happened("space", was=found.optimizer["space"], now=moved.document.optimizer["space"])
        return moved.document

    def _note_change(self, what: str, was: Any, now: Any) -> None:
        """Say and record that something is otherwise from now on."""
        self._document.happened(what, was=was, now=now)
        self.notices.append(
            f"{what} changed since the last round, what is known stays and the next points follow: "
            f"{setting_difference(was, now)}."
        )

    def _restart(self, state: dict[str, Any]) -> None:
        """Make the optimizer anew from a state."""
        self.optimizer = self._recipe.build(self._space, seed=self.campaign.seed)
        if self.campaign.objectives:
            self.optimizer.set_outcomes(self.campaign.outcomes)
        try:
            self.optimizer.load_state_dict({**state, "reference_point": self.campaign.reference})
        except HeboError as error:
            raise DataError(f"{self.where}: {error}.") from error
        except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> ConfigError:
        return ConfigError(f"{self.where} is damaged ({error!r}); restore it.")


_SETTINGS = ("objectives", "constraints", "outcomes", "settings", "seed", "initial_trials_from")
"""What a campaign has in its YAML and among what is known."""
