"""Folder of a training: its checkpoint, its log, and the weights so far.

| file | content |
|---|---|
| `checkpoint.safetensors` | network, AdamW and averaged weights, to go on from |
| `log.csv` | a line per checkpoint |
| `NAME.safetensors`, `NAME.json` | the averaged weights and their card |
| `snapshots/NAME-STEP.*` | those of the steps that were named |
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from hebo.errors import ConfigError, DataError
from hebo.training.pretraining import Pretraining
from hebo.training.state import TrainingState
from hebo.training.trainer import Progress
from hebo.weights import card_of, packed

# What may change between two parts of one training.
_FREE = ("n_steps", "checkpoint_every", "snapshots", "n_validation", "output")
_PLAN = "plan"


class Folder:
    """The files of one training.

    Args:
        plan: What is trained.
        described: The same as plain data.
    """

    def __init__(self, plan: Pretraining, described: Mapping[str, Any]) -> None:
        self._plan, self._described = plan, dict(described)
        self._checkpoint = plan.folder / "checkpoint.safetensors"
        self._log = plan.folder / "log.csv"
        self.weights = plan.folder / f"{plan.name}.safetensors"
        self._known = self._stamp()

    def resume(self, state: TrainingState, *, is_writer: bool = True) -> bool:
        """Go on from the checkpoint; return whether there is one.

        Args:
            state: Becomes that of the checkpoint.
            is_writer: Whether this process writes: lines of the log that came after the checkpoint go.

        Raises:
            ConfigError: If it belongs to another plan.
            DataError: If it is damaged.
        """
        if not self._checkpoint.exists():
            if is_writer:
                self._write_log([])
            return False
        try:
            with safe_open(self._checkpoint, "pt") as file:
                self._check(json.loads((file.metadata() or {}).get(_PLAN, "{}")))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping
        except (SafetensorError, OSError) as error:
            raise DataError(
                f"{self._checkpoint}: damaged ({error}); delete the folder to start again"
            ) from error
        state.load(tensors, str(self._checkpoint))
        if is_writer:
            self._write_log([one for one in self._rows() if int(one["step"]) <= state.step])
        return True

    def _check(self, earlier: Mapping[str, Any]) -> None:
        def fixed(plan: Mapping[str, Any]) -> dict[str, Any]:
            return {key: one for key, one in plan.items() if key not in _FREE}

        mine, theirs = fixed(json.loads(json.dumps(self._described))), fixed(earlier)
        changed = sorted(key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key))
        if changed:
            raise ConfigError(
                f"{self._plan.folder}: began with other settings of {', '.join(changed)}; restore them, or "
                "give another `name` or `output`"
            )

    def save(self, state: TrainingState, progress: Progress) -> None:
        """Write a line of the log, the checkpoint and the weights; a snapshot where one is due.

        Raises:
            ConfigError: If another training has written a checkpoint here since this one began.
        """
        if self._stamp() != self._known:
            raise ConfigError(
                f"{self._plan.folder}: another training writes here, too; end one of them, or give another "
                "`name` or `output`"
            )
        self._write_log([*self._rows(), asdict(progress)])
        self._write_weights(self.weights, state, progress)
        if state.step in self._plan.snapshots:
            name = f"{self._plan.name}-{state.step:07d}.safetensors"
            self._write_weights(self._plan.folder / "snapshots" / name, state, progress)
        # Last: what the others say of later steps is written anew when the training goes on from here.
        content = save(
            {name: one.detach().cpu().contiguous() for name, one in state.tensors().items()},
            {_PLAN: json.dumps(self._described)},
        )
        _write(self._checkpoint, content)
        self._known = self._stamp()

    def _stamp(self) -> tuple[int, int, int] | None:
        """Return what tells one checkpoint from the next; None without one."""
        if not self._checkpoint.exists():
            return None
        found = self._checkpoint.stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _write_weights(self, path: Path, state: TrainingState, progress: Progress) -> None:
        plan = self._plan
        card = {
            "kind": plan.learner.kind,
            "architecture": plan.learner.architecture(),
            "limits": plan.limits(),
            "space": plan.space(),
            "seed": plan.seed,
            "steps": progress.step,
            "tasks": progress.tasks,
            "cpu_hours": round(progress.cpu_seconds / 3600, 4),
            "figures": {"loss": progress.loss, "validation": progress.validation},
            "pretraining": {key: one for key, one in self._described.items() if key != "output"},
        }
        content, text = packed(state.averaged.state_dict(), card)
        _write(path, content)
        _write(card_of(path), text.encode())

    def _rows(self) -> list[dict[str, Any]]:
        if not self._log.exists():
            return []
        with self._log.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if not all((row.get("step") or "").isdecimal() for row in rows):
            raise DataError(f"{self._log}: damaged, a line has no step; delete the line, or the file")
        return rows

    def _write_log(self, rows: Sequence[Mapping[str, Any]]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, [one.name for one in fields(Progress)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        _write(self._log, text.getvalue().encode())


def _write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f".{path.name}.{os.getpid()}")
    made.write_bytes(content)
    made.replace(path)
