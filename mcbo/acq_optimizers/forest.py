"""Exact maximization of a sum of functions of one and of two discrete variables that form a forest.

Notation: node `i` has `l_i` values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from torch import Tensor

Edge = tuple[int, int]


def maximize(unary: Mapping[int, Tensor], pairs: Mapping[Edge, Tensor]) -> dict[int, int]:
    """Return for each node the index of its value in a maximum, by max-sum (Bishop, 2006, section 8.4.5).

    Leaves send to their neighbor what they can add at best to each of its values, and so on up to the root
    of each tree; the choices are read on the way back. The cost is the sum of `l_i l_j` over the edges.

    Args:
        unary: Node -> what each value adds, `l_i`.
        pairs: Edge `(i, j)` -> what each pair of values adds, `l_i x l_j`. The edges contain no cycle.
    """
    parents = _rooted(unary, pairs)
    gains = {node: values.clone() for node, values in unary.items()}
    choices: dict[int, Tensor] = {}
    for node in reversed(parents):
        parent = parents[node]
        if parent is not None:
            both = pairs[node, parent] if (node, parent) in pairs else pairs[parent, node].T
            message, choices[node] = (gains[node].unsqueeze(1) + both).max(0)
            gains[parent] += message
    chosen: dict[int, int] = {}
    for node, parent in parents.items():
        index = gains[node].argmax() if parent is None else choices[node][chosen[parent]]
        chosen[node] = int(index)
    return chosen


def find_cycle(edges: Iterable[Edge]) -> Edge | None:
    """Return the first edge that closes a cycle with those before it, None if the edges form a forest."""
    root: dict[int, int] = {}

    def top(node: int) -> int:
        while root.setdefault(node, node) != node:
            node = root[node]
        return node

    for first, second in edges:
        if top(first) == top(second):
            return first, second
        root[top(first)] = top(second)
    return None


def _rooted(unary: Mapping[int, Tensor], pairs: Mapping[Edge, Tensor]) -> dict[int, int | None]:
    """Return each node's parent, None for the roots; parents come before their children."""
    beside: dict[int, list[int]] = {node: [] for node in unary}
    for first, second in pairs:
        beside[first].append(second)
        beside[second].append(first)
    parents: dict[int, int | None] = {}
    for node in unary:
        if node in parents:
            continue
        parents[node], waiting = None, [node]
        while waiting:
            here = waiting.pop()
            for other in beside[here]:
                if other not in parents:
                    parents[other] = here
                    waiting.append(other)
    return parents
