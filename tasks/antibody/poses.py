"""The structure that a sequence takes, for a picture or for a finer model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tasks.antibody.antigen import Antigen
from tasks.antibody.lattice import STEPS, Sites
from tasks.antibody.profiles import Profiles, environments_of, folding_of


def walks_of(antigen: Antigen, profiles: Profiles, number: int) -> Sites:
    """Return all structures of a profile, `n x L` sites, sorted.

    Profiles do not keep their structures: those of one are found by walking again, only along its
    environments.
    """
    left, right, folding = profiles.parts[:, number]
    wanted = np.concatenate([profiles.left[left], profiles.right[right]])
    _, of_site = environments_of(antigen)
    first = int(np.flatnonzero(wanted)[0])
    walks = np.flatnonzero(antigen.is_free & (of_site == wanted[first])).astype(np.int32)[:, None]
    for environment in wanted[first + 1 :]:
        walks = _grown(antigen, of_site, walks, environment)
    for environment in reversed(wanted[:first]):
        walks = _grown(antigen, of_site, walks[:, ::-1], environment)[:, ::-1]
    walks = walks[folding_of(walks) == profiles.foldings[folding]]
    ordered: Sites = walks[np.lexsort(walks.T[::-1])]
    return ordered


def _grown(antigen: Antigen, of_site: NDArray[np.int32], walks: Sites, environment: int) -> Sites:
    """Add a site of an environment at the end of each walk."""
    ends = walks[:, -1:] + STEPS
    rows, steps = np.nonzero(antigen.is_free[ends] & (of_site[ends] == environment))
    sites = ends[rows, steps]
    fresh = ~(walks[rows] == sites[:, None]).any(1)
    return np.concatenate([walks[rows[fresh]], sites[fresh, None]], axis=1)
