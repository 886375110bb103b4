"""Simulated devices in the place of IBM Quantum: shot noise without noise, noise with it, mitigation."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import U1Gate
from qiskit.quantum_info import SparsePauliOp

from qnlnet.backends import build_qnn
from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.errors import RequestRefusedError, UnknownJobError
from qnlnet.runtime import (
    JobRecord,
    JobRequest,
    JobStatus,
    LocalService,
    Patience,
    Phase,
    State,
    build_pub,
    transpile_for_device,
)
from qnlnet.runtime.estimators import decode_answer

BuildCircuit = Callable[..., Circuit]

SHOTS = 1000
INPUTS = np.random.default_rng(1).uniform(-3, 3, (8, 4))
# Ansatz 1 outputs sin(g) sin(2 x₃): here 1, so that noise can only lower it.
ONE_INPUTS, ONE_WEIGHTS = np.full((3, 4), np.pi / 4), np.array([0.0, 0.0, 0.0, np.pi / 2, 0.0])


@pytest.fixture(scope="module")
def service() -> LocalService:
    return LocalService()


def measure(
    service: LocalService, qnl: Circuit, rows: NDArray[np.float64], seed: int = 0, **options: Any
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns values and standard errors, shape (rows,)."""
    config = RuntimeConfig(**{"name": "aer", "shots": SHOTS, "resilience_level": 0, **options})
    device = service.device(config.name, 4)
    circuit = transpile_for_device(qnl, device, config)
    request = JobRequest(device.name, circuit.pub(circuit.gatewise.spread(rows)), config, "tag", seed=seed)
    return decode_answer(*service.fetch(service.submit(request)))


@pytest.mark.parametrize("ansatz", "012")
def test_without_noise_only_shots_are_between_us_and_the_exact_values(
    build_circuit: BuildCircuit, service: LocalService, ansatz: str
) -> None:
    qnl = build_circuit(ansatz, r=2)
    weights = np.random.default_rng(2).uniform(-1, 1, len(qnl.weight_params))
    exact = build_qnn(qnl)
    expected = exact.forward(INPUTS, weights)[:, 0]
    assert np.abs(expected).max() < 0.99  # nearer to ±1 a mean of 1,000 outcomes is not normally distributed
    values, errors = measure(service, qnl, exact.join(INPUTS, weights))
    # A mean of n outcomes ±1 has variance (1 − ⟨Z⟩²)/n; six standard errors are exceeded once in 10⁸ times.
    sigma = np.sqrt((1 - expected**2) / SHOTS)
    assert (np.abs(values - expected) < 6 * sigma).all()
    assert np.abs(values - expected).max() > 0
    ones = (1 - values) / 2 * SHOTS
    np.testing.assert_allclose(ones, np.round(ones), rtol=0, atol=1e-9)  # exactly the shots asked for
    # Standard errors are those of the sample, with n or n − 1 in the denominator.
    np.testing.assert_allclose(errors, np.sqrt((1 - values**2) / SHOTS), rtol=1 / SHOTS)


def test_same_seed_same_shots(build_circuit: BuildCircuit, service: LocalService) -> None:
    qnl = build_circuit("0")
    rows = np.random.default_rng(3).uniform(-1, 1, (4, 9))
    first, again, other = (measure(service, qnl, rows, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.slow
def test_noise_lowers_the_mean_and_mitigation_brings_it_back(
    build_circuit: BuildCircuit, service: LocalService
) -> None:
    qnl = build_circuit("1")
    rows = build_qnn(qnl).join(ONE_INPUTS, ONE_WEIGHTS)
    shots = 4096
    raw, _ = measure(service, qnl, rows, name="fake-manila", shots=shots)
    # Below 1 by more than six standard errors of the mean of the rows, taken where they are largest for such values.
    sigma = math.sqrt((1 - raw.mean() ** 2) / (len(rows) * shots))
    assert 0.8 < raw.mean() < 1 - 6 * sigma
    mitigated, errors = measure(service, qnl, rows, name="fake-manila", shots=shots, resilience_level=1)
    assert np.abs(mitigated - 1).mean() < np.abs(raw - 1).mean()
    assert (errors > 0).all()


@pytest.mark.slow
def test_extrapolation_to_zero_noise(build_circuit: BuildCircuit, service: LocalService) -> None:
    qnl = build_circuit("1")
    rows = build_qnn(qnl).join(ONE_INPUTS, ONE_WEIGHTS)
    values, errors = measure(service, qnl, rows, name="fake-manila", shots=1024, resilience_level=2)
    assert values.shape == errors.shape == (3,)
    assert np.isfinite(values).all()
    assert (errors > 0).all()
    raw, _ = measure(service, qnl, rows, name="fake-manila", shots=1024)
    assert abs(values.mean() - 1) < abs(raw.mean() - 1)  # whatever the extrapolation costs in precision, it helps


def test_a_slice_of_a_large_device(build_circuit: BuildCircuit, service: LocalService) -> None:
    qnl = build_circuit("1")
    values, _ = measure(service, qnl, build_qnn(qnl).join(ONE_INPUTS, ONE_WEIGHTS), name="fake-fez")
    assert 0.8 < values.mean() < 1


def test_the_deprecated_estimator(build_circuit: BuildCircuit, service: LocalService) -> None:
    qnl = build_circuit("1")
    rows = build_qnn(qnl).join(ONE_INPUTS, ONE_WEIGHTS)
    values, errors = measure(service, qnl, rows, name="fake-manila", estimator="legacy")
    assert 0.8 < values.mean() < 1
    assert (errors > 0).all()


def test_jobs_live_in_this_process(build_circuit: BuildCircuit) -> None:
    service, qnl = LocalService(), build_circuit("0")
    assert service.find("tag") == []
    measure(service, qnl, np.zeros((1, 9)))
    measure(service, qnl, np.zeros((1, 9)))
    first, second = service.find("tag")
    assert first != second
    assert service.status(first) == JobStatus(Phase.DONE, used_seconds=0.0)
    service.cancel(first)
    assert service.fetch(first)[0] == "estimator"
    with pytest.raises(UnknownJobError, match="ran in a process that has ended"):
        LocalService().fetch(first)
    with pytest.raises(UnknownJobError, match="ran in a process that has ended"):
        LocalService().status(first)


def test_a_simulation_that_fails_leaves_no_job_behind(service: LocalService, tmp_path: Path) -> None:
    service.device("aer", 1)
    circuit = QuantumCircuit(1)
    circuit.append(U1Gate(Parameter("angle")), [0])  # the client-side estimator does not know it
    config = RuntimeConfig(name="aer", shots=SHOTS, resilience_level=1)
    request = JobRequest(
        "aer", build_pub(circuit, SparsePauliOp("Z"), ("angle",), np.zeros((1, 1))), config, "tag-of-u1"
    )
    record = JobRecord(tmp_path, request.tag, Patience(settle_seconds=0.0))
    with pytest.raises(
        RequestRefusedError, match="aer cannot be simulated with this circuit and these options: Samplex"
    ):
        record.submit(service, request)
    assert JobRecord(tmp_path, request.tag).state is State.PLANNED
    assert "Unexpected operand u1" in JobRecord(tmp_path, request.tag).record.note
    assert service.find(request.tag) == []


def test_there_is_nothing_to_pay_and_no_queue() -> None:
    service = LocalService()
    assert service.remaining_seconds() is None
    assert service.open_batch("aer") is None
    service.close_batch(None)
    service.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["aer", "fake-fez"])
def test_every_circuit_gets_a_device_of_its_own_size(name: str) -> None:
    service = LocalService()
    assert [service.device(name, number).target.num_qubits for number in (4, 5)] == [4, 5]
