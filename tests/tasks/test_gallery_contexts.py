"""The scripts beside the configurations of the gallery, in small."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scripts import module_at

from hebo.errors import ConfigError

GALLERY = Path(__file__).parents[2] / "configs" / "gallery"


@pytest.fixture(scope="module")
def contexts() -> Any:
    return module_at(GALLERY / "contexts.py")


def test_contexts_together_and_apart_are_compared_with_the_same_seeds(contexts: Any) -> None:
    setting = contexts.Setting({"type": "sphere", "dim": 2}, n_asks=3, optimizer={"type": "random_search"})
    rows = contexts.compare(setting, [0, 1])
    assert [row.context for row in rows] == ["c0", "c1"]
    assert all(row.better + row.worse == 2 for row in rows)
    assert all(row.together > 0 and row.apart > 0 for row in rows)
    assert contexts.compare(setting, [0, 1]) == rows
    assert "c0: median regret" in str(rows[0])


def test_the_regret_of_a_context_is_measured_from_its_own_least_value(contexts: Any) -> None:
    far = contexts.Setting(
        {"type": "sphere"}, offsets=(0.0, 100.0), n_asks=2, optimizer={"type": "random_search"}
    )
    near = contexts.Setting(
        {"type": "sphere"}, offsets=(0.0, 0.0), n_asks=2, optimizer={"type": "random_search"}
    )
    assert contexts.apart(far, 3) == pytest.approx(contexts.apart(near, 3))
    assert contexts.together(far, 3) == pytest.approx(contexts.together(near, 3))


def test_a_task_without_a_known_optimum_is_refused(contexts: Any) -> None:
    setting = contexts.Setting({"type": "contamination"}, n_asks=1, optimizer={"type": "random_search"})
    with pytest.raises(ConfigError, match="is not known; choose another task"):
        contexts.together(setting, 0)
