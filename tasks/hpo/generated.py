"""Generated data sets: classification and regression problems whose properties are drawn from a seed.

Sizes, numbers of features, how many of them say anything, noise and shape vary from one to the next, so that
the best hyperparameters vary, too. All are small: they are for tasks of which hundreds are evaluated.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from hebo.random import derive_seed
from tasks.hpo.data import Array, Split, split
from tasks.hpo.spaces import Problem

Rows = tuple[Array, NDArray[Any]]
"""Features, `n x p`, and targets, `n`."""

_MIN_ROWS, _MAX_ROWS = 200, 600
_MAX_USELESS = 8


@lru_cache(maxsize=8)
def generated(problem: Problem, seed: int) -> Split:
    """Return a generated data set, a fifth of its 200 to 600 rows held out.

    One of three families is drawn first. Classification: Gaussian clusters on the corners of a hypercube
    (scikit-learn's `make_classification`), nested spheres (`make_gaussian_quantiles`), and slices of a random
    function. Regression: a linear function (`make_regression`), one of Friedman's three, and a random
    function. A random function is a sum of ridge sines and a quadratic form of a few features. Up to 8
    features are noise; labels are flipped, and targets noisy, to a degree that is drawn.

    Args:
        problem: What the target is.
        seed: Decides everything.
    """
    rng = np.random.default_rng(derive_seed("generated data", problem, seed))
    families = _CLASSIFICATION if problem == "classification" else _REGRESSION
    n = int(np.exp(rng.uniform(np.log(_MIN_ROWS), np.log(_MAX_ROWS))))
    x, y = families[int(rng.integers(len(families)))](n, rng)
    x = np.concatenate([x, rng.normal(size=(n, int(rng.integers(_MAX_USELESS + 1))))], 1)
    if problem == "regression":
        y = _noisy(y, rng)
    return split(x, y, problem=problem, seed=0)


def _clusters(n: int, rng: Generator) -> Rows:
    from sklearn.datasets import make_classification

    n_classes, n_clusters = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    # Each cluster has a corner of the cube of the informative features to itself.
    informative = int(np.ceil(np.log2(n_classes * n_clusters))) + int(rng.integers(1, 8))
    redundant = int(rng.integers(0, 6))
    x, y = make_classification(
        n,
        informative + redundant,
        n_informative=informative,
        n_redundant=redundant,
        n_classes=n_classes,
        n_clusters_per_class=n_clusters,
        class_sep=rng.uniform(0.4, 2.0),
        flip_y=rng.uniform(0.0, 0.2),
        random_state=_state(rng),
    )
    return x, y


def _spheres(n: int, rng: Generator) -> Rows:
    from sklearn.datasets import make_gaussian_quantiles

    n_classes = int(rng.integers(2, 5))
    x, y = make_gaussian_quantiles(
        n_samples=n, n_features=int(rng.integers(2, 9)), n_classes=n_classes, random_state=_state(rng)
    )
    return x, _flipped(y, n_classes, rng)


def _slices(n: int, rng: Generator) -> Rows:
    x, f = _random_function(n, rng)
    n_classes = int(rng.integers(2, 5))
    limits = np.quantile(f, np.linspace(0, 1, n_classes + 1)[1:-1])
    return x, _flipped(np.searchsorted(limits, f), n_classes, rng)


def _linear(n: int, rng: Generator) -> Rows:
    from sklearn.datasets import make_regression

    informative = int(rng.integers(2, 16))
    x, y = make_regression(
        n,
        informative + 4,
        n_informative=informative,
        effective_rank=int(rng.integers(2, informative + 1)) if rng.random() < 0.5 else None,
        random_state=_state(rng),
    )
    return x, y


def _friedman(n: int, rng: Generator) -> Rows:
    from sklearn import datasets

    make = getattr(datasets, f"make_friedman{int(rng.integers(1, 4))}")
    x, y = make(n, random_state=_state(rng))
    return x, y


def _random_function(n: int, rng: Generator) -> Rows:
    """Return standard normal features and a sum of ridge sines and a quadratic form of them."""
    p = int(rng.integers(2, 9))
    x = rng.normal(size=(n, p))
    waves = np.sin(x @ rng.normal(size=(p, 4)) * rng.uniform(0.5, 2.0) + rng.uniform(0, 2 * np.pi, size=4))
    bowl = np.einsum("ni,ij,nj->n", x, rng.normal(size=(p, p)) / p, x)
    return x, waves @ rng.normal(size=4) + rng.uniform(0.0, 1.0) * bowl


def _flipped(y: NDArray[Any], n_classes: int, rng: Generator) -> NDArray[Any]:
    """Return labels of which a drawn share, at most a fifth, is random."""
    is_random = rng.random(len(y)) < rng.uniform(0.0, 0.2)
    return np.where(is_random, rng.integers(n_classes, size=len(y)), y)


def _noisy(y: NDArray[Any], rng: Generator) -> NDArray[Any]:
    """Return targets of unit variance with noise of a drawn size added."""
    scaled: Array = (y - y.mean()) / y.std()
    return scaled + rng.uniform(0.05, 0.6) * rng.normal(size=len(y))


def _state(rng: Generator) -> int:
    return int(rng.integers(2**31))


_CLASSIFICATION: tuple[Callable[[int, Generator], Rows], ...] = (_clusters, _spheres, _slices)
_REGRESSION: tuple[Callable[[int, Generator], Rows], ...] = (_linear, _friedman, _random_function)
