from __future__ import annotations

from pathlib import Path

import pytest

from hebo.errors import StoreError
from hebo.experiment.config.locate import default_store, find_store, output_of


def test_a_url_is_taken_as_it_is() -> None:
    assert find_store("postgresql+psycopg://host/db") == ("postgresql+psycopg://host/db", None)


def test_a_yaml_names_its_store_or_the_default_one(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\n")
    assert find_store(path) == ("sqlite:///runs/mine/results.db", "mine")
    path.write_text("name: mine\noutput: /data/x\n")
    assert find_store(path) == ("sqlite:////data/x/results.db", "mine")
    path.write_text("name: mine\nstore: sqlite:///other.db\n")
    assert find_store(path) == ("sqlite:///other.db", "mine")


def test_a_folder_that_was_moved_keeps_the_store_beside_it(tmp_path: Path) -> None:
    (tmp_path / "resolved.yaml").write_text("name: mine\nstore: sqlite:////gone/results.db\n")
    assert find_store(tmp_path) == ("sqlite:////gone/results.db", "mine")
    (tmp_path / "results.db").touch()
    assert find_store(tmp_path) == (default_store(str(tmp_path)), "mine")


def test_a_store_file_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    path.touch()
    assert find_store(path) == (f"sqlite:///{path}", None)


def test_what_is_no_experiment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"has neither resolved\.yaml nor results\.db; is it a run folder"):
        find_store(tmp_path)
    with pytest.raises(StoreError, match="There is no run folder, YAML or store at"):
        find_store(tmp_path / "missing")


def test_the_folder_of_an_experiment_is_found_from_each_of_its_names(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\noutput: /data/x\n")
    assert output_of(path) == Path("/data/x")
    assert output_of(tmp_path) == tmp_path
    with pytest.raises(StoreError, match="say where to write with --output"):
        output_of("sqlite:///results.db")


def test_a_split_names_the_part_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nsplit: {}\npart: tuning\n")
    assert find_store(path) == ("sqlite:///runs/mine-tuning/results.db", "mine-tuning")
    path.write_text("name: mine-tuning\nsuite: mine\npart: tuning\n")
    assert find_store(path) == ("sqlite:///runs/mine-tuning/results.db", "mine-tuning")
