"""A circuit as a torch layer: the same shapes, types and errors whatever runs it."""

from typing import Any

import numpy as np
import torch
from qiskit.circuit import QuantumCircuit
from qiskit_machine_learning.connectors import TorchConnector
from torch import Tensor, nn

from qnlnet.backends.amplitudes import AmplitudeNetwork
from qnlnet.backends.build import build_network
from qnlnet.backends.checked import CheckedEstimatorQNN
from qnlnet.backends.gradients import Network, expectations
from qnlnet.circuits import Circuit
from qnlnet.config import AnyBackendConfig, BackendConfig
from qnlnet.errors import argument_error, check_at_least

_EXACT = BackendConfig()
_ALIAS = "_weights"  # the stock class writes its weights a second time, by this name


class QuantumLayer(TorchConnector):
    """A TorchConnector with values of the type of its weights, whatever the shape of the batch.

    Beyond the stock class: batches may have any number of axes, or no rows. `weight` can be replaced, pruned,
    parametrised and handed in by `torch.func.functional_call`. With `backend=exact` everything can be differentiated
    as often as wanted, forwards and backwards, and `torch.func` (vmap, grad, jacrev, jacfwd, jvp, hessian) works; other
    backends have first derivatives, and raise an `ArgumentError` where a second one would be needed.

    Angles and sums are float64, unless `precision` says otherwise. What comes out is rounded to the type of `weight`:
    float32, or float64 after `.double()`, or bfloat16 after `.bfloat16()`; under autocast float32.

    Args:
        circuit: The circuit; or the network that evaluates it.
        initial_weights: Radians, shape (num_weights,) or (copies, num_weights); None draws them from U[−1, 1] by
            torch's generator.
        backend: What runs the circuit.
        copies: How many circuits with weights of their own stand side by side; None for a single one, without an axis.
        precision: float32 is faster where the backend is exact and batches are large.
        seed: Seed of the shots, where there are any.

    Raises:
        ArgumentError: An option is not acceptable.
        UnsupportedCircuitError: The backend does not know a gate of the circuit.

    Example:
        >>> from qiskit.circuit import ParameterVector, QuantumCircuit
        >>> from qnlnet import Circuit, QuantumLayer
        >>> x, w = ParameterVector("x", 2), ParameterVector("w", 2)
        >>> circuit = QuantumCircuit(2)
        >>> for qubit in range(2):
        ...     _ = circuit.ry(x[qubit], qubit), circuit.rx(w[qubit], qubit)
        >>> layer = QuantumLayer(Circuit.of(circuit, inputs=x), copies=3)
        >>> layer(torch.zeros(5, 7, 3, 2)).shape
        torch.Size([5, 7, 3, 2])
    """

    def __init__(
        self,
        circuit: Circuit | CheckedEstimatorQNN,
        initial_weights: np.ndarray | Tensor | None = None,
        *,
        backend: AnyBackendConfig = _EXACT,
        copies: int | None = None,
        precision: torch.dtype = torch.float64,
        seed: int = 0,
    ) -> None:
        if isinstance(circuit, QuantumCircuit):
            raise argument_error(
                "circuit", "say what its inputs are", "a QuantumCircuit", "Write Circuit.of(circuit, inputs=…)."
            )
        if copies is not None:
            check_at_least("copies", copies, 1)
        if precision not in (torch.float32, torch.float64):
            raise argument_error("precision", "be torch.float32 or torch.float64", precision)
        network = build_network(circuit, backend, seed) if isinstance(circuit, Circuit) else circuit
        evaluated = network.prepared if isinstance(network, AmplitudeNetwork) else network
        super().__init__(evaluated, None if copies is not None else initial_weights)
        del self._parameters[_ALIAS]  # one tensor under two names would become two when one of them is replaced
        self._network: Network = network
        self._precision = precision
        self.num_inputs = network.num_inputs
        self.num_qubits = evaluated.circuit.num_qubits
        self.copies = copies
        if copies is not None:
            self.weight = nn.Parameter(torch.empty(copies, evaluated.num_weights).uniform_(-1, 1))
            if initial_weights is not None:
                with torch.no_grad():
                    self.weight.copy_(torch.as_tensor(initial_weights))

    @property
    def weight(self) -> Tensor:
        """The weights in radians, shape (num_weights,)."""
        weight = self._parameters.get("weight", self.__dict__.get("weight"))
        if weight is None:
            raise AttributeError("weight")
        return weight

    @weight.setter
    def weight(self, value: Tensor) -> None:
        self.__dict__["weight"] = value  # what torch.nn.utils.prune computes; parameters never come here

    @weight.deleter
    def weight(self) -> None:
        del self.__dict__["weight"]

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """The shape of the weights: (num_weights,), or (copies, num_weights)."""
        own = (self.neural_network.num_weights,)
        return own if self.copies is None else (self.copies, *own)

    def forward(self, input_data: Tensor | None = None) -> Tensor:
        """Returns the outputs, shape (…, outputs), for inputs of shape (…, inputs): amplitudes, then angles in radians.

        With copies (…, copies, inputs) becomes (…, copies, outputs); an axis of 1 there serves all copies.

        Raises:
            ArgumentError: The last axes of `input_data` have other lengths; inputs or weights are complex, NaN or
                infinite: at a parameter that cannot reach an output such a number would vanish.
        """
        inputs = torch.zeros(0, device=self.weight.device) if input_data is None else input_data
        if not inputs.ndim or inputs.shape[-1] != self.num_inputs:
            shape = tuple(inputs.shape)
            raise argument_error("input_data", f"have {self.num_inputs} values in its last axis", shape)
        if self.weight.shape != self.weight_shape:
            raise argument_error("weight", f"have the shape {self.weight_shape}", tuple(self.weight.shape))
        for name, tensor in (("input_data", inputs), ("weight", self.weight)):
            if tensor.is_complex():
                raise argument_error(name, "be real numbers", str(tensor.dtype), "Angles have no imaginary part.")
        if self.copies is not None and (inputs.ndim < 2 or inputs.shape[-2] not in (1, self.copies)):
            wanted = f"have the shape (…, {self.copies} copies, {self.num_inputs})"
            raise argument_error("input_data", wanted, tuple(inputs.shape))
        return expectations(inputs, self.weight, self._network, self._precision)

    # In a file the weights stand twice, as the stock class writes them.

    def _save_to_state_dict(self, destination: dict[str, Any], prefix: str, keep_vars: bool) -> None:
        super()._save_to_state_dict(destination, prefix, keep_vars)
        if prefix + "weight" in destination:
            destination[prefix + _ALIAS] = destination[prefix + "weight"]

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        second = state_dict.pop(prefix + _ALIAS, None)
        first = state_dict.get(prefix + "weight", second)
        if second is not None and not torch.equal(first, second):
            errors: list[str] = arguments[-1]
            errors.append(f"The weights under {prefix}weight and {prefix}{_ALIAS} must be the same, but differ.")
        super()._load_from_state_dict(state_dict, prefix, *arguments)


def build_quantum_layer(
    circuit: Circuit, config: AnyBackendConfig = _EXACT, *, copies: int | None = None, seed: int = 0
) -> QuantumLayer:
    """Builds a quantum layer that runs on a backend; its weights are drawn from U[−1, 1] by torch's generator."""
    return QuantumLayer(circuit, backend=config, copies=copies, seed=seed)
