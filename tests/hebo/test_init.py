"""Tests of the names at the top of the package."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "expression",
    [
        "hebo.optimizers.hebo.HEBO",
        "hebo.design_space.design_space.DesignSpace",
        "hebo.HEBO",
        "hebo.DesignSpace",
    ],
)
def test_dotted_names_work_after_a_bare_import(expression: str) -> None:
    for start in ("import hebo", "import hebo.optimizers.base as base, hebo.design_space.domain as domain"):
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", f"{start}; import hebo; {expression}"], check=True
        )


def test_unknown_names_are_refused() -> None:
    import hebo

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hebo.nothing
