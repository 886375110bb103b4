"""Fake devices: the best qubits against brute force, slices that keep the calibration, names that are wrong."""

import itertools
import math

import pytest
from qiskit.transpiler import Target
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime.fake_provider import FakeProviderForBackendV2

from qnlnet.config import RuntimeConfig
from qnlnet.errors import ArgumentError
from qnlnet.runtime import Device, load_fake_device
from qnlnet.runtime.best_qubits import choose_best_qubits
from qnlnet.runtime.devices import load_local_device

PASSED_OVER = ("delay", "reset")  # not part of any circuit here


def fidelity(target: Target, qubits: tuple[int, ...]) -> float:
    """The product of 1 − error over all instructions within `qubits`, the better of the two directions of a pair.

    This is what the search maximises where the qubits form a tree; then there is one way to connect them.
    """
    singles: list[float] = []
    pairs: dict[frozenset[int], float] = {}
    for name in set(target.operation_names).difference(PASSED_OVER):
        for place, properties in target[name].items():
            if place is None or not set(place) <= set(qubits):
                continue
            kept = 1 - (properties.error if properties and properties.error else 0.0)
            if len(place) == 1:
                singles.append(kept)
            else:
                pairs[frozenset(place)] = max(kept, pairs.get(frozenset(place), 0.0))
    assert len(pairs) == len(qubits) - 1  # a tree
    return math.prod(singles) * math.prod(pairs.values())


def best_by_brute_force(target: Target, count: int) -> tuple[int, ...]:
    couplings = target.build_coupling_map()
    connected = [
        qubits
        for qubits in itertools.combinations(range(target.num_qubits), count)
        if couplings.reduce(qubits, check_if_connected=False).is_connected()
    ]
    assert len(connected) > 1
    return max(connected, key=lambda qubits: fidelity(target, qubits))


@pytest.mark.parametrize("name", ["fake-manila", "fake-jakarta", "fake-burlington"])
@pytest.mark.parametrize("count", [2, 3, 4])
def test_best_qubits_against_brute_force(name: str, count: int) -> None:
    target = load_fake_device(name).target
    assert choose_best_qubits(target, count) == best_by_brute_force(target, count)


@pytest.mark.slow
def test_best_qubits_of_a_large_device(fez: Device) -> None:
    target = load_fake_device("fake-fez").target
    edges = {frozenset(pair) for pair in target.build_coupling_map().get_edges()}
    sets = {frozenset([qubit]) for qubit in range(156)}
    for _ in range(3):  # every connected set of four, none left out
        sets = {grown | edge for grown in sets for edge in edges if len(grown & edge) == 1}
    assert len(sets) > 300  # the search has had to choose
    assert fez.qubits == max((tuple(sorted(found)) for found in sets), key=lambda found: fidelity(target, found))


def test_one_qubit_is_the_one_with_the_fewest_errors() -> None:
    target = load_fake_device("fake-manila").target
    assert choose_best_qubits(target, 1) == max(((q,) for q in range(5)), key=lambda place: fidelity(target, place))


def test_a_slice_keeps_the_calibration(fez: Device) -> None:
    whole = load_fake_device("fake-fez").target
    part = fez.target
    assert part.num_qubits == len(fez.qubits) == 4
    assert part.build_coupling_map().is_connected()
    compared = 0
    for name in whole.operation_names:
        places = {place: own for place, own in whole[name].items() if place and set(place) <= set(fez.qubits)}
        numbers = {tuple(map(fez.qubits.index, place)): own for place, own in places.items()}
        assert set(part[name] if name in part.operation_names else ()) == set(numbers)
        for place, own in numbers.items():
            theirs = part[name][place]
            if own is not None:
                assert (theirs.error, theirs.duration) == (own.error, own.duration)
                compared += own.error is not None
    assert compared >= 4 * 4 + 3  # rz, sx, x and a measurement on each qubit, and three pairs
    for index, physical in enumerate(fez.qubits):
        ours, theirs = part.qubit_properties[index], whole.qubit_properties[physical]
        assert (ours.t1, ours.t2, ours.frequency) == (theirs.t1, theirs.t2, theirs.frequency)
    assert part.dt == whole.dt


@pytest.mark.slow
def test_a_slice_is_simulated_with_the_noise_of_its_qubits(fez: Device) -> None:
    device, backend = load_local_device("fake-fez", 4)
    assert isinstance(backend, AerSimulator)
    assert device.qubits == fez.qubits
    (readout,) = (
        e
        for e in backend.options.noise_model.to_dict()["errors"]
        if e["type"] == "roerror" and e["gate_qubits"] == [(2,)]
    )
    # The device's readout error is the mean of its two kinds, P(0|1) and P(1|0).
    (_, wrong_0), (wrong_1, _) = readout["probabilities"]
    measured = load_fake_device("fake-fez").target["measure"][fez.qubits[2],].error
    assert (wrong_0 + wrong_1) / 2 == pytest.approx(measured, rel=1e-6)


def test_small_devices_stay_whole(manila: Device) -> None:
    assert manila.qubits == (0, 1, 2, 3, 4)
    assert manila.target.num_qubits == 5
    assert manila.calibrated_at is not None
    assert manila.rep_delay_seconds == pytest.approx(250e-6)
    assert (manila.pending_jobs, manila.problem) == (0, None)


def test_a_device_without_noise() -> None:
    device, backend = load_local_device("aer", 6)
    assert (device.name, device.qubits, device.calibrated_at) == ("aer", (0, 1, 2, 3, 4, 5), None)
    assert backend.options.noise_model is None
    assert device.target.build_coupling_map() is None  # all qubits are connected


@pytest.mark.parametrize("name", ["fake-manila", "FakeManilaV2", "FakeManila", "fake_manila"])
def test_spellings(name: str) -> None:
    assert load_fake_device(name).name == "fake_manila"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Properties of fake_nighthawk:UserWarning")
def test_every_fake_device_is_found_by_ibms_names() -> None:
    backends = FakeProviderForBackendV2().backends()
    assert len(backends) > 50
    for backend in backends:
        class_name = type(backend).__name__
        for name in (backend.name, class_name, class_name.removesuffix("V2"), backend.name.replace("_", "-")):
            assert type(load_fake_device(name)) is type(backend)
            assert type(load_fake_device(RuntimeConfig(name=name).name)) is type(backend)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("fake-manilla", "must name a fake device of qiskit-ibm-runtime, but is 'fake-manilla'. Near it: fake-manila"),
        ("fake-", "Near it: fake-"),
        ("fake-providerforbackend", "must name a fake device of qiskit-ibm-runtime"),
        ("fake-armonk", "must name a device with at least 4 qubits, but is 'fake-armonk (1 qubits)'."),
    ],
)
def test_devices_that_do_not_exist_or_do_not_fit(name: str, message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        load_local_device(name, 4)
    assert "Argument `backend.name` " in str(caught.value)
    assert message in str(caught.value)
