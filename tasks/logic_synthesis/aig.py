"""And-inverter graphs, and their binary AIGER files.

A *literal* is twice the number of a node, plus 1 where it is inverted. Node 0 is constantly false, so that 0
is false and 1 is true; inputs come next, then the ands, each after its operands.
"""

from __future__ import annotations

from collections.abc import Sequence

FALSE, TRUE = 0, 1
Word = list[int]
"""Literals of a binary number, lowest bit first."""


class AIG:
    """A circuit under construction; equal ands are built once.

    Args:
        n_inputs: Number of inputs.

    Attributes:
        inputs: Their literals.
        outputs: Literals of the outputs, to be appended to.
    """

    def __init__(self, n_inputs: int) -> None:
        self.inputs: Word = [2 * (place + 1) for place in range(n_inputs)]
        self.outputs: Word = []
        self._ands: dict[tuple[int, int], int] = {}

    @property
    def n_ands(self) -> int:
        """Number of ands."""
        return len(self._ands)

    def conjunction(self, a: int, b: int) -> int:
        """Return the literal of `a and b`."""
        low, high = sorted((a, b))
        if low == FALSE or high == low ^ 1:
            return FALSE
        if low in (TRUE, high):
            return high
        new = 2 * (len(self.inputs) + len(self._ands) + 1)
        return self._ands.setdefault((high, low), new)

    def disjunction(self, a: int, b: int) -> int:
        """Return the literal of `a or b`."""
        return self.conjunction(a ^ 1, b ^ 1) ^ 1

    def parity(self, a: int, b: int) -> int:
        """Return the literal of `a xor b`."""
        return self.disjunction(self.conjunction(a, b ^ 1), self.conjunction(a ^ 1, b))

    def choice(self, condition: int, then: int, otherwise: int) -> int:
        """Return the literal of `then if condition else otherwise`."""
        return self.disjunction(self.conjunction(condition, then), self.conjunction(condition ^ 1, otherwise))

    def choose(self, condition: int, then: Word, otherwise: Word) -> Word:
        """Return `then if condition else otherwise`, bit by bit."""
        return [self.choice(condition, a, b) for a, b in zip(then, otherwise, strict=True)]

    def add(self, a: Word, b: Word, carry: int = FALSE) -> tuple[Word, int]:
        """Return `a + b + carry` in as many bits as `a` and `b` have, and the carry out."""
        total = []
        for x, y in zip(a, b, strict=True):
            half = self.parity(x, y)
            total.append(self.parity(half, carry))
            carry = self.disjunction(self.conjunction(x, y), self.conjunction(half, carry))
        return total, carry

    def subtract(self, a: Word, b: Word) -> tuple[Word, int]:
        """Return `a - b` in as many bits as `a` and `b` have, and whether `a >= b`."""
        return self.add(a, [literal ^ 1 for literal in b], TRUE)

    def evaluate(self, values: Sequence[int], n_cases: int = 1) -> list[int]:
        """Return the outputs for many cases at once, one bit of an integer for each.

        Args:
            values: The bits of each input.
            n_cases: How many bits count.
        """
        every = (1 << n_cases) - 1
        nodes = [0, *values]

        def of(literal: int) -> int:
            return nodes[literal >> 1] ^ (every if literal & 1 else 0)

        for high, low in self._ands:
            nodes.append(of(high) & of(low))
        return [of(literal) for literal in self.outputs]

    def to_aiger(self) -> bytes:
        """Return the binary AIGER file (format 1.9; Biere, FMV report 07/1, 2007)."""
        n_inputs, n_ands = len(self.inputs), len(self._ands)
        header = f"aig {n_inputs + n_ands} {n_inputs} 0 {len(self.outputs)} {n_ands}\n"
        outputs = "".join(f"{literal}\n" for literal in self.outputs)
        steps = [_packed(new - high) + _packed(high - low) for (high, low), new in self._ands.items()]
        return (header + outputs).encode() + b"".join(steps)


def _packed(number: int) -> bytes:
    """Seven bits to a byte, lowest first; the top bit says that more follow."""
    packed = bytearray()
    while number >= 128:
        packed.append(number & 127 | 128)
        number >>= 7
    return bytes([*packed, number])
