"""Antigens that are made here: compact chains grown by a seed."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from hebo.random import derive_seed
from tasks.antibody.antigen import Antigen
from tasks.antibody.energies import ALPHABET
from tasks.antibody.holes import dead_ends
from tasks.antibody.lattice import CENTER, STEPS, coordinates_of

# How often the amino acids occur in proteins, per cent, in the order of `ALPHABET` (UniProtKB/Swiss-Prot).
_FREQUENCIES = (
    *(8.3, 1.4, 5.5, 6.7, 3.9, 7.1, 2.3, 5.9, 5.8, 9.7),
    *(2.4, 4.1, 4.7, 3.9, 5.5, 6.6, 5.4, 6.9, 1.1, 2.9),
)
_PULL = 1.0
"""Strength of the pull to the centre, per site of distance.

With this and the next one, chains of 85, 130 and 230 residues have 121, 177 and 245 free sites beside them.
On the same lattice the proteins 2JEL_P, 1FBI_X and 3RAJ_A, of 85, 129 and 230 residues, have 110, 153, 251.
"""

_GLUE = 1.0
"""Preference for sites beside other residues, per residue."""


def grown(n_residues: int, seed: int) -> Antigen:
    """Return an antigen of one compact chain; the same one for the same arguments.

    Args:
        n_residues: Length of the chain, from 10 to 400.
        seed: Draws the chain and its residues.
    """
    rng = np.random.default_rng(derive_seed("antigen", n_residues, seed))
    chain: list[int] = []
    while len(chain) < n_residues:
        chain = _chain(n_residues, rng)
    frequencies = np.array(_FREQUENCIES) / sum(_FREQUENCIES)
    sequence = "".join(rng.choice(list(ALPHABET), size=n_residues, p=frequencies))
    return Antigen(f"S{n_residues}_{seed}", tuple(chain), sequence, tuple(dead_ends(chain)))


def _chain(n_residues: int, rng: Generator) -> list[int]:
    """Return a self-avoiding walk that stays near the centre; a shorter one if it has run into a corner."""
    chain = [CENTER]
    taken = {CENTER}
    while len(chain) < n_residues:
        free = np.array([site for site in (chain[-1] + STEPS).tolist() if site not in taken])
        if not len(free):
            break
        beside = np.array([sum(one in taken for one in (site + STEPS).tolist()) for site in free])
        distance = np.linalg.norm(coordinates_of(free) - coordinates_of(np.array(CENTER)), axis=1)
        weights = np.exp(_GLUE * beside - _PULL * distance)
        site = int(rng.choice(free, p=weights / weights.sum()))
        chain.append(site)
        taken.add(site)
    return chain
