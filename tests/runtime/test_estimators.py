"""Executions against the library's own count, the two estimators, answers and damaged answers."""

import gzip
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer import AerSimulator
from qiskit_ibm_runtime import EstimatorV2
from qiskit_ibm_runtime.executor_estimator import Estimator
from qiskit_ibm_runtime.executor_estimator.prepare import prepare

from qnlnet.circuits import Circuit
from qnlnet.config import RuntimeConfig
from qnlnet.errors import LedgerError
from qnlnet.runtime import count_executions, load_fake_device, transpile_for_device
from qnlnet.runtime.devices import Device
from qnlnet.runtime.estimators import build_estimator, decode_answer, encode_answer, executed_shots
from qnlnet.runtime.transpilation import Pub

BuildCircuit = Callable[..., Circuit]

TWIRLING = [
    *((0, twirling) for twirling in ("auto", "none", "gates", "measure", "all")),
    *((level, twirling) for level in (1, 2) for twirling in ("auto", "measure", "all")),
]


def configure(**options: Any) -> RuntimeConfig:
    return RuntimeConfig(**{"name": "fake-manila", **options})


@pytest.fixture(scope="module")
def pub(build_circuit: BuildCircuit, manila: Device) -> Pub:
    circuit = transpile_for_device(build_circuit("0"), manila, configure())
    return circuit.pub(np.zeros((3, len(circuit.gatewise.names))))


def prepared(pub: Pub, config: RuntimeConfig) -> tuple[int, int]:
    """Returns the executions that the library would ask for, and those of the three rows without mitigation."""
    backend = load_fake_device("fake-manila")
    program, _ = prepare([pub], build_estimator(backend, config).options, backend=backend)
    sizes = [item.size() for item in program.items]
    return program.shots * sum(sizes), program.shots * sizes[0]


@pytest.mark.slow
@pytest.mark.parametrize("shots", [1, 100, 1000, 1024, 4096])
@pytest.mark.parametrize(("level", "twirling"), TWIRLING)
def test_executions_are_those_of_the_library(pub: Pub, level: int, twirling: str, shots: int) -> None:
    config = configure(shots=shots, resilience_level=level, twirling=twirling)
    total, rows = prepared(pub, config)
    assert count_executions(config, 3) == total
    if level < 2:
        assert 3 * executed_shots(config) == rows


def test_dynamical_decoupling_adds_no_executions(pub: Pub) -> None:
    config = configure(dynamical_decoupling="XY4")
    assert prepared(pub, config)[0] == count_executions(config, 3) == 4 * 1024


@pytest.mark.parametrize(
    ("shots", "executed"), [(1, 64), (64, 64), (65, 128), (2048, 2048), (2049, 2080), (4096, 4096)]
)
def test_twirling_rounds_up(shots: int, executed: int) -> None:
    # 2,049 shots are 32 randomizations of 65 (64.03, rounded up), 2,080 in all.
    assert executed_shots(configure(shots=shots)) == executed
    assert executed_shots(configure(shots=shots, resilience_level=0)) == shots


@pytest.mark.parametrize(("estimator", "kind"), [("executor", Estimator), ("legacy", EstimatorV2)])
def test_both_estimators_take_the_options(estimator: str, kind: type) -> None:
    config = configure(
        name="ibm_x", estimator=estimator, shots=77, resilience_level=2, twirling="all", dynamical_decoupling="XpXm"
    )
    built = build_estimator(load_fake_device("fake-manila"), config, tags=["a", "b"], max_seconds=30, seed=5)
    assert type(built) is kind
    options = built.options
    assert (options.default_shots, options.resilience_level, options.max_execution_time) == (77, 2, 30)
    assert (options.twirling.enable_gates, options.twirling.enable_measure) == (True, True)
    assert (options.dynamical_decoupling.enable, options.dynamical_decoupling.sequence_type) == (True, "XpXm")
    assert list(options.environment.job_tags) == ["a", "b"]
    assert options.simulator.seed_simulator == 5


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["executor", "legacy"])
def test_a_simulated_device_runs_exactly_the_shots_asked_for(estimator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[int] = []
    simulate = AerSimulator.run

    def note(*arguments: Any, **options: Any) -> Any:
        run.append(options["shots"])
        return simulate(*arguments, **options)

    monkeypatch.setattr(AerSimulator, "run", note)
    ones = QuantumCircuit(1)
    ones.x(0)
    asked = [*range(1, 130), 200, 511, 512, 513, 999, 1000, 1001, 2048, 4095, 4096, 8192, 10_000, 32_768, 100_000]
    for shots in asked:
        config = configure(name="aer", estimator=estimator, resilience_level=0, shots=shots)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The resilience_level option has no effect", UserWarning)
            build_estimator(AerSimulator(), config).run([(ones, SparsePauliOp("Z"))]).result()
    assert run == asked == [count_executions(configure(resilience_level=0, shots=shots), 1) for shots in asked]


@pytest.mark.parametrize("estimator", ["executor", "legacy"])
def test_every_seed_is_one(estimator: str) -> None:
    plus = QuantumCircuit(1)
    plus.sx(0)
    config = configure(name="aer", estimator=estimator, resilience_level=0, shots=10_000)

    def value(seed: int) -> float:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The resilience_level option has no effect", UserWarning)
            (result,) = build_estimator(AerSimulator(), config, seed=seed).run([(plus, SparsePauliOp("Z"))]).result()
        return float(result.data.evs)

    for seed in (0, 1, 2**31 - 1):
        assert value(seed) == value(seed)
    assert len({value(seed) for seed in range(5)}) > 1


@pytest.mark.parametrize(
    ("twirling", "gates", "measure"),
    [("none", False, False), ("gates", True, False), ("measure", False, True), ("all", True, True)],
)
def test_twirling_is_set_where_it_is_asked_for(twirling: str, gates: bool, measure: bool) -> None:
    built = build_estimator(load_fake_device("fake-manila"), configure(resilience_level=0, twirling=twirling))
    final = built.finalize_options().twirling
    assert (final.enable_gates, final.enable_measure) == (gates, measure)


@pytest.mark.parametrize(("level", "gates", "measure"), [(0, False, False), (1, False, True), (2, True, True)])
def test_auto_leaves_twirling_to_the_level(level: int, gates: bool, measure: bool) -> None:
    final = build_estimator(load_fake_device("fake-manila"), configure(resilience_level=level)).finalize_options()
    assert (final.twirling.enable_gates, final.twirling.enable_measure) == (gates, measure)
    assert (final.resilience.measure_mitigation, final.resilience.zne_mitigation) == (level > 0, level == 2)


@pytest.mark.parametrize("shape", [(3,), (2, 5), (1,), ()])
def test_answers_come_back_to_the_bit(shape: tuple[int, ...]) -> None:
    random = np.random.default_rng(4)
    values, errors = random.uniform(-1, 1, shape), random.uniform(0, 1, shape)
    answer = gzip.compress(encode_answer(values, errors).encode())
    for ours, theirs in zip((values, errors), decode_answer("estimator", answer), strict=True):
        assert theirs.shape == shape
        np.testing.assert_array_equal(ours, theirs)


GOOD = gzip.compress(encode_answer(np.zeros(3), np.zeros(3)).encode())


DAMAGED = {
    "empty": b"",
    "no gzip": b"no gzip",
    "cut": GOOD[:-12],
    "cut by a byte": GOOD[:-1],
    "no JSON": gzip.compress(b"no JSON"),
    "no text": gzip.compress(b"\xff\xfe"),
    "an object": gzip.compress(b"{}"),
    "a list": gzip.compress(b"[]"),
    "null": gzip.compress(b"null"),
    "cut before it was compressed": gzip.compress(gzip.decompress(GOOD)[:-30]),
    "another version": gzip.compress(b'{"schema_version": "v9.9"}'),
}


@pytest.mark.parametrize("answer", DAMAGED)
@pytest.mark.parametrize("program", ["estimator", "executor"])
def test_damaged_answers(program: str, answer: str) -> None:
    with pytest.raises(LedgerError, match=r"^The answer of IBM Quantum cannot be read as the result of an estimator: "):
        decode_answer(program, DAMAGED[answer])


def test_answers_of_an_unknown_program() -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        decode_answer("sampler-of-tomorrow", GOOD)
