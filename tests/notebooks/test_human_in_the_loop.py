"""The notebook of the person in the loop runs in small."""

from __future__ import annotations

import pytest

from notebooks import run_small


def test_every_cell_runs_and_the_answers_are_as_the_story_says(monkeypatch: pytest.MonkeyPatch) -> None:
    names, images = run_small("human_in_the_loop", monkeypatch)
    assert len(images) == 2
    assert len(names["optimizer"].comparisons) == 4 + 3
    assert len(names["optimizer"].pending) == 0
    better = names["pleasure"](names["optimizer"].comparisons["better"])
    assert (better.to_numpy() > names["pleasure"](names["optimizer"].comparisons["worse"]).to_numpy()).all()
    assert len(names["measured"].history) == 6
    assert set(names["curves"]) == {"no belief", "right", "wrong"}
