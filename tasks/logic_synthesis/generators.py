"""Circuits of any width, built here. Inputs and outputs are numbers with the lowest bit first."""

from __future__ import annotations

from collections.abc import Callable

from tasks.logic_synthesis.aig import AIG, FALSE, TRUE, Word


def adder(width: int) -> AIG:
    """`a + b` of two numbers, in `width + 1` bits: a chain of full adders."""
    aig = AIG(2 * width)
    total, carry = aig.add(aig.inputs[:width], aig.inputs[width:])
    aig.outputs = [*total, carry]
    return aig


def barrel_shifter(width: int) -> AIG:
    """`a` rotated to the left by the number in the other `ceil(log2(width))` inputs, a stage for each."""
    n_stages = (width - 1).bit_length()
    aig = AIG(width + n_stages)
    word = aig.inputs[:width]
    for stage, by in enumerate(aig.inputs[width:]):
        step = (1 << stage) % width
        word = aig.choose(by, word[width - step :] + word[: width - step], word)
    aig.outputs = word
    return aig


def maximum(width: int) -> AIG:
    """The largest of four numbers, and which one it is (the first of equal ones) in two bits."""
    aig = AIG(4 * width)
    words = [aig.inputs[place * width : (place + 1) * width] for place in range(4)]
    left, left_second = _larger(aig, words[0], words[1])
    right, right_second = _larger(aig, words[2], words[3])
    largest, from_right = _larger(aig, left, right)
    aig.outputs = [*largest, aig.choice(from_right, right_second, left_second), from_right]
    return aig


def _larger(aig: AIG, a: Word, b: Word) -> tuple[Word, int]:
    _, a_wins = aig.subtract(a, b)
    return aig.choose(a_wins, a, b), a_wins ^ 1


def multiplier(width: int) -> AIG:
    """`a * b` of two numbers, in `2 width` bits: an array of shifted partial products."""
    aig = AIG(2 * width)
    aig.outputs = _product(aig, aig.inputs[:width], aig.inputs[width:])
    return aig


def squarer(width: int) -> AIG:
    """`a * a`, in `2 width` bits."""
    aig = AIG(width)
    aig.outputs = _product(aig, aig.inputs, aig.inputs)
    return aig


def _product(aig: AIG, a: Word, b: Word) -> Word:
    done: Word = []
    rest = [FALSE] * len(a)
    for bit in b:
        partial = [aig.conjunction(bit, literal) for literal in a]
        rest, carry = aig.add(rest, partial)
        done, rest = [*done, rest[0]], [*rest[1:], carry]
    return done + rest


def divider(width: int) -> AIG:
    """Quotient and remainder of `a / b`, restoring; those of `a / 0` are all ones and `a`."""
    aig = AIG(2 * width)
    divisor = [*aig.inputs[width:], FALSE]
    remainder: Word = [FALSE] * (width + 1)
    quotient: Word = []
    for bit in reversed(aig.inputs[:width]):
        remainder = [bit, *remainder[:width]]
        less, fits = aig.subtract(remainder, divisor)
        remainder = aig.choose(fits, less, remainder)
        quotient = [fits, *quotient]
    aig.outputs = quotient + remainder[:width]
    return aig


def square_root(width: int) -> AIG:
    """The whole part of the square root of `a`, digit by digit, in `ceil(width / 2)` bits."""
    aig = AIG(width)
    padded = aig.inputs + [FALSE] * (width % 2)
    n_digits = len(padded) // 2
    remainder: Word = [FALSE] * (n_digits + 2)
    root: Word = []
    for place in reversed(range(n_digits)):
        remainder = [*padded[2 * place : 2 * place + 2], *remainder[:n_digits]]
        trial = ([TRUE, FALSE, *root] + [FALSE] * (n_digits + 2))[: n_digits + 2]
        less, fits = aig.subtract(remainder, trial)
        remainder = aig.choose(fits, less, remainder)
        root = [fits, *root]
    aig.outputs = root
    return aig


def priority_encoder(width: int) -> AIG:
    """The place of the lowest input that is 1, in `ceil(log2(width))` bits, and whether there is one."""
    aig = AIG(width)
    place: Word = [FALSE] * (width - 1).bit_length()
    for number in reversed(range(width)):
        here = [TRUE if number >> bit & 1 else FALSE for bit in range(len(place))]
        place = aig.choose(aig.inputs[number], here, place)
    found = FALSE
    for literal in aig.inputs:
        found = aig.disjunction(found, literal)
    aig.outputs = [*place, found]
    return aig


def decoder(width: int) -> AIG:
    """`2^width` outputs, of which the one that the input numbers is 1."""
    aig = AIG(width)
    outputs: Word = [TRUE]
    for bit in reversed(aig.inputs):
        outputs = [aig.conjunction(one, literal) for one in outputs for literal in (bit ^ 1, bit)]
    aig.outputs = outputs
    return aig


def comparator(width: int) -> AIG:
    """Whether `a < b`, `a = b` and `a > b`."""
    aig = AIG(2 * width)
    less, equal = FALSE, TRUE
    for a, b in zip(reversed(aig.inputs[:width]), reversed(aig.inputs[width:]), strict=True):
        less = aig.disjunction(less, aig.conjunction(equal, aig.conjunction(a ^ 1, b)))
        equal = aig.conjunction(equal, aig.parity(a, b) ^ 1)
    aig.outputs = [less, equal, aig.conjunction(less ^ 1, equal ^ 1)]
    return aig


GENERATORS: dict[str, Callable[[int], AIG]] = {
    one.__name__: one
    for one in (
        adder,
        barrel_shifter,
        maximum,
        multiplier,
        squarer,
        divider,
        square_root,
        priority_encoder,
        decoder,
        comparator,
    )
}
"""Family -> the circuit of a given width."""
