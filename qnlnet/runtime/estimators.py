"""One factory for the two estimators of qiskit-ibm-runtime, and how their answers are read."""

import gzip
import json
import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qnlnet.config import RuntimeConfig
from qnlnet.errors import LedgerError

_ZERO_NOISE_FACTORS = 3  # resilience level 2 runs each circuit with its noise amplified 1, 3 and 5 times
_SEED_IN_PLACE_OF_0 = 2**31  # all others are smaller
_TWIRLED_SHOTS = 64, 32  # at least 64 shots in each randomization, and at most 32 randomizations


def build_estimator(
    mode: Any,
    config: RuntimeConfig,
    *,
    tags: Sequence[str] = (),
    max_seconds: int | None = None,
    seed: int | None = None,
) -> Any:
    """Returns an estimator that runs on `mode`.

    Args:
        mode: A backend, or a batch of one.
        config: Which estimator, how many shots, and what mitigates errors.
        tags: By which the job is found again.
        max_seconds: QPU seconds after which IBM cancels the job; None for the limit of the plan.
        seed: Seed of the shots, where a fake device simulates them.
    """
    options: dict[str, Any] = {
        "default_shots": config.shots,
        "resilience_level": config.resilience_level,
        "twirling": _twirling(config),
        "dynamical_decoupling": _dynamical_decoupling(config),
        "environment": {"job_tags": list(tags)},
        "simulator": {} if seed is None else {"seed_simulator": seed},
    }
    if max_seconds is not None:
        options["max_execution_time"] = max_seconds
    if config.estimator == "legacy" and config.is_local:
        del options["default_shots"]
        options |= _local_legacy_options(config, seed)
    if config.dynamical_decoupling == "waiting":
        from qnlnet.runtime.idle_noise import build_waiting_estimator

        return build_waiting_estimator(mode, options)
    if config.estimator == "executor":
        from qiskit_ibm_runtime.executor_estimator import Estimator

        return Estimator(mode=mode, options=options)
    from qiskit_ibm_runtime import EstimatorV2

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # whoever asks for it has read that it is deprecated
        return EstimatorV2(mode=mode, options=options)


def _local_legacy_options(config: RuntimeConfig, seed: int | None) -> dict[str, Any]:
    """Returns what makes the legacy estimator run the shots and take the seed that were asked for, when it simulates.

    It makes a precision of `default_shots`, and of that shots again, rounded up: 1,001 of 1,000, 129 of 128. A
    precision a hair coarser than 1/√shots gives the very number. A seed of 0 would be none.
    """
    precision = config.shots**-0.5 * (1 + 1e-12)
    options: dict[str, Any] = {"default_precision": precision}
    return options if seed is None else options | {"simulator": {"seed_simulator": seed or _SEED_IN_PLACE_OF_0}}


def _twirling(config: RuntimeConfig) -> dict[str, bool]:
    if config.twirling == "auto":
        return {}
    return {
        "enable_gates": config.twirling in ("gates", "all"),
        "enable_measure": config.twirling in ("measure", "all"),
    }


def _dynamical_decoupling(config: RuntimeConfig) -> dict[str, Any]:
    if config.dynamical_decoupling in ("off", "waiting"):
        return {}  # off is the default of both; named, the legacy estimator warns of it on simulated devices
    return {"enable": True, "sequence_type": config.dynamical_decoupling}


def count_executions(config: RuntimeConfig, rows: int) -> int:
    """Returns how often circuits are executed for `rows` parameter sets of one circuit and one Pauli string.

    Source: `calculate_twirling_shots` and `prepare` of the client-side estimator: twirling rounds shots up to whole
    randomizations, extrapolation to zero noise multiplies them, and readout mitigation adds one calibration.
    """
    executed = executed_shots(config)
    factors = _ZERO_NOISE_FACTORS if config.resilience_level == 2 else 1
    calibration = executed if config.resilience_level > 0 else 0
    return rows * executed * factors + calibration


def executed_shots(config: RuntimeConfig) -> int:
    """Returns the shots of one parameter set after twirling has rounded them up."""
    if config.resilience_level == 0 and config.twirling in ("auto", "none"):
        return config.shots
    least, randomizations = _TWIRLED_SHOTS
    shots = max(least, math.ceil(config.shots / randomizations))
    return math.ceil(config.shots / shots) * shots


def states_shot_errors(config: RuntimeConfig) -> bool:
    """Returns whether the standard errors in an answer come from the shots.

    Those of an extrapolation to zero noise come from its fit. Source: `curve_fit` without `absolute_sigma` in
    `qiskit_mitigation.zne.extrapolation`.
    """
    return config.resilience_level < 2


def encode_answer(values: NDArray[np.float64], errors: NDArray[np.float64]) -> str:
    """Returns expectation values and their standard errors as a service would answer them."""
    from qiskit.primitives import DataBin, PrimitiveResult, PubResult
    from qiskit_ibm_runtime import RuntimeEncoder

    data = DataBin(evs=np.asarray(values, float), stds=np.asarray(errors, float), shape=np.shape(values))
    return json.dumps(PrimitiveResult([PubResult(data)]), cls=RuntimeEncoder)


def decode_answer(program: str, answer: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns expectation values and standard errors, as the estimator states them, from what `fetch` returned.

    Args:
        program: ``executor`` or ``estimator``, which says how the text is coded.
        answer: The text of the service, compressed with gzip.

    Raises:
        LedgerError: The answer cannot be read, or is no result of one PUB.
    """
    from qiskit_ibm_runtime.decoders.defaults import DEFAULT_DECODERS

    try:
        result: Any = gzip.decompress(answer).decode()
        for decoder in DEFAULT_DECODERS[program]:
            if decoder.is_applicable(result):
                result = decoder.decode(result)
        (pub_result,) = result
        return np.asarray(pub_result.data.evs, float), np.asarray(pub_result.data.stds, float)
    except Exception as error:
        raise LedgerError(
            f"The answer of IBM Quantum cannot be read as the result of an estimator: {type(error).__name__}: {error}."
        ) from error
