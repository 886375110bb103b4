"""From a circuit and a backend's configuration to an EstimatorQNN."""

from dataclasses import replace

from qiskit.primitives import StatevectorEstimator
from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient

from qnlnet.backends.amplitudes import AmplitudeNetwork
from qnlnet.backends.checked import CheckedEstimatorQNN
from qnlnet.backends.exact import ExactEstimatorQNN
from qnlnet.circuits import Circuit, build_state_preparation
from qnlnet.config import AnyBackendConfig, BackendConfig, RuntimeConfig
from qnlnet.errors import check_type
from qnlnet.simulator.batches import Amplitudes, BatchSimulator

_EXACT = BackendConfig()


def build_qnn(qnl: Circuit, config: AnyBackendConfig = _EXACT, *, seed: int = 0) -> CheckedEstimatorQNN:
    """Assembles the EstimatorQNN that runs `qnl` on a backend.

    Args:
        qnl: The circuit, its parameters and its observables; it takes no amplitudes.
        config: Which backend, and its options.
        seed: Seed of the shots, where there are any.

    Returns:
        A network with the circuit's inputs and weights in order, one output per observable, and gradients for both.

    Raises:
        ArgumentError: `qnl` is something else, such as a QuantumCircuit; or an option of the backend is not acceptable.
        ServiceError: IBM Quantum cannot be asked.
        UnsupportedCircuitError: `backend=exact` does not know a gate of the circuit.
    """
    advice = "Circuit(circuit, input_params, weight_params, observables) says of a QuantumCircuit what is what."
    check_type("qnl", qnl, Circuit, advice)
    if isinstance(config, RuntimeConfig):
        from qnlnet.backends.runtime import build_runtime_qnn  # the client of IBM Quantum takes seconds to import

        return build_runtime_qnn(qnl, config, seed)
    if config.name == "aer":
        from qnlnet.backends.aer import build_aer_qnn  # Aer takes a second to import

        return build_aer_qnn(qnl, config, seed)
    parts = {
        "circuit": qnl.circuit,
        "observables": qnl.observables,
        "input_params": qnl.input_params,
        "weight_params": qnl.weight_params,
    }
    if config.name == "exact":
        return ExactEstimatorQNN(**parts)
    estimator = StatevectorEstimator()
    gradient = ParamShiftEstimatorGradient(estimator)
    return CheckedEstimatorQNN(
        **parts, estimator=estimator, gradient=gradient, input_gradients=True, default_precision=0.0
    )


def build_network(circuit: Circuit, config: AnyBackendConfig, seed: int) -> CheckedEstimatorQNN | AmplitudeNetwork:
    """Does what `build_qnn` does, also for a circuit that takes amplitudes, which gets a preparation in front.

    Raises:
        ArgumentError: An option of the backend is not acceptable.
        ServiceError: IBM Quantum cannot be asked.
        UnsupportedCircuitError: `backend=exact` does not know a gate of the circuit.
    """
    if not circuit.takes_amplitudes:
        return build_qnn(circuit, config, seed=seed)
    preparation = build_state_preparation(circuit.circuit.num_qubits)
    prepared = replace(
        circuit,
        circuit=preparation.compose(circuit.circuit),
        input_params=(*preparation.parameters, *circuit.input_params),
        takes_amplitudes=False,
    )
    batches = None
    if config.name == "exact":
        parameters = circuit.input_params, circuit.weight_params
        amplitudes = Amplitudes(circuit.num_amplitudes)
        names = ("input_data", "weights")
        batches = BatchSimulator(circuit.circuit, circuit.observables, *parameters, amplitudes=amplitudes, names=names)
    return AmplitudeNetwork(build_qnn(prepared, config, seed=seed), circuit.num_amplitudes, batches)
