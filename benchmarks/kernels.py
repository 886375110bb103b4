"""Benchmark of a fidelity kernel: 4,000 × 4,000 overlaps of a ZZ feature map on 8 qubits, ours and Qiskit's."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from qiskit.circuit.library import zz_feature_map
from qiskit_machine_learning.kernels import FidelityQuantumKernel, FidelityStatevectorKernel

from benchmarks.agreement import check_agreement
from benchmarks.timing import Timing, time_in_turns
from qnlnet.config.model.quantum_kernel import QuantumKernelConfig
from qnlnet.evidence.benchmarks.names import FIDELITY_KERNEL, KERNEL_OURS, STATEVECTOR_KERNEL
from qnlnet.models.quantum_kernel import QuantumKernel

NUM_QUBITS, IMAGES = 8, 4000
# Qiskit's kernels take minutes to hours for all, so that they are timed on fewer images. The one simulates each image
# and goes through the pairs, the other simulates each pair.
PEER_IMAGES = {STATEVECTOR_KERNEL: 1000, FIDELITY_KERNEL: 12}
QUICK_PEER_IMAGES = {STATEVECTOR_KERNEL: 200}
_COMPARED = 8

Rows = NDArray[np.float64]
Kernel = Callable[[Rows], Rows]


def build_ours() -> Kernel:
    """Returns our kernel of rows with themselves; states and overlaps, whatever computes them."""
    kernel = QuantumKernel(QuantumKernelConfig(num_qubits=NUM_QUBITS, bandwidth=1.0, C=1.0), np.random.default_rng(0))

    def run(rows: Rows) -> Rows:
        tensor = torch.from_numpy(rows)
        return kernel.kernel(tensor, tensor).numpy()

    return run


def _build_peer(name: str) -> Kernel:
    circuit = zz_feature_map(NUM_QUBITS, reps=2, entanglement="full")
    if name == STATEVECTOR_KERNEL:
        # Every call begins with an empty cache of states.
        return FidelityStatevectorKernel(feature_map=circuit, enforce_psd=False).evaluate
    return FidelityQuantumKernel(feature_map=circuit, enforce_psd=False).evaluate


def time_kernels(
    images: int = IMAGES, peers: dict[str, int] = PEER_IMAGES, *, repetitions: int, seconds: float
) -> Iterator[dict[str, Any]]:
    """Yields a row per contestant, in CPU seconds of the whole kernel.

    A peer is timed on some images and on half of them, and a·n + b·n² through both leads to all.

    Args:
        images: Size of the kernel.
        peers: On how many images each of them is timed.
        repetitions: Turns of each contestant.
        seconds: Length of a turn.
    """
    rows = np.random.default_rng(0).uniform(0, 2 * np.pi, (images, NUM_QUBITS))
    kernels = {name: _build_peer(name) for name in peers}
    ours = build_ours()
    compared = {KERNEL_OURS: ours, **kernels}
    check_agreement("Kernel", {name: [kernel(rows[:_COMPARED])] for name, kernel in compared.items()}, tolerance=1e-10)
    calls = {(KERNEL_OURS, images): partial(ours, rows)}
    for name, count in peers.items():
        calls |= {(name, size): partial(kernels[name], rows[:size]) for size in (count // 2, count)}
    timings = time_in_turns(calls, repetitions=repetitions, seconds=seconds, clock=time.process_time)
    for name, count in {KERNEL_OURS: images, **peers}.items():
        timing = timings[name, count]
        if name in peers:
            timing = extrapolate(timings[name, count // 2], timing, count, images)
        row = {"contestant": name, "num_qubits": NUM_QUBITS, "images": images, "timed_images": count}
        yield {**row, **timing.columns()}


def extrapolate(half: Timing, whole: Timing, count: int, images: int) -> Timing:
    """Returns the seconds for `images` by a·n + b·n² through those for count / 2 and for count, turn by turn."""
    turns = []
    for first, second in zip(half.repetitions, whole.repetitions, strict=True):
        quadratic = min(max(2 * second - 4 * first, 0.0), second)  # its part of the larger time
        turns.append(quadratic * (images / count) ** 2 + (second - quadratic) * images / count)
    return Timing(tuple(turns))
