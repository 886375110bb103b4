"""The quantum layer inside torch: ours, Qiskit's own, and PennyLane's, each as a module with a parameter `weight`."""

from collections.abc import Callable

import torch
from qiskit.primitives import StatevectorEstimator
from qiskit_aer.primitives import EstimatorV2 as AerEstimator
from qiskit_machine_learning.connectors import TorchConnector
from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient
from qiskit_machine_learning.neural_networks import EstimatorQNN
from torch import Tensor, nn

from benchmarks.pennylane_circuit import build_qnode
from qnlnet.backends import build_quantum_layer
from qnlnet.circuits import Circuit
from qnlnet.evidence.benchmarks.names import DEFAULT_QUBIT, LIGHTNING, OURS, STOCK_AER, STOCK_STATEVECTOR


class PennyLaneLayer(nn.Module):
    """A PennyLane circuit as a torch layer, in the way that costs PennyLane least: no wrapper of its own around it.

    Args:
        qnl: The circuit.
        device: Name of the device.
        method: How it differentiates.
    """

    def __init__(self, qnl: Circuit, device: str, method: str) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(len(qnl.weight_params)).uniform_(-1, 1))
        self._qnode = build_qnode(qnl, device, "torch", method)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the expectation values, shape (batch, 1), for inputs of shape (batch, inputs)."""
        rows = inputs[0] if len(inputs) == 1 else inputs  # a single row is quicker without a batch axis
        # In double precision, as everybody's states are; from float32 default.qubit would make complex64.
        return self._qnode(rows.double(), self.weight.double()).reshape(-1, 1).float()


def _stock(qnl: Circuit, estimator: StatevectorEstimator | AerEstimator) -> TorchConnector:
    qnn = EstimatorQNN(
        circuit=qnl.circuit,
        observables=qnl.observable,
        input_params=qnl.input_params,
        weight_params=qnl.weight_params,
        estimator=estimator,
        gradient=ParamShiftEstimatorGradient(estimator),
        input_gradients=True,
        default_precision=0.0,
    )
    return TorchConnector(qnn)


BUILDERS: dict[str, Callable[[Circuit], nn.Module]] = {
    OURS: build_quantum_layer,
    STOCK_STATEVECTOR: lambda qnl: _stock(qnl, StatevectorEstimator()),
    STOCK_AER: lambda qnl: _stock(qnl, AerEstimator(options={"default_precision": 0.0})),
    DEFAULT_QUBIT: lambda qnl: PennyLaneLayer(qnl, "default.qubit", "backprop"),
    LIGHTNING: lambda qnl: PennyLaneLayer(qnl, "lightning.qubit", "adjoint"),
}


def weights_of(layer: nn.Module) -> Tensor:
    """Returns the weights of a layer."""
    weights = layer.weight
    assert isinstance(weights, Tensor)
    return weights


class LayerStep:
    """Forward and backward pass of a layer, with gradients for inputs and weights.

    Args:
        layer: The layer; gets the weights.
        inputs: float32, shape (batch, inputs), in radians.
        weights: float32, shape (weights,), in radians.
    """

    def __init__(self, layer: nn.Module, inputs: Tensor, weights: Tensor) -> None:
        self.layer, self.inputs, self.weights = layer, inputs.clone().requires_grad_(), weights_of(layer)
        with torch.no_grad():
            self.weights.copy_(weights)

    def __call__(self) -> tuple[Tensor, Tensor, Tensor]:
        """Returns values, gradient of their sum by the inputs, and by the weights."""
        self.inputs.grad = self.weights.grad = None
        values = self.layer(self.inputs)
        values.sum().backward()
        assert self.inputs.grad is not None
        assert self.weights.grad is not None
        return values, self.inputs.grad, self.weights.grad
