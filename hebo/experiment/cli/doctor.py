"""`hebo doctor`: says what is wrong with the installation and how to put it right."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distributions, metadata, version

from hebo.errors import install_hint

PACKAGE = "hebo-framework"
_RIVAL = "hebo"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?\s*\(?([^;)]*)\)?(?:;(.*))?$")


@dataclass(frozen=True)
class Finding:
    """One line of the examination.

    Attributes:
        mark: `ok`, `problem` or `note`.
        text: What was found and, for a problem, the remedy.
    """

    mark: str
    text: str

    @property
    def is_problem(self) -> bool:
        """Whether something has to be done."""
        return self.mark == "problem"


def examine() -> list[Finding]:
    """Return all findings, in the order to be read."""
    return [
        Finding("ok", f"Python {'.'.join(map(str, sys.version_info[:3]))}"),
        *check_rivals(distributions()),
        *check_requirements(_requirements()),
        *check_catalog(),
        *check_hardware(),
    ]


def check_rivals(installed: Iterable[Distribution]) -> list[Finding]:
    """Look for an older distribution of the same import name beside this one.

    Args:
        installed: All distributions of the environment.
    """
    found = {(one.metadata["Name"] or "", one.version) for one in installed}
    ours = sorted(version for name, version in found if name.lower() == PACKAGE)
    rivals = sorted(f"{name} {version}" for name, version in found if name.lower() == _RIVAL)
    if rivals:
        return [
            Finding(
                "problem",
                f"{', '.join(rivals)} is installed in this environment too, and also provides `import hebo`; "
                "`pip uninstall HEBO`, then `pip install .` in a checkout of this project.",
            )
        ]
    if len(ours) > 1:
        text = (
            f"{PACKAGE} is installed several times ({', '.join(ours)}); `pip uninstall {PACKAGE}` until "
            "none is left, then `pip install .` in a checkout of this project."
        )
        return [Finding("problem", text)]
    return [Finding("ok", f"{PACKAGE} {number}") for number in ours] or [
        Finding("problem", "hebo is imported from a folder but not installed; run `pip install -e .` there.")
    ]


def check_requirements(requirements: Iterable[str]) -> list[Finding]:
    """Compare installed versions with lower bounds.

    Args:
        requirements: As in package metadata: `numpy>=1.26`, `ray[tune]>=2.40; extra == "ray"`.
    """
    findings = []
    for requirement in requirements:
        matched = _REQUIREMENT.match(requirement.strip())
        if matched is not None:
            name, bounds, marker = matched.groups()
            lower = re.search(r">=\s*([0-9][^,\s]*)", bounds)
            extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", marker or "")
            findings.append(_check(name, lower and lower.group(1), extra and extra.group(1)))
    return findings


def check_catalog() -> list[Finding]:
    """Load the catalog of parts, which installed packages may have broken."""
    from hebo.experiment.config.catalog import catalog

    found = catalog()
    if found.problems:
        return [Finding("problem", one) for one in found.problems]
    counts = ", ".join(f"{len(names)} {kind}" for kind, names in found.items())
    return [Finding("ok", f"catalog: {counts}")]


def check_hardware() -> list[Finding]:
    """Report processors, threads and accelerators."""
    from hebo.experiment.executors.base import n_cpus

    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    findings = [Finding("ok", f"{n_cpus()} CPUs usable; OMP_NUM_THREADS {threads} (workers use 1)")]
    try:
        import torch
    except ImportError as error:
        return [*findings, Finding("problem", f"torch does not import ({error}); reinstall it.")]
    n = torch.cuda.device_count() if torch.cuda.is_available() else 0
    names = ", ".join(torch.cuda.get_device_name(place) for place in range(n))
    return [*findings, Finding("ok", f"GPU: {names}" if n else "GPU: none, everything runs on the CPU")]


def parse_version(text: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: `2.13.0+cpu` -> (2, 13, 0)."""
    release = re.match(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in release.group().split(".")) if release else ()


def _requirements() -> list[str]:
    try:
        return metadata(PACKAGE).get_all("Requires-Dist") or []
    except PackageNotFoundError:
        return []


def _check(name: str, lower: str | None, extra: str | None) -> Finding:
    where = f" (extra '{extra}')" if extra else ""
    try:
        found = version(name)
    except PackageNotFoundError:
        remedy = f"{install_hint(extra)} adds it" if extra else f"`pip install {name}`"
        return Finding("note" if extra else "problem", f"{name}{where} is not installed; {remedy}.")
    if lower is not None and parse_version(found) < parse_version(lower):
        return Finding(
            "problem", f"{name}{where} {found} is older than {lower}; `pip install '{name}>={lower}'`."
        )
    return Finding("ok", f"{name}{where} {found}")
