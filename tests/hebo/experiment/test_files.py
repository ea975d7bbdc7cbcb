from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from hebo.errors import ConfigError
from hebo.experiment.config.locate import check_folder
from hebo.experiment.files import check_writable, replacing, write
from hebo.experiment.store.results import load_results

from .conftest import lasting

Write = Callable[..., Path]
Hebo = Callable[..., Result]


def test_a_file_is_written_with_its_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path / "new" / "a.txt", "ü\n")
    assert path.read_bytes() == b"\xc3\xbc\n"
    write(path, b"again")
    assert path.read_bytes() == b"again"
    assert [one.name for one in path.parent.iterdir()] == ["a.txt"]


def test_a_file_that_should_be_new_is_not_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "first", is_new=True)
    with pytest.raises(FileExistsError, match=r"a\.txt"):
        write(path, "second", is_new=True)
    assert path.read_text() == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("place", ["/proc/nowhere/a.txt", "{}/file/a.txt", "{}/folder"])
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    path = Path(place.format(tmp_path))
    with pytest.raises((NotADirectoryError, FileNotFoundError, IsADirectoryError)) as caught:
        write(path, "text")
    assert caught.value.filename == str(path)
    with pytest.raises(ConfigError, match=r"--csv: '.*' cannot be written .*; name another file"):
        check_writable(path, "--csv")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "folder"]


def test_a_link_or_a_pipe_is_written_through_and_stays(tmp_path: Path) -> None:
    (tmp_path / "target").touch()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    check_writable(link, "-o")
    write(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "target").read_text() == "text"
    write(Path(os.devnull), "text")
    assert not Path(os.devnull).is_file()


def resolved(folder: Path, *, name: str = "mine", store: str | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    text = f"name: {name}\noutput: {folder}\n" + (f"store: {store}\n" if store else "")
    (folder / "resolved.yaml").write_text(text)
    return folder


def test_a_folder_belongs_to_the_experiment_and_the_store_it_names(tmp_path: Path) -> None:
    own = f"sqlite:///{tmp_path}/a.db"
    folder = resolved(tmp_path / "out", store=own)
    check_folder(folder, name="mine", store=own)
    check_folder(tmp_path / "empty", name="mine", store=own)
    for name, store in (("mine", f"sqlite:///{tmp_path}/b.db"), ("other", own), ("mine", "postgresql://h/d")):
        with pytest.raises(ConfigError, match=r"belongs to the experiment 'mine' with the store .*a\.db"):
            check_folder(folder, name=name, store=store)


def test_a_folder_that_was_moved_with_its_store_is_still_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = resolved(tmp_path / "out").rename(tmp_path / "moved")
    check_folder(folder, name="mine", store=f"sqlite:///{folder}/results.db")
    monkeypatch.chdir(tmp_path)
    check_folder(Path("moved"), name="mine", store="sqlite:///moved/results.db")


@pytest.mark.usefixtures("toys")
def test_two_experiments_with_stores_of_their_own_do_not_share_a_folder(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    first = write_config("a.yaml", store=f"sqlite:///{tmp_path}/a.db")
    assert hebo("run", first).exit_code == 0
    before = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}
    for changes in ({}, {"name": "other"}, {"store": f"sqlite:///{tmp_path}/out/results.db"}):
        answer = hebo("run", write_config("b.yaml", **{"store": f"sqlite:///{tmp_path}/b.db"} | changes))
        assert answer.exit_code == 2
        assert "belongs to the experiment 'small' with the store" in answer.stderr
        assert answer.stderr.count("\n") == 1
    assert {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()} == before
    assert not (tmp_path / "b.db").exists()
    first.rename(tmp_path / "renamed.yaml")
    assert hebo("run", tmp_path / "renamed.yaml").exit_code == 0
    assert hebo("run", tmp_path / "out" / "resolved.yaml").exit_code == 0


@pytest.mark.usefixtures("toys")
def test_a_moved_folder_goes_on(write_config: Write, hebo: Hebo, tmp_path: Path) -> None:
    assert hebo("run", write_config()).exit_code == 0
    before = lasting(load_results(tmp_path / "out"))
    (tmp_path / "out").rename(tmp_path / "moved")
    answer = hebo("run", write_config(output=str(tmp_path / "moved"), seeds=2))
    assert answer.exit_code == 0, answer.stderr
    assert lasting(load_results(tmp_path / "moved"))[:6] == before


@pytest.mark.usefixtures("toys")
def test_a_report_is_not_written_into_the_folder_of_another_experiment(
    write_config: Write, hebo: Hebo, tmp_path: Path
) -> None:
    assert hebo("run", write_config()).exit_code == 0
    other = write_config("other.yaml", name="other", output=str(tmp_path / "other"))
    assert hebo("run", other).exit_code == 0
    answer = hebo("report", other, "-o", tmp_path / "out")
    assert answer.exit_code == 2
    assert "belongs to the experiment 'small'" in answer.stderr
    assert hebo("report", other, "-o", tmp_path / "other").exit_code == 0


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), replacing(path) as partial:
        _ = partial.write_text("ne") / 0
    assert path.read_text() == "old"
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "new"


def test_the_file_behind_a_link_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "there" / "file")
    with replacing(tmp_path / "link") as partial:
        partial.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "file").read_text() == "new"


@pytest.mark.parametrize("name", ["none/file", "x" * 300, "folder"])
def test_what_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(ConfigError, match=r"cannot be written \(.*\); name another place"),
        replacing(tmp_path / name) as partial,
    ):
        partial.write_text("new")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ConfigError, match=r"No space left on device"), replacing(path):
        raise OSError(28, os.strerror(28))
    assert path.read_text() == "old"
