"""What sequences of operators make of a circuit, computed once each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple

from tasks.json_lines import JsonLines
from tasks.logic_synthesis.abc_process import ABC
from tasks.logic_synthesis.circuits import Circuit
from tasks.logic_synthesis.operators import RESYN2, Mapped, files, parse, script
from tasks.logic_synthesis.reading import check_reading


class Evaluator:
    """Runs ABC, and remembers what it said.

    Results are kept under the build of ABC, the circuit's contents, the commands and the size of the lookup
    tables; a file of them may be shared by several processes and later runs. Failures are not kept.

    Args:
        abc: The program.
        lut_inputs: Most inputs of a lookup table.
        prove: Prove each result equivalent to the circuit, but for those of prefixes.
        cache: File of JSON lines, or None to keep results in memory.
    """

    def __init__(self, abc: ABC, *, lut_inputs: int, prove: bool, cache: str | None = None) -> None:
        self.abc, self._lut_inputs, self._prove = abc, lut_inputs, prove
        self._known = JsonLines(cache)

    def require(self) -> None:
        """Check that ABC says which one it is, and that the file of results can be written.

        Raises:
            EvaluationError: If ABC does not say it.
            ConfigError: If the file cannot be used.
        """
        _ = self.abc.build
        self._known.require()

    def check(self, circuit: Circuit) -> None:
        """Refuse a circuit that ABC does not read as it is written; asks ABC once.

        Raises:
            DataError: See `reading.check_reading`.
        """
        key = self._hash(circuit, "is read as it is written")
        if key not in self._known:
            check_reading(self.abc, circuit)
            self._known[key] = {}

    def measure(self, circuit: Circuit, commands: Sequence[str], *, every: bool = False) -> list[Mapped]:
        """Return the mapped circuit that the commands give, or with `every` that of each prefix of them.

        Those of prefixes are not proved, and about one in a hundred differs from what the prefix gives alone,
        for ABC numbers nodes anew where it goes on after a mapping: measure the one that is wanted.

        Raises:
            DataError: If the circuit is refused; see `check`.
            EvaluationError: If ABC fails; see `ABC.run` and `operators.parse`.
        """
        self.check(circuit)
        key = self._key(circuit, commands, every)
        if key not in self._known:
            text = self.abc.run(
                self._script(circuit, commands, every), files(circuit.contents, circuit.suffix)
            )
            n_mapped = len(commands) + 1 if every else 1
            found = parse(text, n_mapped=n_mapped, prove=self._prove and not every)
            self._known[key] = {"mapped": [astuple(one) for one in found]}
        return [Mapped(*one) for one in self._known[key]["mapped"]]

    def reference(self, circuit: Circuit) -> Mapped:
        """Return what ABC's own recipe, resyn2, gives."""
        return self.measure(circuit, RESYN2)[-1]

    def _script(self, circuit: Circuit, commands: Sequence[str], every: bool) -> str:
        prove = self._prove and not every
        return script(commands, circuit.suffix, lut_inputs=self._lut_inputs, every=every, prove=prove)

    def _key(self, circuit: Circuit, commands: Sequence[str], every: bool) -> str:
        return self._hash(circuit, [*commands], self._lut_inputs, every, self._prove and not every)

    def _hash(self, circuit: Circuit, *settings: object) -> str:
        text = json.dumps([self.abc.build, circuit.digest, circuit.suffix, *settings])
        return hashlib.sha256(text.encode()).hexdigest()
