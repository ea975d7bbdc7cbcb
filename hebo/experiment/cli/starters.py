"""Starters: the files that `hebo init` writes, and the examples that come with the package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from hebo.errors import ConfigError
from hebo.experiment.files import write
from hebo.experiment.yaml.document import read_yaml

DEFAULT_CONFIG = "hebo.yaml"
"""What `hebo run` runs when no file is named."""

KINDS = ("python", "command", "campaign", "compare")
_PACKAGE = Path(__file__).resolve().parents[1]
_STARTERS = _PACKAGE / "starters"
# Comparisons of this project, which need other environments and days; they stay in the checkout.
_LEFT_OUT = "benchmarks"


@dataclass(frozen=True)
class Starter:
    """Files to begin with.

    Attributes:
        name: By which it is asked for.
        config: The YAML.
    """

    name: str
    config: Path

    @property
    def files(self) -> list[Path]:
        """The YAML, and the files of its folder that it names."""
        named = dict.fromkeys(one for one in _texts(read_yaml(self.config).data) if one == Path(one).name)
        return [self.config, *(file for one in named if (file := self.config.parent / one).is_file())]

    @property
    def summary(self) -> str:
        """The first sentence of the comment with which the YAML begins."""
        lines = self.config.read_text(encoding="utf-8").splitlines()
        comment = " ".join(line.lstrip("#").strip() for line in _while_comments(lines))
        return comment.partition(". ")[0].removesuffix(".")


def starter(name: str) -> Starter:
    """Return a kind, or an example by its name.

    Raises:
        ConfigError: If there is none of that name.
    """
    if name in KINDS:
        return _kind(name)
    found = {one.name: one for one in examples()}
    if name not in found:
        known = [*KINDS, *found]
        raise ConfigError(
            f"'{name}' is neither a kind ({', '.join(KINDS)}) nor an example.{_near(name, known)}"
        )
    return found[name]


def kinds() -> list[Starter]:
    """Return the starters of each kind."""
    return [_kind(name) for name in KINDS]


def examples() -> list[Starter]:
    """Return the examples, by their paths in `configs/` without the ending."""
    folder = examples_folder()
    files = sorted(folder.rglob("*.yaml"), key=lambda file: (len(file.parts), file))
    return [
        Starter(file.relative_to(folder).with_suffix("").as_posix(), file)
        for file in files
        if file.relative_to(folder).parts[0] != _LEFT_OUT
    ]


def examples_folder() -> Path:
    """Return where the examples are: in an installed package inside it, in a checkout beside it.

    Raises:
        ConfigError: If they are in neither place.
    """
    for folder in (_PACKAGE / "examples", _PACKAGE.parents[1] / "configs"):
        if (folder / "quickstart.yaml").is_file():
            return folder
    raise ConfigError(f"the examples are not beside {_PACKAGE}; install the package again.")


def copy(chosen: Starter, folder: Path) -> list[Path]:
    """Copy the files of a starter into a folder, which is made if it is not there; return their paths.

    Raises:
        ConfigError: If one of them is there already; nothing is written then.
    """
    files = chosen.files
    targets = [folder / file.name for file in files]
    for target in targets:
        if target.exists() or target.is_symlink():
            raise ConfigError(
                f"'{target}' exists, and is not overwritten; name another folder: "
                f"hebo init {chosen.name} FOLDER"
            )
    return [
        write(target, file.read_bytes(), is_new=True) for file, target in zip(files, targets, strict=True)
    ]


def config_and_overrides(words: Sequence[str]) -> tuple[Path, tuple[str, ...]]:
    """Return the YAML and the overrides of a command; without a YAML it is `hebo.yaml` of the folder.

    Raises:
        ConfigError: If none is named, and there is no `hebo.yaml`.
    """
    if words and (Path(words[0]).exists() or not re.match(r"[\w.]+=", words[0])):
        return Path(words[0]), tuple(words[1:])
    if not Path(DEFAULT_CONFIG).is_file():
        raise ConfigError(
            f"there is no {DEFAULT_CONFIG} in this folder; name a YAML file, or let `hebo init` write one."
        )
    return Path(DEFAULT_CONFIG), tuple(words)


def _kind(name: str) -> Starter:
    (config,) = (_STARTERS / name).glob("*.yaml")
    return Starter(name, config)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _while_comments(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line


def _near(name: str, known: Iterable[str]) -> str:
    """Return a hint at the nearest name, with or without its folder; there are too many to list them all."""
    spellings = {spelling: one for one in known for spelling in (one, one.rpartition("/")[2])}
    close = get_close_matches(name, spellings, n=1)
    return f" Did you mean '{spellings[close[0]]}'?" if close else " `hebo init --list` lists the examples."
