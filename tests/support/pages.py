"""Code blocks of the pages that people read: README, guides, reference.

Two comments before a fence say what a block is, beside its language:

    <!-- excerpt -->            not run, for it is no whole example
    <!-- file: library.csv -->  this file, in the folder in which the blocks of the page run
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from layers import ROOT

README = ROOT / "README.md"
GUIDE = [README, *sorted((ROOT / "docs").rglob("*.md"))]
PAGES = [*GUIDE, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", ROOT / "configs/benchmarks/README.md"]
SHELLS = ("bash", "sh", "console")
FENCE = re.compile(
    r"^(?:<!-- (?P<mark>excerpt|file: \S+) -->\n+)?(?P<indent> *)```(?P<language>\w*)[^\n]*\n"
    r"(?P<body>.*?)^(?P=indent)```$",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced code block.

    Attributes:
        page: The file it is in.
        line: Of its first line of code, from 1.
        language: As named after the fence.
        body: Its code.
        mark: `excerpt`, `file: NAME` or nothing.
    """

    page: Path
    line: int
    language: str
    body: str
    mark: str

    @property
    def label(self) -> str:
        """Where it is, for the names of tests."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def file(self) -> str:
        """The name of the file that it is, or nothing."""
        return self.mark.removeprefix("file: ") if self.mark.startswith("file: ") else ""


def blocks(pages: Iterable[Path] = GUIDE) -> list[Block]:
    """Return all code blocks of pages, in order."""
    return [block for page in pages for block in _blocks_of(page)]


def runnable(language: str, pages: Iterable[Path] = GUIDE) -> list[Block]:
    """Return the blocks of a language, less excerpts."""
    return [one for one in blocks(pages) if one.language == language and one.mark != "excerpt"]


def script_of(page: Path) -> str:
    """Return the Python blocks of a page as one script, each at the line at which the page has it."""
    lines: list[str] = []
    for block in runnable("python", [page]):
        lines += [""] * (block.line - 1 - len(lines)) + block.body.splitlines()
    return "\n".join(lines) + "\n"


def commands(program: str, pages: Iterable[Path] = PAGES) -> list[tuple[Block, list[str]]]:
    """Return the words of each line of `program` in shell blocks, less its name, with the block of each."""
    shell = [one for one in blocks(pages) if one.language in SHELLS and one.mark != "excerpt"]
    lines = ((one, line) for one in shell for line in one.body.replace("\\\n", " ").splitlines())
    words = ((one, shlex.split(line.removeprefix("$ "), comments=True)) for one, line in lines)
    return [
        (one, rest)
        for one, (first, *rest) in ((one, found or [""]) for one, found in words)
        if first == program
    ]


def write_files(page: Path, folder: Path) -> list[str]:
    """Write the files of a page into a folder; return their names."""
    named = [block for block in blocks([page]) if block.file]
    for block in named:
        (folder / block.file).write_text(block.body, encoding="utf-8")
    return [block.file for block in named]


def links(page: Path) -> list[str]:
    """Return the targets of relative links of a page, without anchors."""
    targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]


def _blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start("body")) + 1
        yield Block(page, line, found["language"], dedent(found["body"]), found["mark"] or "")
