"""Benchmark of training steps of whole networks in torch, 64 images at a time: what a circuit costs in use."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.nn.utils import parameters_to_vector

from benchmarks.agreement import check_agreement
from benchmarks.families import FAMILIES, FamilyNetwork
from benchmarks.jax_quanvolution import JaxQuanvolution
from benchmarks.timing import time_in_turns
from benchmarks.workloads import Workload
from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.evidence.benchmarks.names import (
    NETWORK_JAX,
    NETWORK_OURS,
    NETWORK_PENNYLANE,
    QUANVOLUTION,
)
from qnlnet.models.quanvolution import Quanvolution

BATCH = 64
_PATCHES, _CLASSES = 49, 10
_AGREEING_STEPS = 4
PATCHES = Workload("patches of a batch", 4, BATCH * _PATCHES, 2, dtype="float32")
Step = Callable[[], object]


class TorchStep:
    """A training step: forwards, cross-entropy, backwards, Adam.

    Args:
        network: The network.
        images: Shape (batch, channels, height, width), float32 in [0, 1].
        labels: Classes, shape (batch,).
        weight_decay: Adam's.
    """

    def __init__(self, network: nn.Module, images: Tensor, labels: Tensor, weight_decay: float = 0.0) -> None:
        self.network, self._images, self._labels = network, images, labels
        self._optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, weight_decay=weight_decay)

    def __call__(self) -> None:
        """Trains one step."""
        self._optimizer.zero_grad()
        cross_entropy(self.network(self._images), self._labels).backward()
        self._optimizer.step()

    def gradient(self) -> np.ndarray:
        """Returns the gradient of the last step in one vector, zero where a parameter has none."""
        parts = [torch.zeros_like(p) if p.grad is None else p.grad for p in self.network.parameters()]
        return parameters_to_vector(parts).numpy().copy()

    def parameters(self) -> np.ndarray:
        """Returns all parameters in one vector."""
        return parameters_to_vector(self.network.parameters()).detach().numpy().copy()


class PennyLaneFilter(nn.Module):
    """The patches' circuit in PennyLane, all rows at once, in the layer's place."""

    def __init__(self) -> None:
        super().__init__()
        from benchmarks.contestants.pennylane_circuit import build_qnode

        self.weight = nn.Parameter(torch.empty(PATCHES.num_weights))
        self._circuit, self._read_out = build_qnode(PATCHES, "torch"), torch.from_numpy(PATCHES.read_out())

    def forward(self, angles: Tensor) -> Tensor:
        """Returns ⟨Z⟩ of each wire, shape (…, 4), for angles of the same shape."""
        probabilities = self._circuit(angles.reshape(-1, PATCHES.num_qubits), self.weight)
        values: Tensor = probabilities.to(angles.dtype) @ self._read_out
        return values.reshape(angles.shape)


def _our_filter() -> nn.Module:
    circuit, observables, inputs, weights = PATCHES.build_circuit()
    return build_quantum_layer(Circuit(circuit, tuple(inputs), tuple(weights), tuple(observables)))


def build_quanvolution(build_filter: Callable[[], nn.Module]) -> Quanvolution:
    """Builds the network with the same first weights whatever runs the circuit."""
    each = build_filter()
    with torch.no_grad():
        next(each.parameters()).copy_(torch.from_numpy(PATCHES.weights))
    torch.manual_seed(0)
    return Quanvolution([each], 2, 2, nn.Linear(_PATCHES * PATCHES.num_qubits, _CLASSES))


def draw_batch(size: int) -> tuple[Tensor, Tensor]:
    """Returns random images, shape (64, 1, size, size), in [0, 1], and random labels."""
    random = np.random.default_rng(0)
    images = random.uniform(0, 1, (BATCH, 1, size, size)).astype(np.float32)
    return torch.from_numpy(images), torch.from_numpy(random.integers(0, _CLASSES, BATCH))


def time_networks(*, repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Yields a row per network and contestant: CPU seconds of one step of 64 images."""
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    steps = build_quanvolution_steps()
    _check_agreement(build_quanvolution_steps())
    yield from _rows(QUANVOLUTION, steps, repetitions, seconds)
    for name, network in FAMILIES.items():
        steps = build_family_steps(network)
        _check_gradients(name, steps)
        twin = {network.twin: _build_step(network.build_twin(), network)}
        yield from _rows(name, steps | twin, repetitions, seconds)


def build_family_steps(network: FamilyNetwork) -> dict[str, Any]:
    """Builds a step of a family's network and of the same in PennyLane, both from the same first weights."""
    return {
        NETWORK_OURS: _build_step(network.build(), network),
        NETWORK_PENNYLANE: _build_step(network.build(pennylane=True), network),
    }


def _build_step(module: nn.Module, network: FamilyNetwork) -> TorchStep:
    images, labels = draw_batch(network.size)
    return TorchStep(module, images, labels, network.weight_decay)


def build_quanvolution_steps() -> dict[str, Any]:
    """Builds a step of each contestant, all from the same first weights."""
    images, labels = draw_batch(14)
    ours = build_quanvolution(_our_filter)
    return {
        NETWORK_OURS: TorchStep(ours, images, labels),
        NETWORK_PENNYLANE: TorchStep(build_quanvolution(PennyLaneFilter), images, labels),
        NETWORK_JAX: JaxQuanvolution(PATCHES, ours, images.numpy(), labels.numpy()),
    }


def _check_gradients(network: str, steps: dict[str, TorchStep]) -> None:
    """Compares the gradients of the first step, as a whole.

    Where a batch norm follows a bias has no gradient but rounding errors, and Adam makes steps of these: after some
    of them networks differ that are the same.
    """
    for step in steps.values():
        step()
    gradients = {name: step.gradient() for name, step in steps.items()}
    length = float(np.linalg.norm(gradients[NETWORK_OURS]))
    distances = {name: [np.linalg.norm(g - gradients[NETWORK_OURS]) / length] for name, g in gradients.items()}
    check_agreement(network, distances, tolerance=1e-4)


def _check_agreement(steps: dict[str, Any]) -> None:
    """Compares where a few steps lead, as a whole; see `benchmarks.training` for why not entry by entry.

    Weights that nothing depends on are left out (RZ on a wire that is then read in Z): ours stay where they are, and
    where rounding makes a gradient of 1e-10 of zero, Adam makes a step of it.
    """
    start = steps[NETWORK_OURS].parameters()
    ways = {}
    for name, step in steps.items():
        for _ in range(_AGREEING_STEPS):
            step()
        ways[name] = step.parameters() - start
    ours = ways[NETWORK_OURS]
    length = float(np.linalg.norm(ours))
    distances = {name: [np.linalg.norm((way - ours)[ours != 0]) / length] for name, way in ways.items()}
    check_agreement(QUANVOLUTION, distances, tolerance=1e-3)


def _rows(network: str, steps: dict[str, Step], repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    calls = {name: partial(step) for name, step in steps.items()}
    timings = time_in_turns(calls, repetitions=repetitions, seconds=seconds, clock=time.process_time)
    for name, timing in timings.items():
        yield {"network": network, "contestant": name, "batch": BATCH, **timing.columns()}
