"""Tests of the names at the top of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest

NAMES = "hebo.optimizers.hebo.HEBO, hebo.design_space.design_space.DesignSpace, hebo.HEBO, hebo.DesignSpace"


@pytest.mark.parametrize(
    "start", ["import hebo", "import hebo, hebo.optimizer.values, hebo.design_space.domains.domain"]
)
def test_dotted_names_work_whatever_was_imported_before(start: str) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", f"{start}; {NAMES}"], check=True)


def test_unknown_names_are_refused() -> None:
    import hebo

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hebo.nothing
