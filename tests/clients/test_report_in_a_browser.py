"""The pages of reports in Chromium: clicks, sorting, saving, policies, widths, light and dark."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hebo.experiment.report.page import write_report
from hebo.experiment.store.results import load_results
from hebo.study.study import Study

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.client

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTHS = (390, 768, 1280)
KINDS = ("problem", "objectives", "comparison")
NASTY = '=SUM(1)"<img src=x onerror=alert(1)>'


def reaction(heat: float, time: float, solvent: str) -> dict[str, Any]:
    if heat > 0.95:
        raise ValueError(NASTY)
    yielded = 80 - 90 * (heat - 0.6) ** 2 - abs(time - 4) - 9 * (solvent == "a rather long name of a solvent")
    return {"yield of the reaction": yielded, "impurity": 10 * heat, "note": NASTY}


def study(folder: Path) -> Path:
    space = {"heat": (0.0, 1.0), "time": (1.0, 9.0), "solvent": ["water", "a rather long name of a solvent"]}
    objectives = [{"name": "yield of the reaction", "goal": "maximize", "unit": "%"}]
    limits = [{"name": "impurity", "ub": 8.0, "unit": "%"}]
    made = Study(space, objectives=objectives, constraints=limits, storage=folder / "s.db", optimizer="sobol")
    page = made.optimize(reaction, n_trials=24).report(folder / "page")
    made.close()
    return page


def two_objectives(folder: Path) -> Path:
    made = Study(
        {"heat": (0.0, 1.0)}, objectives=["cost", "harm"], storage=folder / "s.db", optimizer="sobol"
    )
    page = made.optimize(lambda heat: {"cost": heat, "harm": (1 - heat) ** 2}, n_trials=12).report(
        folder / "page"
    )
    made.close()
    return page


def comparison(folder: Path) -> Path:
    from click.testing import CliRunner

    from hebo.experiment.cli import main
    from hebo.experiment.yaml.document import write_yaml

    settings = {
        "name": "two-optimizers",
        "optimizers": [{"type": "sobol"}, {"type": "random_search"}],
        "tasks": [{"type": "branin"}],
        "seeds": [0, 1],
        "budget": {"n_trials": 6},
        "executor": {"type": "in_process"},
        "output": str(folder / "out"),
        "report": False,
    }
    (folder / "c.yaml").write_text(write_yaml(settings))
    assert CliRunner().invoke(main, ["run", str(folder / "c.yaml")]).exit_code == 0
    page, *_ = write_report(load_results(folder / "out"), folder / "page")
    return page


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    makers = {"problem": study, "objectives": two_objectives, "comparison": comparison}
    return {name: make(tmp_path_factory.mktemp(name)) for name, make in makers.items()}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no chromium is installed")
    with sync_api.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


class Seen:
    """An open page, and all that the browser complained of or asked for."""

    def __init__(self, browser: Any, path: Path, width: int = 1280, scheme: str = "light") -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())

    def __enter__(self) -> Seen:
        return self

    def __exit__(self, *of_error: object) -> None:
        self.context.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_fits_its_window_and_complains_of_nothing(
    browser: Any, pages: dict[str, Path], kind: str, width: int, scheme: str
) -> None:
    with Seen(browser, pages[kind], width, scheme) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.complaints == []
        assert seen.requests == [pages[kind].as_uri()]
        dark = seen.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, dark.removeprefix("rgb(").removesuffix(")").split(","))) < 200) is (
            scheme == "dark"
        )


def test_a_click_on_a_heading_sorts_and_another_one_turns_it_round(
    browser: Any, pages: dict[str, Path]
) -> None:
    with Seen(browser, pages["problem"]) as seen:
        heading = seen.page.locator("#trial-table th", has_text="yield of the reaction")
        cells = "rows => rows.map(row => row.cells[2].dataset.value ?? row.cells[2].textContent)"

        def column() -> list[str]:
            found: list[str] = seen.page.eval_on_selector_all("#trial-table tbody tr", cells)
            return found

        for direction in ("ascending", "descending"):
            heading.locator("button").click()
            assert heading.get_attribute("aria-sort") == direction
            numbers = [float(one) for one in column() if one]
            assert numbers == sorted(numbers, reverse=direction == "descending")
            assert "" not in column()[: len(numbers)]  # what has no value comes last
        seen.page.locator("#trial-table th button").first.press("Enter")
        assert heading.get_attribute("aria-sort") == "none"
        assert seen.complaints == []


def test_the_saved_table_has_all_trials_and_no_formula(
    browser: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    with Seen(browser, pages["problem"]) as seen:
        with seen.page.expect_download() as waiting:
            seen.page.locator("button.save").click()
        waiting.value.save_as(tmp_path / "trials.csv")
        assert waiting.value.suggested_filename == "study-trials.csv"
        assert seen.complaints == []
    rows = list(csv.DictReader((tmp_path / "trials.csv").read_text("utf-8").splitlines()))
    assert [int(row["trial"]) for row in rows] == list(range(24))
    stored = load_results(f"sqlite:///{pages['problem'].parent.parent}/s.db").trials
    assert [float(row["heat"]) for row in rows] == [one["heat"] for one in stored["params"]]
    assert {row["note"] for row in rows} <= {f"'{NASTY}", ""}


def test_only_the_script_of_the_page_may_run(browser: Any, pages: dict[str, Path], tmp_path: Path) -> None:
    text = pages["problem"].read_text("utf-8")
    spoiled = tmp_path / "spoiled.html"
    spoiled.write_text(text.replace("</main>", "</main><script>document.title = 'other'</script>"))
    with Seen(browser, spoiled) as seen:
        assert "other" not in seen.page.title()
        assert any("Content Security Policy" in one for one in seen.complaints)
        assert seen.page.locator("html.scripted").count() == 1


def test_links_lead_to_their_sections_and_details_open(browser: Any, pages: dict[str, Path]) -> None:
    with Seen(browser, pages["problem"], 390) as seen:
        for link in seen.page.locator("nav a").all():
            link.click()
            assert seen.page.locator(link.get_attribute("href")).count() == 1
        for summary in seen.page.locator("summary").all():
            summary.click()
        assert seen.page.locator("details[open]").count() == seen.page.locator("details").count()
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert seen.complaints == []
