"""Named streams: independent of each other, the same on every machine."""

import numpy as np
import pytest

from qnlnet.errors import ArgumentError
from qnlnet.seeding import Purpose, generator, integer_seed, seed_sequence

PURPOSES: tuple[Purpose, ...] = ("weights", "shuffling", "dropout", "shots", "validation")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_stream_repeats_itself(purpose: Purpose) -> None:
    np.testing.assert_array_equal(generator(3, purpose).random(100), generator(3, purpose).random(100))
    assert integer_seed(3, purpose) == integer_seed(3, purpose)


def test_every_seed_and_purpose_has_a_stream_of_its_own() -> None:
    first_draws = {generator(seed, purpose).random() for seed in range(50) for purpose in PURPOSES}
    assert len(first_draws) == 50 * len(PURPOSES)
    integers = {integer_seed(seed, purpose) for seed in range(50) for purpose in PURPOSES}
    assert len(integers) == 50 * len(PURPOSES)


def test_drawing_from_one_stream_shifts_no_other() -> None:
    expected = generator(0, "dropout").random(5)
    generator(0, "weights").random(1000)
    np.random.default_rng(0).random(1000)
    np.testing.assert_array_equal(generator(0, "dropout").random(5), expected)


def test_streams_of_neighbouring_seeds_are_uncorrelated() -> None:
    draws = np.array([generator(seed, "shuffling").random(10_000) for seed in range(6)])
    correlations = np.corrcoef(draws)[np.triu_indices(6, 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(10_000)  # five standard errors


def test_streams_are_those_that_published_numbers_were_made_with() -> None:
    # CRC-32 of the name and NumPy's SeedSequence: both are the same everywhere and for ever. Changing them changes
    # every number under results/.
    assert seed_sequence(7, "weights").entropy == [7, 0x1AD27358]
    assert integer_seed(0, "weights") == 3751781932
    assert integer_seed(1, "weights") == 3838763237


@pytest.mark.parametrize("seed", [-1, -100])
def test_a_negative_seed_is_refused(seed: int) -> None:
    for function in (seed_sequence, generator, integer_seed):
        with pytest.raises(ArgumentError, match=f"Argument `seed` must be at least 0, but is {seed}"):
            function(seed, "weights")
