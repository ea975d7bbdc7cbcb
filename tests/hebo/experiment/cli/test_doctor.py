from __future__ import annotations

from email.message import Message
from importlib.metadata import Distribution
from typing import cast

import pytest
from click.testing import CliRunner

from hebo.experiment.cli import doctor, main
from hebo.experiment.cli.doctor import (
    check_catalog,
    check_requirements,
    check_rivals,
    examine,
    parse_version,
)
from hebo.experiment.config import catalog as catalog_module


class Installed:
    """A distribution with a name and a version."""

    def __init__(self, name: str, version: str) -> None:
        self.version = version
        self.metadata = Message()
        self.metadata["Name"] = name


def rivals(*installed: tuple[str, str]) -> list[doctor.Finding]:
    return check_rivals([cast(Distribution, Installed(*one)) for one in installed])


def test_one_distribution_of_ours_is_well() -> None:
    (finding,) = rivals(("hebo-framework", "0.9.0"), ("numpy", "2.4"))
    assert (finding.mark, finding.text) == ("ok", "hebo-framework 0.9.0")


def test_an_older_distribution_of_the_same_import_name_is_a_problem_with_a_remedy() -> None:
    (finding,) = rivals(("hebo-framework", "0.9.0"), ("HEBO", "0.3.6"))
    assert finding.is_problem
    assert "HEBO 0.3.6 is installed in this environment too, and also provides `import hebo`" in finding.text
    assert "pip uninstall HEBO" in finding.text


def test_two_of_ours_or_none_are_problems() -> None:
    assert (
        "installed several times (0.9.0, 0.9.1)"
        in rivals(("hebo-framework", "0.9.0"), ("hebo-framework", "0.9.1"))[0].text
    )
    assert "imported from a folder but not installed" in rivals(("numpy", "2.4"))[0].text


def test_versions_are_compared_by_number() -> None:
    assert parse_version("2.13.0+cpu") == (2, 13, 0)
    assert parse_version("1.10") > parse_version("1.9.9")


@pytest.mark.parametrize(
    ("requirement", "mark", "text"),
    [
        ("pytest>=8.0", "ok", "pytest "),
        ("pytest>=999", "problem", "is older than 999; `pip install 'pytest>=999'`."),
        ("pytest (>=8.0)", "ok", "pytest "),
        ("no-such-package>=1", "problem", "no-such-package is not installed; `pip install no-such-package`."),
        (
            'no-such[x]>=1; extra == "odd"',
            "note",
            "no-such (extra 'odd') is not installed; `pip install '.[odd]'` in a checkout",
        ),
    ],
)
def test_requirements_are_compared_with_what_is_installed(requirement: str, mark: str, text: str) -> None:
    (finding,) = check_requirements([requirement])
    assert finding.mark == mark
    assert text in finding.text


def test_this_environment_is_examined_from_python_to_gpu() -> None:
    texts = [finding.text for finding in examine()]
    assert texts[0].startswith("Python 3.")
    assert any(text.startswith("torch ") for text in texts)
    assert any("CPUs usable" in text for text in texts)
    assert texts[-1].startswith("GPU: ")


def test_a_broken_catalogue_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    found = catalog_module.Catalog()
    found.broken.append("The catalogue entry point 'x' cannot be loaded.")
    monkeypatch.setattr(catalog_module, "catalog", lambda: found)
    (finding,) = check_catalog()
    assert (finding.is_problem, finding.text) == (True, found.broken[0])


@pytest.mark.parametrize(("mark", "code"), [("ok", 0), ("note", 0), ("problem", 1)])
def test_the_exit_code_tells_whether_there_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, mark: str, code: int
) -> None:
    monkeypatch.setattr(doctor, "examine", lambda: [doctor.Finding(mark, "text")])
    answer = CliRunner().invoke(main, ["doctor"])
    assert answer.exit_code == code
    assert answer.output == f"{mark:<7} text\n"
