"""What the settings of models share that have a circuit, or in its place something to compare it with."""

from typing import TYPE_CHECKING, Any

from qnlnet.config.model.base import ModelConfig


class CircuitConfig(ModelConfig):
    """A model with a circuit; its setting `layer` says whether something else stands in the circuit's place."""

    if TYPE_CHECKING:  # each family has its own, as a setting or not

        @property
        def layer(self) -> str: ...

        @property
        def num_qubits(self) -> int: ...

    @property
    def runs_circuit(self) -> bool:
        """Whether there is a circuit, trained or as drawn."""
        return self.layer in ("quantum", "frozen")

    def columns(self) -> dict[str, Any]:
        return {**super().columns(), "num_qubits": self.num_qubits if self.runs_circuit else None}
