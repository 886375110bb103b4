"""One integer seed becomes named, independent random streams.

A stream belongs to one purpose, so drawing more of one never shifts another: two runs with the same seed and
different losses see the same initial weights, the same order of images and the same dropout masks.
"""

import zlib
from typing import Literal

import numpy as np

from qnlnet.errors import check_at_least

Purpose = Literal[
    "weights",
    "shuffling",
    "dropout",
    "shots",
    "validation",
    "hardware images",
    "folds",
    "permutations of cells",
    "random circuits",
    "training subset",
    "autoencoder",
    "augmentation",
    "attack",
]


def seed_sequence(seed: int, purpose: Purpose, number: int = 0) -> np.random.SeedSequence:
    """Returns the seed sequence of `purpose` under `seed` (at least 0); each `number` has one of its own."""
    check_at_least("seed", seed, 0)
    return np.random.SeedSequence([seed, zlib.crc32(purpose.encode()), *([number] if number else [])])


def generator(seed: int, purpose: Purpose, number: int = 0) -> np.random.Generator:
    """Returns a NumPy generator for `purpose` under `seed` (at least 0); each `number` has one of its own."""
    return np.random.default_rng(seed_sequence(seed, purpose, number))


def integer_seed(seed: int, purpose: Purpose, number: int = 0) -> int:
    """Returns a seed in [0, 2³²) for a library that wants an integer; the arguments are those of `seed_sequence`."""
    return int(seed_sequence(seed, purpose, number).generate_state(1)[0])
