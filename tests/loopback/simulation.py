"""The results of a job, computed with Aer and written as the service writes them."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
from ibm_quantum_schemas.common import CompressedTensorModel
from ibm_quantum_schemas.executor.version_2_0 import QuantumProgramResultModel
from qiskit.primitives import BackendEstimatorV2
from qiskit.primitives.containers.estimator_pub import EstimatorPub
from qiskit.providers import BackendV2
from qiskit_ibm_runtime.fake_provider.executor.run_quantum_program import run_quantum_program
from qiskit_ibm_runtime.json import RuntimeDecoder, RuntimeEncoder
from qiskit_ibm_runtime.options_models.simulator import SimulatorOptions
from qiskit_ibm_runtime.quantum_program import QuantumProgram
from qiskit_ibm_runtime.quantum_program.params_converters import QUANTUM_PROGRAM_PARAMS_CONVERTERS

_SCHEMA = "v2.0"


def count_executions(program_id: str, params: dict[str, Any]) -> int:
    """Returns how often a job executes a circuit, one measurement basis assumed for each set of parameters."""
    if program_id == "executor":
        program = params["quantum_program"]
        circuits = sum(math.prod(item["shape"]) for item in program["items"])
        return program["shots"] * circuits
    return sum(math.ceil(1 / pub.precision**2) * max(1, pub.parameter_values.size) for pub in _pubs(params))


def compute_results(program_id: str, params: dict[str, Any], backend: BackendV2, seed: int) -> str:
    """Returns the body of the answer to a request for results."""
    if program_id == "executor":
        return _run_executor(params, backend, seed)
    estimator = BackendEstimatorV2(backend=backend, options={"seed_simulator": seed})
    return json.dumps(estimator.run(_pubs(params)).result(), cls=RuntimeEncoder)


def _pubs(params: dict[str, Any]) -> list[EstimatorPub]:
    """Decodes the input of the program ``estimator``, whose options tell the precision where a PUB does not."""
    inputs = json.loads(json.dumps(params), cls=RuntimeDecoder)
    options = inputs.get("options", {})
    precision = options.get("default_precision") or 0.015625
    if options.get("default_shots"):
        precision = options["default_shots"] ** -0.5
    return [
        EstimatorPub.coerce((circuit, observables, values), pub_precision or precision)
        for circuit, observables, values, pub_precision in inputs["pubs"]
    ]


def _run_executor(params: dict[str, Any], backend: BackendV2, seed: int) -> str:
    program = _decode_program(params)
    started = datetime.now(UTC)
    result = run_quantum_program(backend, program, SimulatorOptions(seed_simulator=seed))
    parts = [_whole_item(index, item.shape) for index, item in enumerate(program.items)]
    model = QuantumProgramResultModel.model_validate(
        {
            "data": [{"results": _compress(item), "metadata": {}} for item in result],
            "metadata": {"chunk_timing": [{"start": started, "stop": datetime.now(UTC), "parts": parts}]},
            # Sent back as they came: the client's own post-processing is described in them.
            "passthrough_data": params["quantum_program"]["passthrough_data"],
            "semantic_role": params["quantum_program"]["semantic_role"],
        }
    )
    return model.model_dump_json()


def _decode_program(params: dict[str, Any]) -> QuantumProgram:
    converter = QUANTUM_PROGRAM_PARAMS_CONVERTERS[_SCHEMA]
    program, _ = converter.decoder(converter.model.model_validate(params))
    for item in program.items:
        if hasattr(item, "samplex"):
            item.samplex.finalize()  # a decoded samplex cannot be sampled from before
    return program


def _compress(item: Any) -> dict[str, CompressedTensorModel]:
    return {name: CompressedTensorModel.from_numpy(np.asarray(value)) for name, value in item.items()}


def _whole_item(index: int, shape: tuple[int, ...]) -> dict[str, Any]:
    size = math.prod(shape)
    return {
        "idx_item": index,
        "size": size,
        "permutation": list(range(len(shape))),
        "element_range": (0, size, 1),
    }
