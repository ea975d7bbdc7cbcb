"""Tests of `tasks.antibody.antibody_design`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from hebo.errors import DataError, MissingExtraError
from hebo.random import make_generator
from tasks.antibody.antibody_design import AntibodyDesign
from tasks.antibody.developability import problems
from tasks.antibody.energies import encode
from tasks.antibody.grow import grown
from tasks.antibody.lattice import are_adjacent
from tasks.antibody.oracle import oracle
from tasks.antibody.profiles import profiles

SMALL = grown(16, 0)


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(SMALL.to_json()))
    return {
        "antigen": str(path),
        "length": 6,
        "window": 6,
        "min_contacts": 5,
        "cache": str(tmp_path / "cache"),
    }


def test_values_are_binding_energies_of_developable_sequences(settings: dict[str, Any]) -> None:
    task = AntibodyDesign(**settings)
    frame = task.space.decode(task.space.sample(40, generator=make_generator("loops")))
    found = task.evaluate(frame)
    assert not any(problems(one) for one in found["sequence"])
    docked = oracle(profiles(SMALL, 6, 5), "numpy").dock(np.stack([encode(one) for one in found["sequence"]]))
    assert found["energy"].tolist() == docked.energies.tolist()


def test_a_longer_loop_counts_with_its_best_window(settings: dict[str, Any]) -> None:
    short, long = AntibodyDesign(**settings), AntibodyDesign(**{**settings, "length": 8}, developable=False)
    frame = long.space.decode(long.space.sample(10, generator=make_generator("loops")))
    found = long.evaluate(frame)
    for row, text in enumerate(found["sequence"]):
        windows = pd.DataFrame(
            [list(text[start : start + 6]) for start in range(3)], columns=short.space.names
        )
        each = AntibodyDesign(**settings, developable=False).evaluate(windows)["energy"]
        assert found["energy"][row] == each.min()
        assert found["start"][row] == each.argmin()


def test_rules_can_be_switched_off(settings: dict[str, Any]) -> None:
    bad = pd.DataFrame([list("RRRRRR")], columns=[f"x{i + 1}" for i in range(6)])
    assert AntibodyDesign(**settings).evaluate(bad)["energy"].isna().all()
    assert AntibodyDesign(**settings, developable=False).evaluate(bad)["energy"].notna().all()


def test_a_pose_is_a_walk_on_free_sites(settings: dict[str, Any]) -> None:
    pose = AntibodyDesign(**settings).pose("WYFLCA")
    assert are_adjacent(pose[1:], pose[:-1]).all()
    assert SMALL.is_free[pose].all()
    for sequence in ("WYF", "WYFLCX"):
        with pytest.raises(DataError, match="give at least 6 letters of ACDEFGHIKLMNPQRSTVWY"):
            AntibodyDesign(**settings).pose(sequence)


def test_energies_may_be_means_or_ordered_sums(settings: dict[str, Any]) -> None:
    frame = AntibodyDesign(**settings).space.decode(
        AntibodyDesign(**settings).space.sample(30, generator=make_generator("loops"))
    )
    best, ordered, mean = (
        AntibodyDesign(**settings, energy=energy).evaluate(frame)["energy"]
        for energy in ("best", "ordered", "statistical")
    )
    assert np.isclose(best, ordered, atol=1e-9).mean() > 0.8  # ties differ, and little else
    assert (best <= 0).all()
    assert not np.isclose(best, mean).any()


def test_bad_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="a loop of 5 residues has no window of 6"):
        AntibodyDesign(**{**settings, "length": 5})
    with pytest.raises(ValidationError, match="'S84' does not come along"):
        AntibodyDesign(antigen="S84")


def test_enumerations_are_kept_in_the_users_cache_by_default(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    task = AntibodyDesign(**{**settings, "cache": None})
    task.evaluate(task.space.decode(task.space.sample(1, generator=make_generator(0))))
    assert len(list((tmp_path / "xdg" / "hebo" / "antibody").glob("*.npz"))) == 1


def test_what_is_missing_is_told_before_evaluations_fail(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    AntibodyDesign(**settings).require()
    monkeypatch.setattr("tasks.antibody.oracle.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"'numba' is not installed"):
        AntibodyDesign(**settings, backend="numba").require()
