"""Tests of the names at the top of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "expression",
    ["hebo.optimizers.hebo.HEBO", "hebo.design_space.design_space.DesignSpace", "hebo.HEBO", "hebo.DesignSpace"],
)
def test_dotted_names_work_after_a_bare_import(expression: str) -> None:
    subprocess.run([sys.executable, "-W", "ignore", "-c", f"import hebo; {expression}"], check=True, timeout=120)


def test_unknown_names_are_refused() -> None:
    import hebo

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hebo.nothing
