"""Run the tests as other machines would: in three settings that compute sums in different orders.

A floating-point search ends somewhere else under another BLAS, instruction set, number of threads or load. A
test that holds on one machine only fails here. Further arguments go to pytest.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import torch

TESTS = ["-q", "-n", os.environ.get("WORKERS", "2"), "-m", "not slow and not client"]
WIDER_THAN_AVX2 = ("X86_V4", "AVX512", "AVX10")  # how NumPy's names of such features begin


class Setting(NamedTuple):
    """Variables of the environment, and whether the processor is kept busy meanwhile."""

    name: str
    variables: dict[str, str]
    is_busy: bool = False


def dispatched() -> list[str]:
    """What NumPy uses of this processor beyond what it was built for; it refuses any other name."""
    core = np._core if hasattr(np, "_core") else np.core
    found = core._multiarray_umath
    return [name for name in found.__cpu_dispatch__ if found.__cpu_features__.get(name)]


def oldest_kernels() -> dict[str, str]:
    """OpenBLAS for the oldest processor of this family; other families keep what they have."""
    oldest = {"x86_64": "Nehalem", "AMD64": "Nehalem", "aarch64": "ARMV8", "arm64": "ARMV8"}
    name = oldest.get(platform.machine())
    return {"OPENBLAS_CORETYPE": name} if name else {}


def up_to_avx2() -> dict[str, str]:
    """All libraries with AVX2 and nothing wider; empty where the processor has no AVX2."""
    if torch.backends.cpu.get_cpu_capability() not in ("AVX2", "AVX512"):
        return {}
    return {
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_DISABLE_CPU_FEATURES": " ".join(
            name for name in dispatched() if name.startswith(WIDER_THAN_AVX2)
        ),
    }


def two_threads() -> dict[str, str]:
    """Threads that sleep while they wait: more of them than processors would spin most of the time."""
    return {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"}


def settings() -> list[Setting]:
    """The three that differ most."""
    plain = {
        "ATEN_CPU_CAPABILITY": "default",
        "MKL_CBWR": "COMPATIBLE",
        "NPY_DISABLE_CPU_FEATURES": " ".join(dispatched()),
        "OMP_NUM_THREADS": "1",
    }
    return [
        Setting("plain kernels, one thread", plain | oldest_kernels()),
        Setting("AVX2, two threads", two_threads() | up_to_avx2()),
        Setting("as it is, beside busy processes", {"OMP_NUM_THREADS": "1"}, is_busy=True),
    ]


@contextmanager
def busy(n: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keep `n` processors busy."""
    spinning = [subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) for _ in range(n)]
    try:
        yield spinning
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def run(setting: Setting, arguments: list[str]) -> int:
    """Run the tests in one setting; return what pytest returns."""
    print(f"\n=== {setting.name}: {setting.variables}", flush=True)
    with busy(os.cpu_count() or 1 if setting.is_busy else 0):
        return subprocess.run(
            [sys.executable, "-m", "pytest", *TESTS, *arguments],
            env={**os.environ, **setting.variables},
            check=False,
        ).returncode


def main(arguments: list[str]) -> int:
    """Run all settings, also after one that failed; return 1 if any did."""
    codes = {setting.name: run(setting, arguments) for setting in settings()}
    print()
    for name, code in codes.items():
        print(f"{'failed' if code else 'passed'}  {name}")
    return int(any(codes.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
