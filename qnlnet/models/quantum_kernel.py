"""Support vector machines with a quantum kernel as a family.

Sources: Havlíček et al. 2019, arXiv 1804.11326; of the projected kernel Huang et al. 2021, arXiv 2011.01938. Feature
maps, and their sources, are in `qnlnet.circuits.feature_maps`.
"""

import hashlib
from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from qnlnet.circuits import build_feature_map, count_features
from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.quantum_kernel import QuantumKernelConfig
from qnlnet.errors import ArgumentError, QNLNetError
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, PrincipalComponents
from qnlnet.models.last_result import LastResult
from qnlnet.models.streams import Streams
from qnlnet.models.support_vectors import SupportVectorMachine, fit_machine
from qnlnet.models.training_subset import STREAM, draw_subset
from qnlnet.simulator import StateSimulator, bloch_vectors, gaussians, gram, overlaps
from qnlnet.simulator.gram import BLOCK
from qnlnet.simulator.projected import usual_gamma

_MOST_IMAGES = 20_000  # to train on: 3.2 GB of kernel
_MOST_KEPT = 11_000  # images whose kernel is kept for the next candidate of a search: 1 GB
_SAMPLE = 300  # training images whose kernel is looked at
_ROUNDING = 1e-12  # of an eigenvalue, for each of them

States = NDArray[np.complex128]


class Gram(NamedTuple):
    """The kernel of all training images, float64, shape (count, count), and the γ that it has."""

    kernel: NDArray[np.float64]
    gamma: float


_LAST: LastResult[Gram] = LastResult()


class QuantumKernel(SupportVectorMachine):
    """A support vector machine with a kernel of states; exact, and not differentiable.

    Args:
        settings: The feature map, the kernel, C, and how many training images.
        generator: Draws these.
    """

    gamma: Tensor  # with projected kernels only

    def __init__(self, settings: QuantumKernelConfig, generator: np.random.Generator) -> None:
        super().__init__(settings.C)
        self.settings = settings
        self._generator = generator
        circuit = build_feature_map(
            settings.feature_map,
            settings.num_qubits,
            settings.reps,
            entanglement=settings.entanglement,
            couplings=settings.couplings,
        )
        self._simulator = StateSimulator(circuit, list(circuit.parameters))
        self._is_projected = settings.kernel == "projected"
        self._known: tuple[Tensor, int, NDArray[Any]] | None = None
        if self._is_projected:
            self.keep("gamma", torch.empty(()))

    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        chosen = draw_subset(labels, self.settings.max_train, self._generator)
        _check_fits(len(chosen))
        rows, labels = inputs[chosen], labels[chosen]
        if len(rows) > _MOST_KEPT:
            _LAST.forget()
            result = self._compute(rows)
        else:
            result = _LAST.get(self._key(rows), lambda: self._compute(rows))
        if self._is_projected:
            self.keep("gamma", result.gamma)
        self.keep_machine(fit_machine(result.kernel, labels, self.C), rows)

    def states(self, rows: Tensor) -> States:
        """Returns |ψ(x)⟩, shape (count, 2^qubits), each up to a phase, for components of shape (count, features)."""
        factor = self.settings.bandwidth * self.settings.unit
        return self._simulator.states(factor * rows.double().numpy())

    def kernel(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.from_numpy(self._compare(self._represent(left), self._represent_vectors(right)))

    def _compute(self, rows: Tensor) -> Gram:
        """Returns the kernel of all training images, block by block, and checks that it is one."""
        blocks = [self._represent(block) for block in rows.split(BLOCK)]
        gamma = 1.0
        if self._is_projected:
            asked = self.settings.gamma
            gamma = float(np.float32(usual_gamma(np.concatenate(blocks)) if asked == "scale" else asked))  # as is kept
        kernel = gram(blocks, lambda left, right: self._compare(left, right, gamma))
        _check_is_positive(kernel)
        kernel.flags.writeable = False
        return Gram(kernel, gamma)

    def _represent(self, rows: Tensor) -> NDArray[Any]:
        """Returns what the kernel compares: states, or the Bloch vectors of their qubits."""
        if not self._is_projected:
            return self.states(rows)
        return np.concatenate([bloch_vectors(self.states(block)) for block in rows.split(BLOCK)])

    def _compare(
        self, left: NDArray[Any], right: NDArray[Any] | None, gamma: float | None = None
    ) -> NDArray[np.float64]:
        if not self._is_projected:
            return overlaps(left, right)
        return gaussians(left, right, gamma=float(self.gamma) if gamma is None else gamma)

    def _represent_vectors(self, vectors: Tensor) -> NDArray[Any]:
        """Returns what there is of the support vectors, which is the same from batch to batch."""
        if self._known is None or self._known[0] is not vectors or self._known[1] != vectors._version:
            self._known = (vectors, vectors._version, self._represent(vectors))
        return self._known[2]

    def _key(self, rows: Tensor) -> Hashable:
        """Returns what the kernel of some images depends on: the images, and every setting but C."""
        digest = hashlib.sha256(rows.contiguous().numpy().tobytes()).hexdigest()
        return digest, tuple(rows.shape), self.settings.model_copy(update={"C": 1.0, "max_train": None, "seeds": 1})


def _check_fits(count: int) -> None:
    """Raises an `ArgumentError` where the kernel of so many images would take too much memory."""
    if count > _MOST_IMAGES:
        raise ArgumentError(
            f"Argument `model.max_train` must be at most {_MOST_IMAGES}, as the kernel of {count:,} training "
            f"images would take {8e-9 * count**2:.1f} GB."
        )


def _check_is_positive(kernel: NDArray[np.float64]) -> None:
    """Raises a `QNLNetError` where the kernel of some training images has a negative eigenvalue beyond rounding."""
    some = np.unique(np.linspace(0, len(kernel) - 1, _SAMPLE).round().astype(int))
    smallest = float(np.linalg.eigvalsh(kernel[np.ix_(some, some)])[0])
    if smallest < -_ROUNDING * len(some):
        raise QNLNetError(
            f"The kernel of the training images must have no negative eigenvalue, but has {smallest:.3g} for "
            f"{len(some)} of them, so it is no kernel of states. Please report how it came about."
        )


def _choose_features(config: RunConfig) -> FeatureSpec:
    model = settings_of(config, QuantumKernelConfig)
    count = count_features(model.feature_map, model.num_qubits)
    return PrincipalComponents(count, "range" if model.scaling == "range" else "train_split")


def _build(config: RunConfig, streams: Streams) -> QuantumKernel:
    return QuantumKernel(settings_of(config, QuantumKernelConfig), streams.generator(STREAM))


FAMILY = Family(_choose_features, _build, loop=lambda config: "fitted")
