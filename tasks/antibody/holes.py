"""Sites among the residues of an antigen that no loop could get into and out of again."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.antibody.lattice import STEPS

_PAIRS = STEPS.reshape(3, 2).tolist()
"""The two ways along each axis."""


def dead_ends(occupied: Iterable[int]) -> list[int]:
    """Return the sites to block, in order.

    A free site is a dead end if at least five of its neighbors are occupied or blocked, or at least four and
    residues close a ring of four around it, which are two pairs of opposite neighbors. Blocking one may make
    another one, and so on.
    """
    residues = set(occupied)
    blocked: set[int] = set()
    waiting = {site + step for site in residues for step in STEPS.tolist()} - residues
    while waiting:
        site = waiting.pop()
        if site not in blocked and _is_dead_end(site, residues, blocked):
            blocked.add(site)
            waiting |= {site + step for step in STEPS.tolist()} - residues - blocked
    return sorted(blocked)


def _is_dead_end(site: int, residues: set[int], blocked: set[int]) -> bool:
    closed = [site + step in residues or site + step in blocked for step in STEPS.tolist()]
    n_rings = sum(all(site + step in residues for step in pair) for pair in _PAIRS)
    return sum(closed) >= 5 or (sum(closed) >= 4 and n_rings >= 2)
