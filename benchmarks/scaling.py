"""Benchmark of growth: time against qubits, repetitions, replicas and images."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from qiskit_machine_learning.connectors import TorchConnector

import qnlnet
from benchmarks import engines, layers
from benchmarks.agreement import check_agreement
from benchmarks.circuits import Case
from benchmarks.machine import all_cores
from benchmarks.timing import Timing, time_in_turns
from benchmarks.training import draw_features
from qnlnet.backends import build_qnn
from qnlnet.circuits import circuit_from_config
from qnlnet.config import BackendConfig
from qnlnet.evidence.benchmarks.names import AER, EXACT, OURS, STOCK_AER
from qnlnet.models.qnl_net.family import build_qnl_net
from qnlnet.models.qnl_net.network import QNLNet
from qnlnet.training import CompiledReplica, Job, Observer, score_with_model, train_replicas

QUBITS = range(2, 15, 2)
_LARGEST_FOR_JAX = 12  # compiling takes it half a minute there
REPETITIONS = (1, 2, 4, 8, 16)
REPLICAS = (1, 2, 4, 8, 16)
IMAGES = (1000, 2000, 5000, 10000)

_ROWS = 64
_REPLICA_CELL = ("data=mnist", "reducer=cnn", "train.epochs=4")
_REPLICA_IMAGES = 5000


def time_scaling(*, repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Yields a row per point: what grows, how far, who, and the seconds of one call."""
    yield from _time_qubits(repetitions, seconds)
    for what in ("r", "D"):
        for count in REPETITIONS:
            case = replace(Case(4, 1, 1, _ROWS), **{what: count})
            yield from _rows(what, count, {OURS: _engine_call(OURS, case)}, repetitions, seconds)
    yield from _time_replicas(repetitions)
    yield from _time_images(repetitions, seconds)


def _time_qubits(repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    for num_qubits in QUBITS:
        case = Case(num_qubits, 1, 1, _ROWS)
        names = engines.BUILDERS if num_qubits <= _LARGEST_FOR_JAX else (OURS,)
        calls = {name: _engine_call(name, case) for name in names}
        check_agreement(f"Engine, {case}", {name: call() for name, call in calls.items()}, tolerance=1e-10)
        yield from _rows("qubits", num_qubits, calls, repetitions, seconds)


def _engine_call(name: str, case: Case) -> Callable[[], tuple[engines.Rows, engines.Rows]]:
    qnl = case.build()
    inputs, weights = case.draw(qnl)
    rows, run = np.concatenate([inputs, np.tile(weights, (case.batch, 1))], axis=1), engines.BUILDERS[name](qnl)
    return partial(run, rows)


def _time_replicas(repetitions: int) -> Iterator[dict[str, Any]]:
    """Whole replicas, from building the model to asking Aer, on all cores: the only benchmark with threads."""
    config = qnlnet.load_config(*_REPLICA_CELL)
    features = draw_features(config, _REPLICA_IMAGES)
    with all_cores() as workers:
        train_replicas([Job(config, 0, features)], Observer(), workers=workers)  # imports Aer
        for count in REPLICAS:
            jobs = [Job(config, seed, features) for seed in range(count)]
            times = []
            for _ in range(repetitions):
                start = time.perf_counter()
                train_replicas(jobs, Observer(), workers=workers)
                times.append(time.perf_counter() - start)
            yield _row("replicas", count, f"{OURS}, {workers} threads", Timing(tuple(times)))


def _time_images(repetitions: int, seconds: float) -> Iterator[dict[str, Any]]:
    """Evaluation of a test split by a trained model, on `exact`, on `aer`, and on Aer by Qiskit's own EstimatorQNN."""
    config = qnlnet.load_config("data=mnist", "reducer=cnn")
    inputs = draw_features(config, max(IMAGES)).train
    replica, model = CompiledReplica(config, 0, draw_features(config, 1)), build_qnl_net(config, 0)
    qnl = circuit_from_config(config)

    def on(quantum: torch.nn.Module) -> QNLNet:
        with torch.no_grad():
            layers.weights_of(quantum).copy_(layers.weights_of(model.quantum))
        return QNLNet(model.reducer, quantum, model.head)

    aer = on(TorchConnector(build_qnn(qnl, BackendConfig(name="aer"))))
    stock = on(layers.BUILDERS[STOCK_AER](qnl))
    for count in IMAGES:
        part = inputs[:count]
        quick = {EXACT: partial(replica.scores, part)}
        slow = {AER: partial(score_with_model, aer, part), STOCK_AER: partial(_forward, stock, part)}
        if count == min(IMAGES):
            scores = {name: [call()] for name, call in {**quick, **slow}.items()}
            check_agreement("Evaluation", scores, tolerance=1e-5)  # scores of some units, in float32
        yield from _rows("images", count, quick, repetitions, seconds)
        yield from _rows("images", count, slow, 1, seconds)


def _forward(model: QNLNet, inputs: np.ndarray) -> np.ndarray:
    """Scores all images in one call, shape (count,)."""
    with torch.no_grad():
        return model.eval()(torch.from_numpy(inputs))[:, 0].numpy()


def _rows(
    what: str, size: int, calls: Mapping[str, Callable[[], object]], repetitions: int, seconds: float
) -> Iterator[dict[str, Any]]:
    for name, timing in time_in_turns(calls, repetitions=repetitions, seconds=seconds).items():
        yield _row(what, size, name, timing)


def _row(what: str, size: int, name: str, timing: Timing) -> dict[str, Any]:
    return {"grows": what, "size": size, "contestant": name, **timing.columns()}
