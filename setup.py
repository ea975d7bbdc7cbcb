"""The part of the build that `pyproject.toml` cannot say: the wheel gets the examples of `configs/`."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCE = Path("configs")
TARGET = "hebo/experiment/examples"
SUFFIXES = (".yaml", ".csv")
# Comparisons of this project, which need other environments and days.
LEFT_OUT = "benchmarks"


class BuildWithExamples(build_py):
    """Builds the packages, and puts the examples into one of them."""

    def run(self) -> None:
        """Build, and copy the examples."""
        super().run()
        for source, target in self._examples():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return the files that are built, the examples among them."""
        return [*super().get_outputs(include_bytecode), *(str(target) for _, target in self._examples())]

    def _examples(self) -> list[tuple[Path, Path]]:
        """Return file and place of each example; none in an editable install, which has the checkout."""
        if self.editable_mode:
            return []
        files = [path for path in sorted(SOURCE.rglob("*")) if path.suffix in SUFFIXES]
        home = Path(self.build_lib, TARGET)
        return [
            (path, home / path.relative_to(SOURCE))
            for path in files
            if path.relative_to(SOURCE).parts[0] != LEFT_OUT
        ]


setup(cmdclass={"build_py": BuildWithExamples})
