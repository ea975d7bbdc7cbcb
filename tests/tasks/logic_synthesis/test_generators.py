"""Tests of `tasks.logic_synthesis.generators` against Python's integers."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import isqrt

import pytest

from tasks.logic_synthesis.generators import GENERATORS

N_CASES = 200
WIDTHS = [1, 2, 3, 5, 8]


def bits(number: int, n: int) -> list[int]:
    return [number >> place & 1 for place in range(n)]


def rotated(a: int, by: int, w: int) -> int:
    by %= w
    return (a << by | a >> (w - by)) & ((1 << w) - 1)


Reference = tuple[Callable[[int], list[int]], Callable[..., list[int]]]
REFERENCES: dict[str, Reference] = {
    "adder": (lambda w: [w, w], lambda w, a, b: bits(a + b, w + 1)),
    "barrel_shifter": (lambda w: [w, (w - 1).bit_length()], lambda w, a, by: bits(rotated(a, by, w), w)),
    "maximum": (lambda w: [w] * 4, lambda w, *x: bits(max(x), w) + bits(x.index(max(x)), 2)),
    "multiplier": (lambda w: [w, w], lambda w, a, b: bits(a * b, 2 * w)),
    "squarer": (lambda w: [w], lambda w, a: bits(a * a, 2 * w)),
    "divider": (
        lambda w: [w, w],
        lambda w, a, b: bits(a // b if b else -1, w) + bits(a % b if b else a, w),
    ),
    "square_root": (lambda w: [w], lambda w, a: bits(isqrt(a), (w + 1) // 2)),
    "priority_encoder": (
        lambda w: [w],
        lambda w, a: [*bits((a & -a).bit_length() - 1 if a else 0, (w - 1).bit_length()), int(a > 0)],
    ),
    "decoder": (lambda w: [w], lambda w, a: bits(1 << a, 1 << w)),
    "comparator": (lambda w: [w, w], lambda w, a, b: [int(a < b), int(a == b), int(a > b)]),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("family", GENERATORS)
def test_a_circuit_computes_what_it_should(family: str, width: int) -> None:
    sizes, reference = REFERENCES[family][0](width), REFERENCES[family][1]
    rng = random.Random(width)
    cases = [[rng.randrange(1 << size) for size in sizes] for _ in range(N_CASES)]
    inputs = [
        sum((case[number] >> place & 1) << row for row, case in enumerate(cases))
        for number, size in enumerate(sizes)
        for place in range(size)
    ]
    aig = GENERATORS[family](width)
    assert len(aig.inputs) == len(inputs)
    outputs = aig.evaluate(inputs, N_CASES)
    for row, case in enumerate(cases):
        assert [output >> row & 1 for output in outputs] == reference(width, *case), case
