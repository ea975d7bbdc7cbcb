"""Compute on a GPU whatever can be computed there, and compare with the CPU: results, and how long they took.

`HEBO_TEST_DEVICE` names the device, `cuda` by default; `cpu` proves the script itself. Arguments choose
computations by parts of their names. The core packages of the project are enough. The exit status is 1 if
a result differs or a computation fails.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]


def main(parts: Sequence[str]) -> int:
    """Run the computations whose names contain one of `parts`, all of them without any; return the status."""
    device = os.environ.get("HEBO_TEST_DEVICE") or "cuda"
    try:
        torch.ones(1, device=device).sum().item()  # also starts the device, which takes a while
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        print(
            f"test-gpu: torch {torch.__version__} has no device '{device}' here ({reason}). Run it "
            "where there is a GPU and a torch built for it, or prove the script: make test-gpu DEVICE=cpu"
        )
        return 1
    from device_cases import LARGE, SMALL

    chosen = {name: one for name, one in {**SMALL, **LARGE}.items() if _is_chosen(name, parts)}
    print(f"{'computation':<36}{'off by':>10}{device + ' / s':>12}{'cpu / s':>10}{'ratio':>8}")
    start = time.perf_counter()
    failed = [name for name, case in chosen.items() if not _agrees(name, case.run, case.atol, device)]
    took = time.perf_counter() - start
    print(
        f"{len(chosen) - len(failed)} of {len(chosen)} computations agree, {took:.0f} s", *failed, sep="\n  "
    )
    return int(bool(failed) or not chosen)


def _is_chosen(name: str, parts: Sequence[str]) -> bool:
    return not parts or any(part in name for part in parts)


def _agrees(name: str, run: Callable[[str], Tensor], atol: float | None, device: str) -> bool:
    """Run one computation on both, print a line, and say whether the results agree."""
    try:
        expected, here = _timed(run, "cpu")
        found, there = _timed(run, device)
    except Exception:
        print(f"{name:<36}    fails\n{traceback.format_exc()}", flush=True)
        return False
    off = float((found - expected).abs().max()) if found.shape == expected.shape else float("inf")
    agrees = bool(torch.isfinite(found).all()) and (atol is None or off <= atol)
    shown = "-" if atol is None else f"{off:.1e}"
    verdict = "" if agrees else f"  DIFFERS, {atol:g} allowed"
    print(f"{name:<36}{shown:>10}{there:>12.3f}{here:>10.3f}{there / here:>8.2f}{verdict}", flush=True)
    return agrees


def _timed(run: Callable[[str], Tensor], device: str) -> tuple[Tensor, float]:
    start = time.perf_counter()
    found = run(device)  # results come to the CPU, so that all work is done by then
    return found, time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
