"""The variance of kernels' off-diagonal entries against the number of qubits, measured on images.

Where it falls exponentially, a kernel needs exponentially many shots to tell two pairs of images apart (Thanasilp,
Wang, Cerezo, Holmes 2024, arXiv 2208.11060). Components are those that a model of so many qubits would see: the first
ones of the training images, all divided by one deviation.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from qnlnet.circuits import build_feature_map, count_features
from qnlnet.circuits.feature_maps import QUARTER
from qnlnet.config import DataConfig
from qnlnet.data import load_dataset
from qnlnet.errors import ResultsError, argument_error
from qnlnet.models.features import PrincipalComponents, extract_features
from qnlnet.records import read_csv
from qnlnet.seeding import generator
from qnlnet.simulator import StateSimulator, bloch_vectors, gaussians, overlaps

NAME = "concentration"
KERNELS = ("fidelity", "projected")


@dataclass(frozen=True)
class FeatureMap:
    """A feature map as it is compared here: its name, repetitions, and the couplings of ``cp``."""

    name: str
    reps: int
    couplings: tuple[float, float, float] = (QUARTER, QUARTER, QUARTER)


# With the usual couplings cp entangles nothing; with the others it does.
MAPS: Mapping[str, FeatureMap] = {
    "zz": FeatureMap("zz", 2),
    "z": FeatureMap("z", 2),
    "cp": FeatureMap("cp", 1),
    "cp coupled": FeatureMap("cp", 1, (0.3, 0.5, 0.7)),
}
COLUMNS = (
    *("dataset", "classes", "feature_map", "kernel", "bandwidth", "gamma", "num_qubits", "seed", "num_images"),
    *("mean", "variance"),
)


@dataclass(frozen=True)
class Setting:
    """What is measured.

    Attributes:
        qubits: Numbers of qubits, all even.
        bandwidths: Factors of the components.
        gamma: γ of projected kernels.
        seeds: How often images are drawn.
        images: How many each time.
    """

    qubits: tuple[int, ...] = (2, 4, 6, 8, 10, 12)
    bandwidths: tuple[float, ...] = (1.0, 0.1)
    gamma: float = 1.0
    seeds: int = 5
    images: int = 100


def spread_of_entries(kernel: ArrayLike) -> tuple[float, float]:
    """Returns the mean and the variance of the entries above the diagonal of a kernel, shape (count, count).

    Raises:
        ArgumentError: It is not square, or has fewer than two of them.

    Example:
        >>> [round(number, 4) for number in spread_of_entries([[1, 0.2, 0.4], [0.2, 1, 0.6], [0.4, 0.6, 1]])]
        [0.4, 0.0267]
    """
    array = np.asarray(kernel, np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or len(array) < 3:
        raise argument_error("kernel", "be square, of three rows or more", array.shape)
    entries = array[np.triu_indices(len(array), 1)]
    return float(entries.mean()), float(entries.var())


def random_variance(num_qubits: int) -> float:
    """Returns the variance of |⟨a|b⟩|² of random states (Haar): (d − 1)/(d² (d + 1)) with d = 2^qubits."""
    dimension = 2**num_qubits
    return (dimension - 1) / (dimension**2 * (dimension + 1))


def measure(data: DataConfig, setting: Setting) -> pd.DataFrame:
    """Returns a row for each feature map, kernel, bandwidth, number of qubits and draw of training images.

    Raises:
        ArgumentError: There are fewer training images than are to be drawn, or fewer than components.
        DataError: Images are missing or damaged.
    """
    count = max(count_features(each.name, max(setting.qubits)) for each in MAPS.values())
    components = extract_features(load_dataset(data), data, PrincipalComponents(count)).train.astype(np.float64)
    if not 3 <= setting.images <= len(components):
        raise argument_error("images", f"be from 3 to the {len(components):,} training images", setting.images)
    draws = [
        generator(seed, "training subset").choice(len(components), setting.images, replace=False)
        for seed in range(setting.seeds)
    ]
    known = {"dataset": data.dataset, "classes": "/".join(map(str, data.classes)), "num_images": setting.images}
    rows = [{**known, **row} for row in _measure_all(components, draws, setting)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _measure_all(
    components: NDArray[np.float64], draws: Sequence[NDArray[np.int64]], setting: Setting
) -> Iterator[dict[str, Any]]:
    for (label, feature_map), qubits in itertools.product(MAPS.items(), setting.qubits):
        circuit = build_feature_map(feature_map.name, qubits, feature_map.reps, couplings=feature_map.couplings)
        simulator = StateSimulator(circuit, list(circuit.parameters))
        seen = components[:, : circuit.num_parameters]
        seen = (seen - seen.mean()) / seen.std()
        for bandwidth, (seed, drawn) in itertools.product(setting.bandwidths, enumerate(draws)):
            states = simulator.states(bandwidth * seen[drawn])
            kernels = (overlaps(states), gaussians(bloch_vectors(states), gamma=setting.gamma))
            for kernel, entries in zip(KERNELS, kernels, strict=True):
                mean, variance = spread_of_entries(entries)
                of_kernel = {"kernel": kernel, "gamma": setting.gamma if kernel == "projected" else np.nan}
                what = {"feature_map": label, "bandwidth": bandwidth, "num_qubits": qubits, "seed": seed}
                yield {**what, **of_kernel, "mean": mean, "variance": variance}


def read_rows(path: Path) -> pd.DataFrame:
    """Returns the rows of a file that `measure` has made.

    Raises:
        ResultsError: It is no such table.
    """
    rows = read_csv(path, dtype={"classes": str})
    if list(rows.columns) != list(COLUMNS):
        raise ResultsError(f"{path.name} must have the columns {', '.join(COLUMNS)}, but has {', '.join(rows)}.")
    return rows
