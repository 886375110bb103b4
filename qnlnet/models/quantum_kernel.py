"""Support vector machines with a fidelity kernel as a family.

Source: Havlíček et al. 2019, arXiv 1804.11326, with the feature map as Qiskit has it; its phases have the other sign
than in the article, which makes the conjugate states and the same kernel.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from qiskit.circuit.library import z_feature_map, zz_feature_map
from torch import Tensor

from qnlnet.config import RunConfig, settings_of
from qnlnet.config.model.quantum_kernel import QuantumKernelConfig
from qnlnet.errors import ArgumentError, QNLNetError, argument_error
from qnlnet.models.family import Family
from qnlnet.models.features import FeatureSpec, PrincipalComponents
from qnlnet.models.streams import Streams
from qnlnet.models.support_vectors import SupportVectorMachine, fit_machine
from qnlnet.simulator import StateSimulator, overlaps

_MOST_IMAGES = 20_000  # to train on: 3.2 GB of kernel
_SAMPLE = 300  # training images whose kernel is looked at
_ROUNDING = 1e-12  # of an eigenvalue, for each of them

States = NDArray[np.complex128]


class QuantumKernel(SupportVectorMachine):
    """A support vector machine with the kernel |⟨ψ(x)|ψ(y)⟩|²; exact, and not differentiable.

    Args:
        settings: The feature map, C, and how many training images.
        generator: Draws these.
    """

    def __init__(self, settings: QuantumKernelConfig, generator: np.random.Generator) -> None:
        super().__init__(settings.C)
        self.settings = settings
        self._generator = generator
        maps = {"zz": zz_feature_map, "z": z_feature_map}
        circuit = maps[settings.feature_map](settings.num_qubits, settings.reps, settings.entanglement)
        self._simulator = StateSimulator(circuit, list(circuit.parameters))
        self._known: tuple[Tensor, int, States] | None = None

    def fit(self, inputs: Tensor, labels: Tensor) -> None:
        chosen = self._choose(labels)
        rows, labels = inputs[chosen], labels[chosen]
        kernel = overlaps(self.states(rows))
        _check_is_positive(kernel)
        self.keep_machine(fit_machine(kernel, labels, self.C), rows)

    def states(self, rows: Tensor) -> States:
        """Returns |ψ(x)⟩, shape (count, 2^qubits), each up to a phase, for components of shape (count, qubits)."""
        return self._simulator.states(self.settings.bandwidth * rows.double().numpy())

    def kernel(self, left: Tensor, right: Tensor) -> Tensor:
        return torch.from_numpy(overlaps(self.states(left), self._states_of_vectors(right)))

    def _states_of_vectors(self, vectors: Tensor) -> States:
        """Returns the states of the support vectors, which are the same from batch to batch."""
        if self._known is None or self._known[0] is not vectors or self._known[1] != vectors._version:
            self._known = (vectors, vectors._version, self.states(vectors))
        return self._known[2]

    def _choose(self, labels: Tensor) -> Tensor:
        """Returns which training images the machine sees, in their order."""
        count = min(len(labels), self.settings.max_train or len(labels))
        if count > _MOST_IMAGES:
            raise ArgumentError(
                f"Argument `model.max_train` must be at most {_MOST_IMAGES}, as the kernel of {count:,} training "
                f"images would take {8e-9 * count**2:.1f} GB."
            )
        if count == len(labels):
            return torch.arange(count)
        chosen = torch.from_numpy(np.sort(self._generator.permutation(len(labels))[:count]))
        if len(labels[chosen].unique()) < len(labels.unique()):
            requirement = "be so many that every class is among them"
            raise argument_error("model.max_train", requirement, self.settings.max_train)
        return chosen


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
    return PrincipalComponents(settings_of(config, QuantumKernelConfig).num_qubits, "train_split")


def _build(config: RunConfig, streams: Streams) -> QuantumKernel:
    return QuantumKernel(settings_of(config, QuantumKernelConfig), streams.generator("training subset"))


FAMILY = Family(_choose_features, _build, loop=lambda config: "fitted")
